"""A connection through a proxy for a protocol other than HTTP.

httpcore forwards requests for an `http://` server, and gives its tunnels to nobody else.
"""

from __future__ import annotations

import base64
import ipaddress
import struct

import httpcore

from harness.transport.live.connections import Connections
from harness.transport.live.pools import NO_SOCKS, Route
from harness.transport.live.tls import proxy_context
from harness.transport.network import Network, Proxy

SOCKS_REFUSALS = {
    1: "General SOCKS server failure",
    2: "Connection not allowed by ruleset",
    3: "Network unreachable",
    4: "Host unreachable",
    5: "Connection refused",
    6: "TTL expired",
    7: "Command not supported",
    8: "Address type not supported",
}
"""Why a SOCKS proxy made no connection.

Source: RFC 1928, section 6, in the words of httpcore.
"""
NAME = 3
ADDRESS_SIZES = {1: 4, 4: 16}
"""The bytes of an address, by its type; a name says its own length."""
NO_CREDENTIALS, PASSWORD = 0, 2
"""How a client says who it is. Source: RFC 1928, section 3."""


def open_tunnel(
    route: Route, host: str, port: int, connections: Connections, network: Network, seconds: float
) -> httpcore.NetworkStream:
    """A connection to a server through the proxy of a route. Raises httpcore's errors.

    `seconds` is the limit for the connection to the proxy and for what the proxy does.
    """
    if route.proxy.is_socks:
        return _through_socks(route, host, port, connections, seconds)
    return _through_http(route, host, port, connections, network, seconds)


def _through_http(
    route: Route, host: str, port: int, connections: Connections, network: Network, seconds: float
) -> httpcore.NetworkStream:
    """Source: RFC 9110, section 9.3.6."""
    proxy = route.proxy
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    headers = [("Host", target), ("Accept", "*/*")]
    if proxy.user or proxy.password:
        credentials = base64.b64encode(f"{proxy.user}:{proxy.password}".encode()).decode()
        headers.append(("Proxy-Authorization", f"Basic {credentials}"))
    connection = httpcore.HTTPConnection(
        origin=httpcore.Origin(proxy.scheme.encode(), proxy.host.encode(), proxy.port),
        ssl_context=proxy_context(network) if proxy.scheme == "https" else None,
        network_backend=connections,
    )
    url = httpcore.URL(scheme=proxy.scheme, host=proxy.host, port=proxy.port, target=target)
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), seconds)
    answer = connection.handle_request(
        httpcore.Request(
            "CONNECT", url, headers=headers, extensions={"timeout": timeouts, "trace": route}
        )
    )
    if not 200 <= answer.status <= 299:  # noqa: PLR2004  the class of success
        connection.close()
        reason = answer.extensions["reason_phrase"].decode("ascii", errors="ignore")
        raise httpcore.ProxyError(f"{answer.status} {reason}".strip())
    route.reach_server()
    stream: httpcore.NetworkStream = answer.extensions["network_stream"]
    return stream


def _through_socks(
    route: Route, host: str, port: int, connections: Connections, seconds: float
) -> httpcore.NetworkStream:
    """Source: RFC 1928, and RFC 1929 for user name and password."""
    stream = connections.connect_tcp(route.proxy.host, route.proxy.port, seconds)
    route.begin_tunnel()
    try:
        _introduce(stream, route.proxy, seconds)
        _ask_for(stream, host, port, seconds)
    except BaseException:
        stream.close()
        raise
    route.reach_server()
    return stream


def _introduce(stream: httpcore.NetworkStream, proxy: Proxy, seconds: float) -> None:
    """Give user name and password, if there are any."""
    wanted = PASSWORD if proxy.user or proxy.password else NO_CREDENTIALS
    stream.write(bytes((5, 1, wanted)), seconds)
    version, method = _exactly(stream, 2, seconds)
    if version != 5:  # noqa: PLR2004  of the protocol
        raise httpcore.ProxyError(NO_SOCKS)
    if method != wanted:
        raise httpcore.ProxyError("Requested another way to say the user name")
    if wanted == PASSWORD:
        user, password = proxy.user.encode(), proxy.password.encode()
        stream.write(b"\x01" + _counted(user) + _counted(password), seconds)
        if _exactly(stream, 2, seconds)[1]:
            raise httpcore.ProxyError("Invalid username/password")


def _ask_for(stream: httpcore.NetworkStream, host: str, port: int, seconds: float) -> None:
    """Have the proxy connect to a server."""
    stream.write(b"\x05\x01\x00" + _address(host) + struct.pack("!H", port), seconds)
    version, code, _, kind = _exactly(stream, 4, seconds)
    if version != 5:  # noqa: PLR2004  of the protocol
        raise httpcore.ProxyError(NO_SOCKS)
    if code:
        reason = SOCKS_REFUSALS.get(code, "UNKNOWN")
        raise httpcore.ProxyError(f"Proxy Server could not connect: {reason}.")
    size = ADDRESS_SIZES.get(kind) or _exactly(stream, 1, seconds)[0]
    _exactly(stream, size + 2, seconds)


def _address(host: str) -> bytes:
    """The type of a host's address, and the address or name."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return bytes((NAME,)) + _counted(host.encode("idna"))
    return bytes((1 if address.version == 4 else 4,)) + address.packed  # noqa: PLR2004  IPv4


def _counted(text: bytes) -> bytes:
    """A text after the byte that says its length."""
    if len(text) > 255:  # noqa: PLR2004  the largest byte
        raise httpcore.ProxyError("a host, user name or password is longer than 255 bytes")
    return bytes((len(text),)) + text


def _exactly(stream: httpcore.NetworkStream, count: int, seconds: float) -> bytes:
    """So many bytes. Raises `httpcore.ReadError` if the connection ends before."""
    content = b""
    while len(content) < count:
        more = stream.read(count - len(content), seconds)
        if not more:
            raise httpcore.ReadError(EOFError())
        content += more
    return content
