"""Real proxies on loopback: HTTP with forwarding and CONNECT, and SOCKS 5."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.transport.threaded_server import ThreadedServer


@dataclass
class Relay(ThreadedServer):
    """Listens on loopback; each connection has a thread, and is relayed to where it wants."""

    credentials: str = ""
    """`user:password` that a client must give; empty if none."""
    context: ssl.SSLContext | None = None
    """For a proxy that is itself reached by TLS."""
    hosts: dict[str, str] = field(default_factory=dict)
    """The addresses of names that only the proxy knows."""
    asked: list[str] = field(default_factory=list)
    """What was asked for, in order: a request line, or `host:port`."""
    answer: str = ""
    """Instead of a connection: the status line of HTTP, or SOCKS' code as a number."""
    silent: bool = False
    """Takes connections and never answers."""
    scheme = ""

    def url(self, credentials: str = "") -> str:
        userinfo = f"{credentials}@" if credentials else ""
        scheme = "https" if self.context and self.scheme == "http" else self.scheme
        return f"{scheme}://{userinfo}127.0.0.1:{self.port}"

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError), contextlib.ExitStack() as stack:
            stack.enter_context(client)
            if self.context:
                client = stack.enter_context(self.context.wrap_socket(client, server_side=True))
                self._sockets.append(client)
            if self.silent:
                while client.recv(65536):
                    pass
                return
            server = self.negotiate(client)
            if server is not None:
                stack.enter_context(server)
                self._pump(client, server)

    def negotiate(self, client: socket.socket) -> socket.socket | None:
        """The connection to the server; None if the client was refused."""
        raise NotImplementedError

    def reach(self, host: str, port: int) -> socket.socket:
        server = socket.create_connection((self.hosts.get(host, host), port), 5)
        server.settimeout(None)
        self._sockets.append(server)
        return server

    def _pump(self, client: socket.socket, server: socket.socket) -> None:
        back = threading.Thread(target=_copy, args=(server, client))
        back.start()
        _copy(client, server)
        back.join(5)


class HttpProxy(Relay):
    scheme = "http"

    def negotiate(self, client):
        head = _read_head(client)
        line, *lines = head.split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)
        }
        self.asked.append(line)
        wanted = f"Basic {base64.b64encode(self.credentials.encode()).decode()}"
        if self.credentials and headers.get("proxy-authorization") != wanted:
            return _refuse(client, "407 Proxy Authentication Required")
        if self.answer:
            return _refuse(client, self.answer)
        method, target, version = line.split(" ")
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            server = self.reach(host.strip("[]"), int(port))
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            return server
        address, _, path = target.removeprefix("http://").partition("/")
        host, _, port = address.partition(":")
        server = self.reach(host, int(port or 80))
        kept = [one for one in lines if not one.lower().startswith("proxy-")]
        server.sendall("\r\n".join([f"{method} /{path} {version}", *kept]).encode("latin-1"))
        return server


class SocksProxy(Relay):
    """Source: RFC 1928, and RFC 1929 for user name and password."""

    scheme = "socks5"

    def negotiate(self, client):
        _, count = _exactly(client, 2)
        methods = _exactly(client, count)
        wanted = 2 if self.credentials else 0
        if wanted not in methods:
            client.sendall(b"\x05\xff")
            return None
        client.sendall(bytes((5, wanted)))
        if self.credentials:
            _, length = _exactly(client, 2)
            user = _exactly(client, length).decode()
            password = _exactly(client, _exactly(client, 1)[0]).decode()
            is_right = f"{user}:{password}" == self.credentials
            client.sendall(bytes((1, 0 if is_right else 1)))
            if not is_right:
                return None
        kind = _exactly(client, 4)[3]
        if kind == 3:
            host = _exactly(client, _exactly(client, 1)[0]).decode()
        else:
            family, size = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
            host = socket.inet_ntop(family, _exactly(client, size))
        port = struct.unpack("!H", _exactly(client, 2))[0]
        self.asked.append(f"{host}:{port}")
        code = int(self.answer or 0)
        server = None if code else self.reach(host, port)
        client.sendall(bytes((5, code, 0, 1, 0, 0, 0, 0, 0, 0)))
        return server


def _refuse(client: socket.socket, status: str) -> None:
    client.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())


def _read_head(client: socket.socket) -> str:
    """The head of a request with the empty line, and what came after it."""
    content = b""
    while b"\r\n\r\n" not in content:
        more = client.recv(65536)
        if not more:
            raise EOFError
        content += more
    return content.decode("latin-1")


def _exactly(client: socket.socket, count: int) -> bytes:
    content = b""
    while len(content) < count:
        more = client.recv(count - len(content))
        if not more:
            raise EOFError
        content += more
    return content


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError, ValueError):
        while content := source.recv(65536):
            target.sendall(content)
    with contextlib.suppress(OSError):
        socket.socket.shutdown(target, socket.SHUT_RDWR)


Start = Callable[..., Relay]
