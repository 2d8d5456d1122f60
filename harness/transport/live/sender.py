"""One attempt of a request, with its redirects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from harness import __version__
from harness.conversation import Headers, Request
from harness.transport.decoding import BadEncoding
from harness.transport.live import faults
from harness.transport.live.body import Body
from harness.transport.live.connecting_faults import proxy_authentication
from harness.transport.live.connections import Connections
from harness.transport.live.library_logs import quietly
from harness.transport.live.pools import Pools, speaking_socks
from harness.transport.live.tls import server_context
from harness.transport.live.tunnel import open_tunnel
from harness.transport.network import Network
from harness.transport.redirects import MOST_REDIRECTS, REDIRECTS
from harness.transport.server_address import address, host_and_port

if TYPE_CHECKING:
    from harness.transport.live.live_web_socket import Handshake

USER_AGENT = f"conversation-harness/{__version__}"
OWN_HEADERS = (
    (b"accept", b"*/*"),
    (b"accept-encoding", b"gzip, deflate"),
    (b"user-agent", USER_AGENT.encode()),
)
"""Sent where the request does not have a header of the same name."""

PROXY_AUTHENTICATION = 407
"""The status of a proxy that wants other credentials."""


class Sender:
    """Sends requests to the hosts of one provider, with its own cookies and connections."""

    def __init__(
        self,
        *,
        hosts: frozenset[str],
        secret_headers: frozenset[str],
        connections: Connections,
        network: Network,
    ) -> None:
        self._hosts = hosts
        self._secret = {"authorization", "cookie", *(name.lower() for name in secret_headers)}
        # Without httpx.Client: redirects, timeouts and bodies are ours, and the rest of its work
        # takes 150 of a request's 450 µs. httpx's transport has no option for a network backend.
        self._pools = Pools(network, connections)
        self._network = network
        self._connections = connections
        self.cookies = httpx.Cookies()
        """The cookies that the server set; sent with each request."""

    def send(self, request: Request, call: faults.Call) -> tuple[httpx.Response, Body]:
        """The answer after all redirects. Raises `TransportError` or `Interrupted`."""
        response = None
        try:
            response = self._follow(request, call)
            call.has_answered = True
            return response, Body(response, call)
        except (
            httpcore.NetworkError,
            httpcore.TimeoutException,
            httpcore.ProtocolError,
            httpcore.ProxyError,
        ) as error:
            raise faults.explain(error, call) from error
        except BadEncoding as error:
            if response is not None:
                response.close()
            raise faults.explain(error, call) from error
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            raise faults.violation(call.address, str(error)) from error

    def open_web_socket(self, request: Request, call: faults.Call) -> Handshake:
        """Open a WebSocket with the cookies so far. Raises `TransportError`, `Interrupted`."""
        # Late: few providers use WebSockets.
        from harness.transport.live.live_web_socket import server_of, shake_hands  # noqa: PLC0415

        prepared = httpx.Request("GET", _url(request.url), cookies=self.cookies or None)
        cookie = prepared.headers.get("cookie")
        named = {name.lower() for name, _ in request.headers}
        own = [("User-Agent", USER_AGENT)] if "user-agent" not in named else []
        own += [("Cookie", cookie)] if cookie and "cookie" not in named else []
        sent = replace(request, headers=(*request.headers, *own))
        try:
            with quietly():
                handshake = shake_hands(self._connected(*server_of(request.url), call), sent, call)
        except (
            httpcore.NetworkError,
            httpcore.TimeoutException,
            httpcore.ProtocolError,
            httpcore.ProxyError,
        ) as error:
            raise faults.explain(error, call) from error
        self.cookies.extract_cookies(
            httpx.Response(handshake.status, headers=list(handshake.headers), request=prepared)
        )
        return handshake

    def _connected(
        self, scheme: str, host: str, port: int, call: faults.Call
    ) -> httpcore.NetworkStream:
        """A connection to a server, through a proxy if there is one, encrypted if it must be."""
        limit = call.limits.connect
        call.route = route = self._pools.route(
            httpcore.URL(scheme=scheme, host=host, port=port, target=b"")
        )
        stream = (
            self._connections.connect_tcp(host, port, limit)
            if route is None
            else open_tunnel(route, host, port, self._connections, self._network, limit)
        )
        if scheme != "https":
            return stream
        context = server_context(replace(self._network, http2=False))
        return stream.start_tls(context, host, limit)

    def allowed(self, url: str) -> tuple[str, str]:
        """The address and `host:port` of a URL. Raises `TransportError` if it is not allowed."""
        try:
            at, origin = _named(url)
        except ValueError as error:
            raise faults.no_address(url) from error
        if origin not in self._hosts:
            raise faults.host_refused(at, self._hosts)
        if "@" in url and "@" in urlsplit(url).netloc:
            raise faults.credentials_refused(at)
        return at, origin

    def _follow(self, request: Request, call: faults.Call) -> httpx.Response:
        method, url, headers, content = request.method, request.url, request.headers, request.body
        timeouts = {
            "connect": call.limits.connect,
            "read": call.limits.read,
            "write": call.limits.read,
            "pool": call.limits.connect,
        }
        hops: list[httpx.Response] = []
        for _ in range(MOST_REDIRECTS + 1):
            prepared = httpx.Request(
                method,
                _url(url),
                headers=_raw(headers),
                content=content or None,
                cookies=self.cookies or None,
                extensions={"timeout": timeouts},
            )
            response = self._handle(prepared, call)
            if "set-cookie" in response.headers:
                self.cookies.extract_cookies(response)
            target = response.headers.get("location", "")
            if response.status_code not in REDIRECTS or not target:
                response.history = hops
                return response
            response.close()
            hops.append(response)
            target, headers = self._redirect(url, target, headers)
            # Source: RFC 9110, section 15.4; browsers and httpx do the same.
            if response.status_code == 303 or (  # noqa: PLR2004  See Other
                response.status_code in {301, 302} and method == "POST"
            ):
                method, content = "HEAD" if method == "HEAD" else "GET", b""
                headers = tuple(one for one in headers if not one[0].lower().startswith("content-"))
            call.address, url = address(target), target
        raise faults.too_many_redirects(call.address, MOST_REDIRECTS)

    def _redirect(self, url: str, location: str, headers: Headers) -> tuple[str, Headers]:
        """The target of a redirect, and the headers that may be sent there.

        Raises `TransportError`.
        """
        here, _ = self.allowed(url)
        try:
            target = urljoin(url, location)
            there, next_origin = _named(target)
        except ValueError as error:
            raise faults.redirect_refused(here, f"'{location}'") from error
        if next_origin not in self._hosts:
            raise faults.redirect_refused(here, there)
        if "@" in urlsplit(target).netloc:
            raise faults.credentials_refused(there)
        if there == here:
            return target, headers
        return target, tuple(pair for pair in headers if pair[0].lower() not in self._secret)

    def _handle(self, request: httpx.Request, call: faults.Call) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        call.route = route = self._pools.route(url)
        if route is not None:
            request.extensions["trace"] = route
        with quietly(), speaking_socks(route):
            response = self._pools.send(
                httpcore.Request(
                    request.method,
                    url,
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                ),
                route,
            )
        if response.status == PROXY_AUTHENTICATION and route is not None and not route.is_tunnel:
            response.close()
            raise proxy_authentication(route)
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Stream(response),
            extensions=response.extensions,
            request=request,
        )


class _Stream(httpx.SyncByteStream):
    """The body of httpcore's answer, with httpcore's errors."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        chunks = self._response.iter_stream()
        while True:
            with quietly():
                try:
                    chunk = next(chunks, None)
                except Exception as error:
                    # httpcore lets those of the library for HTTP/2 pass.
                    if type(error).__module__ != "h2.exceptions":
                        raise
                    raise httpcore.RemoteProtocolError(error) from error
            if chunk is None:
                return
            yield chunk

    def close(self) -> None:
        self._response.close()


@lru_cache(maxsize=512)
def _url(url: str) -> httpx.URL:
    """A URL, which is immutable, parsed once: parsing takes a tenth of a request."""
    return httpx.URL(url)


@lru_cache(maxsize=512)
def _named(url: str) -> tuple[str, str]:
    return address(url), host_and_port(url)


def _raw(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Headers as bytes. `Client.build_request` would merge and parse them each time."""
    raw = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers]
    named = {name.lower() for name, _ in raw}
    return raw + [pair for pair in OWN_HEADERS if pair[0] not in named]
