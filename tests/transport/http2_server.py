"""A real HTTP/2 server on loopback, of the library h2, which misbehaves on purpose."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from tests.transport.threaded_server import ThreadedServer


@dataclass
class Http2Visit:
    """One request as the server got it, and the stream to answer on."""

    server: Http2Server
    connection: socket.socket
    http2: h2.connection.H2Connection
    stream: int
    headers: dict[str, str]
    body: bytes

    def answer(self, body: bytes = b"ok", *headers: tuple[str, str], status: str = "200") -> None:
        """A whole answer; its body goes as far as the client's window allows."""
        self.http2.send_headers(self.stream, [(":status", status), *headers])
        self.http2.send_data(self.stream, body, end_stream=True)
        self.flush()

    def flush(self) -> None:
        self.connection.sendall(self.http2.data_to_send())


@dataclass
class Http2Server(ThreadedServer):
    """Each connection has a thread, and runs a script for each request."""

    script: Callable[[Http2Visit], None]
    context: ssl.SSLContext
    visits: list[Http2Visit] = field(default_factory=list)
    connections: int = 0

    def start(self) -> None:
        self.context.set_alpn_protocols(["h2"])
        super().start()
        self.origin = f"127.0.0.1:{self.port}"
        self.url = f"https://{self.origin}"

    def _serve(self, client: socket.socket) -> None:
        ends = OSError, h2.exceptions.ProtocolError
        with contextlib.suppress(*ends), contextlib.ExitStack() as stack:
            stack.enter_context(client)
            client = stack.enter_context(self.context.wrap_socket(client, server_side=True))
            self._sockets.append(client)
            self.connections += 1
            http2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
            http2.initiate_connection()
            client.sendall(http2.data_to_send())
            opened: dict[int, Http2Visit] = {}
            while content := client.recv(65536):
                for event in http2.receive_data(content):
                    self._take(event, opened, client, http2)
                client.sendall(http2.data_to_send())

    def _take(self, event, opened, client, http2) -> None:
        if isinstance(event, h2.events.RequestReceived):
            headers = {name.decode(): value.decode() for name, value in event.headers}
            opened[event.stream_id] = Http2Visit(self, client, http2, event.stream_id, headers, b"")
        elif isinstance(event, h2.events.DataReceived):
            opened[event.stream_id].body += event.data
            http2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        if isinstance(event, h2.events.StreamEnded):
            visit = opened.pop(event.stream_id)
            self.visits.append(visit)
            self.script(visit)
