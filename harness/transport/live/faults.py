"""The errors of the network, in sentences that name the address."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass

import httpcore

from harness.core import (
    Interrupted,
    LostOnTheWay,
    PlayError,
    TimedOut,
    TransportError,
    counted,
)
from harness.transport.decoding import MEBIBYTE, BadEncoding
from harness.transport.live.connecting_faults import (
    connect_timeout,
    connecting,
    proxy_refusal,
    tls_fault,
)
from harness.transport.live.connections import Connections
from harness.transport.live.limits import LiveLimits
from harness.transport.live.pools import Route, Stage
from harness.transport.network import DIRECT, Network


@dataclass(slots=True, kw_only=True)
class Call:
    """One attempt of a request, and its progress. Times are seconds."""

    address: str
    """Of the server; changes with a redirect."""
    total: float
    """The limit of all attempts together, as it is shown."""
    sent: float
    """The clock's time at its start."""
    limits: LiveLimits
    connections: Connections
    network: Network = DIRECT
    route: Route | None = None
    """The way through a proxy; None for a server that is reached directly."""
    count: int = 0
    """Decoded bytes of the body that were received."""
    has_answered: bool = False
    """The head of the answer was received."""


class ReadTimeout(LostOnTheWay, TimedOut):
    """The server sent nothing for too long."""


def explain(error: Exception, call: Call) -> PlayError:
    """Make the error that people see of one of httpcore, httpx or the decoder."""
    address = call.address
    if call.connections.is_interrupted:
        return Interrupted("interrupted", "the run was stopped")
    if isinstance(error, BadEncoding):
        return TransportError("bad-encoding", f"{address}: {error}; {_received(call)}")
    if isinstance(error, httpcore.TimeoutException):
        return _timeout(error, call)
    return _unconnected(error, call) or _broken(error, call)


def _unconnected(error: Exception, call: Call) -> TransportError | None:
    """The error of a connection that was not made; None if it was."""
    address, route = call.address, call.route
    cause = error.args[0] if error.args else None
    if isinstance(error, httpcore.ConnectError):
        return connecting(cause or error, address, call.network, route)
    if isinstance(error, httpcore.NetworkError) and isinstance(cause, ssl.SSLError):
        # Since TLS 1.3, a server refuses a client certificate after the handshake.
        return tls_fault(cause, address, call.network)
    if route is None or route.stage is not Stage.TUNNEL:
        return None
    if isinstance(error, httpcore.ProxyError):
        return proxy_refusal(str(error), address, route)
    has_ended = isinstance(error, httpcore.NetworkError) or call.connections.has_ended
    reason = "it closed the connection" if has_ended else f"it does not answer in HTTP: {error}"
    return proxy_refusal(reason, address, route)


def _broken(error: Exception, call: Call) -> TransportError:
    """The error of a connection that was made."""
    has_ended = isinstance(error, httpcore.NetworkError) or call.connections.has_ended
    if has_ended or _is_reset(error):
        when = "in the middle of its answer" if call.has_answered else "before it answered"
        return LostOnTheWay(
            "connection-broken", f"{call.address} closed the connection {when}; {_received(call)}"
        )
    # h11 shows the line as a bytearray.
    reason = re.sub(r"bytearray\(b(.*)\)$", r"\1", str(error))
    if type(cause := error.args[0] if error.args else None).__module__ == "h2.exceptions":
        # Its texts are often numbers of streams.
        reason = f"{type(cause).__name__}: {cause}"
    return violation(call.address, reason or type(error).__name__)


def _is_reset(error: Exception) -> bool:
    """Whether an HTTP/2 server ended the stream or the connection: an event of the library h2."""
    cause = error.args[0] if error.args else None
    return type(cause).__module__ == "h2.events"


def _timeout(error: httpcore.TimeoutException, call: Call) -> TransportError:
    address, silence = call.address, f"{call.limits.read:g} s"
    is_tunnel = call.route is not None and call.route.stage is Stage.TUNNEL
    if isinstance(error, httpcore.ConnectTimeout) or is_tunnel:
        seconds = min(call.limits.connect, call.total)
        return connect_timeout(seconds, address, call.network, call.route)
    if call.connections.is_late:
        return TimedOut(
            "total-timeout",
            f"{address} did not end its answer within {call.total:g} s; {_received(call)}",
        )
    if isinstance(error, httpcore.WriteTimeout):
        return TimedOut(
            "write-timeout", f"{address} took nothing more of the request for {silence}"
        )
    return ReadTimeout("read-timeout", f"{address} sent nothing for {silence}; {_received(call)}")


def _received(call: Call) -> str:
    return f"{counted(call.count, 'byte') if call.count else 'nothing'} of the body had come"


def violation(address: str, reason: str) -> TransportError:
    """The answer, or the request, is not valid HTTP."""
    return TransportError("protocol-violation", f"{address}: not valid HTTP: {reason}")


def not_web_socket(address: str, reason: str) -> TransportError:
    """The answer to a handshake, or a message, does not follow the protocol."""
    return TransportError("protocol-violation", f"{address}: not a valid WebSocket: {reason}")


def too_large(call: Call) -> TransportError:
    """The body is longer than its limit."""
    limit = call.limits.body
    size = f"{limit // MEBIBYTE} MiB" if limit % MEBIBYTE == 0 else f"{limit} bytes"
    return TransportError(
        "too-large", f"the body from {call.address} is longer than the limit of {size}"
    )


def host_refused(address: str, allowed: frozenset[str]) -> TransportError:
    """A request is for a host that the provider does not allow."""
    return TransportError(
        "host-refused",
        f"{address} is not a host of this provider",
        f"allowed: {', '.join(sorted(allowed)) or 'none'}",
    )


def credentials_refused(address: str) -> TransportError:
    """A URL of the definition or of a redirect contains a user name or a password."""
    return TransportError(
        "host-refused",
        f"a URL of {address} contains a user name or password",
        "nothing was sent there; put credentials in settings",
    )


def no_address(url: str) -> TransportError:
    """The URL of a request is not a server's address."""
    return TransportError("host-refused", f"'{url}' is not an absolute http or https URL")


def redirect_refused(address: str, target: str) -> TransportError:
    """A redirect leads to a host that the provider does not allow."""
    return TransportError(
        "redirect-refused",
        f"{address} redirects to {target}, which is not a host of this provider",
        "nothing was sent there",
    )


def too_many_redirects(address: str, limit: int) -> TransportError:
    """There are more redirects in a row than the limit."""
    return TransportError(
        "too-many-redirects", f"{address} redirected more than {limit} times in a row"
    )
