"""The pools of connections of one provider: one for each proxy, and one without a proxy."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from typing import Any

import httpcore

from harness.transport.live.connections import Connections
from harness.transport.live.http2_stream import Http2Stream
from harness.transport.live.tls import proxy_context, server_context
from harness.transport.network import Network, Proxy

NO_SOCKS = "it does not answer as a SOCKS 5 proxy"
MOST_IDLE = 2
"""Connections that a pool keeps open."""


class Stage(Enum):
    """How far a request through a proxy has come."""

    PROXY = "connecting to the proxy"
    TUNNEL = "the proxy connects to the server"
    SERVER = "talking to the server"


class Route:
    """The way of one request, if it leads through a proxy; httpcore tells it the events."""

    def __init__(self, proxy: Proxy, connections: Connections, *, is_tunnel: bool) -> None:
        """`is_tunnel`: the proxy only passes bytes on, so every answer is the server's."""
        self.proxy = proxy
        self.is_tunnel = is_tunnel
        self.stage = Stage.PROXY
        self._connections = connections
        connections.setup_ends = math.inf

    def __call__(self, event: str, details: Mapping[str, Any]) -> None:
        """Take an event of httpcore: the extension `trace` of a request."""
        if event in ("connection.connect_tcp.started", "socks.connect_tcp.started"):
            self.stage = Stage.PROXY
        elif event == "socks.setup_socks5_connection.started":
            self.begin_tunnel()
        elif event == "http11.send_request_headers.started":
            if details["request"].method == b"CONNECT":
                self.begin_tunnel()
            else:
                self.reach_server()
        elif event in (
            "proxy.start_tls.started",
            "socks.start_tls.started",
            "http2.send_request_headers.started",
        ):
            self.reach_server()

    def begin_tunnel(self) -> None:
        """The proxy is connected; what it does now is within the limit of the connection."""
        self.stage = Stage.TUNNEL
        self._connections.setup_ends = self._connections.connect_ends

    def reach_server(self) -> None:
        """The proxy has connected to the server."""
        self.stage = Stage.SERVER
        self._connections.setup_ends = math.inf


class Pools:
    """Chooses the connections for a request."""

    def __init__(self, network: Network, connections: Connections) -> None:
        self._network = network
        self._connections = connections
        self._pools: dict[Proxy | None, httpcore.ConnectionPool] = {}
        self._http2: dict[tuple[Proxy | None, str], Http2Stream] = {}
        """The last connection to each server with HTTP/2."""

    def route(self, url: httpcore.URL) -> Route | None:
        """The way to a server; None if it is reached without a proxy."""
        if not self._network.proxies:
            return None
        scheme, host, port = url.origin.scheme, url.origin.host, url.origin.port
        proxy = self._network.proxy_for(scheme.decode(), host.decode().strip("[]"), port)
        if proxy is None:
            return None
        is_tunnel = proxy.is_socks or scheme == b"https"
        return Route(proxy, self._connections, is_tunnel=is_tunnel)

    def pool(self, route: Route | None) -> httpcore.ConnectionPool:
        """The connections of a way."""
        proxy = None if route is None else route.proxy
        if proxy not in self._pools:
            self._pools[proxy] = self._made(proxy)
        return self._pools[proxy]

    def send(self, request: httpcore.Request, route: Route | None) -> httpcore.Response:
        """The head of the answer to a request. Raises httpcore's errors."""
        pool, origin = self.pool(route), request.url.origin
        way = (None if route is None else route.proxy, str(origin))
        last = self._http2.pop(way, None)
        if last is not None and last.has_ended():
            # httpcore looks only at connections with HTTP/1.1, and the request would be lost.
            self._connections.has_ended = False
            for connection in pool.connections:
                if connection.can_handle_request(origin) and connection.is_idle():
                    connection.close()
        response = pool.handle_request(request)
        stream = response.extensions.get("network_stream")
        if isinstance(stream, Http2Stream):
            self._http2[way] = stream
        return response

    def _made(self, proxy: Proxy | None) -> httpcore.ConnectionPool:
        options: dict[str, Any] = {
            "ssl_context": server_context(self._network),
            "max_keepalive_connections": MOST_IDLE,
            "network_backend": self._connections,
            "http2": self._network.http2,
        }
        if proxy is None:
            return httpcore.ConnectionPool(**options)
        options["proxy_url"] = httpcore.URL(
            scheme=proxy.scheme, host=proxy.host, port=proxy.port, target=b""
        )
        if proxy.user or proxy.password:
            options["proxy_auth"] = (proxy.user.encode(), proxy.password.encode())
        if proxy.is_socks:
            return httpcore.SOCKSProxy(**options)
        if proxy.scheme == "https":
            options["proxy_ssl_context"] = proxy_context(self._network)
        return httpcore.HTTPProxy(**options)


@contextmanager
def speaking_socks(route: Route | None) -> Iterator[None]:
    """Raise `httpcore.ProxyError` for what httpcore raises if a server does not speak SOCKS."""
    try:
        yield
    except (
        httpcore.NetworkError,
        httpcore.TimeoutException,
        httpcore.ProtocolError,
        httpcore.ProxyError,
    ):
        raise
    except Exception as error:
        is_socks = route is not None and route.proxy.is_socks and route.stage is Stage.TUNNEL
        if not is_socks:
            raise
        raise httpcore.ProxyError(NO_SOCKS) from error
