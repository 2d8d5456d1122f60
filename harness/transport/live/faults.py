"""What can go wrong on the network, as sentences that name the address."""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import dataclass

import httpcore

from harness.core.errors import (
    Interrupted,
    LostOnTheWay,
    NeverSent,
    PlayError,
    TimedOut,
    TransportError,
)
from harness.transport.decoding import BadEncoding
from harness.transport.live.connections import Connections
from harness.transport.live.limits import LiveLimits

MEBIBYTE = 1024 * 1024


@dataclass(slots=True, kw_only=True)
class Call:
    """One try of a request, and how far it came. Times are seconds."""

    address: str
    """Of the server that is being asked; changes with a redirect."""
    total: float
    """The limit for the whole, as it is shown."""
    sent: float
    """The clock's time at its start."""
    limits: LiveLimits
    connections: Connections
    count: int = 0
    """Decoded bytes of the body that came."""
    has_answered: bool = False
    """The head of the answer came."""


class ConnectTimeout(NeverSent, TimedOut):
    """The connection did not come about in time."""


class ReadTimeout(LostOnTheWay, TimedOut):
    """The server fell silent."""


def explain(error: Exception, call: Call) -> PlayError:
    """What an error of httpcore, of the decoder or of the transport's own means, in a sentence."""
    if call.connections.is_interrupted:
        return Interrupted("interrupted", "the run was stopped")
    if isinstance(error, BadEncoding):
        return bad_encoding(call.address, str(error), call.count)
    if isinstance(error, httpcore.TimeoutException):
        return _timeout(error, call)
    if isinstance(error, httpcore.ConnectError):
        return _connecting(error, call.address)
    if isinstance(error, httpcore.NetworkError) or call.connections.has_ended:
        return broken(call.address, call.count, has_answered=call.has_answered)
    # h11 shows the line as it holds it.
    reason = re.sub(r"bytearray\(b(.*)\)$", r"\1", str(error))
    return violation(call.address, reason or type(error).__name__)


def _timeout(error: httpcore.TimeoutException, call: Call) -> TransportError:
    if isinstance(error, httpcore.ConnectTimeout):
        return connect_timeout(call.address, min(call.limits.connect, call.total))
    if call.connections.is_late:
        return total_timeout(call.address, call.total, call.count)
    if isinstance(error, httpcore.WriteTimeout):
        return write_timeout(call.address, call.limits.read)
    return read_timeout(call.address, call.limits.read, call.count)


def _connecting(error: httpcore.ConnectError, address: str) -> TransportError:
    cause = error.args[0] if error.args else None
    if isinstance(cause, ConnectionRefusedError):
        return refused(address)
    if isinstance(cause, socket.gaierror):
        return unknown_host(address)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return tls_failure(address, f"the certificate is not valid: {cause.verify_message}")
    if isinstance(cause, ssl.SSLError):
        return tls_failure(address, (cause.reason or str(cause)).replace("_", " ").lower())
    return unreachable(
        address, (cause.strerror if isinstance(cause, OSError) else "") or str(error)
    )


def came(count: int) -> str:
    """How much of the body had come."""
    if count == 0:
        return "nothing of the body had come"
    return f"{count} {'byte' if count == 1 else 'bytes'} of the body had come"


def refused(address: str) -> TransportError:
    """Nobody listens there."""
    return NeverSent(
        "connection-refused",
        f"{address} refused the connection",
        "is the server running, and is the address right?",
    )


def unknown_host(address: str) -> TransportError:
    """The name has no address."""
    return NeverSent(
        "unknown-host",
        f"the host of {address} has no address",
        "check the spelling of the host and the network",
    )


def unreachable(address: str, reason: str) -> TransportError:
    """Any other failure to connect."""
    return NeverSent("connection-failed", f"no connection to {address}: {reason}")


def tls_failure(address: str, reason: str) -> TransportError:
    """The server's certificate or the handshake is not right."""
    return TransportError("tls-failure", f"no secure connection to {address}: {reason}")


def connect_timeout(address: str, seconds: float) -> TransportError:
    """The connection did not come about."""
    return ConnectTimeout(
        "connect-timeout", f"{address} did not take the connection within {seconds:g} s"
    )


def write_timeout(address: str, seconds: float) -> TransportError:
    """The server stopped taking the request."""
    return TimedOut(
        "write-timeout", f"{address} took nothing more of the request for {seconds:g} s"
    )


def read_timeout(address: str, seconds: float, count: int) -> TransportError:
    """Silence."""
    return ReadTimeout("read-timeout", f"{address} sent nothing for {seconds:g} s; {came(count)}")


def total_timeout(address: str, seconds: float, count: int) -> TransportError:
    """It came too slowly, or never ended."""
    return TimedOut(
        "total-timeout", f"{address} did not end its answer within {seconds:g} s; {came(count)}"
    )


def broken(address: str, count: int, *, has_answered: bool) -> TransportError:
    """The server hung up."""
    when = "in the middle of its answer" if has_answered else "before it answered"
    return LostOnTheWay(
        "connection-broken", f"{address} closed the connection {when}; {came(count)}"
    )


def violation(address: str, reason: str) -> TransportError:
    """What came is not HTTP, or what was to be sent is not."""
    return TransportError("protocol-violation", f"{address}: not valid HTTP: {reason}")


def too_large(address: str, limit: int) -> TransportError:
    """The body goes on past the limit."""
    size = f"{limit // MEBIBYTE} MiB" if limit % MEBIBYTE == 0 else f"{limit} bytes"
    return TransportError(
        "too-large", f"the body from {address} is longer than the limit of {size}"
    )


def bad_encoding(address: str, reason: str, count: int) -> TransportError:
    """The body is not compressed as its header says."""
    return TransportError("bad-encoding", f"{address}: {reason}; {came(count)}")


def host_refused(address: str, allowed: frozenset[str]) -> TransportError:
    """A request leads away from the provider."""
    return TransportError(
        "host-refused",
        f"{address} is not a host of this provider",
        f"allowed: {', '.join(sorted(allowed)) or 'none'}",
    )


def credentials_refused(address: str) -> TransportError:
    """A URL holds a user name or a password, of the definition or of a redirect."""
    return TransportError(
        "host-refused",
        f"a URL of {address} holds a user name or password",
        "nothing was sent there; give credentials as settings",
    )


def no_address(url: str) -> TransportError:
    """The URL cannot be sent to."""
    return TransportError("host-refused", f"'{url}' is no absolute http or https URL")


def redirect_refused(address: str, target: str) -> TransportError:
    """A redirect leads away from the provider."""
    return TransportError(
        "redirect-refused",
        f"{address} redirects to {target}, which is not a host of this provider",
        "nothing was sent there",
    )


def too_many_redirects(address: str, limit: int) -> TransportError:
    """Redirects without an end."""
    return TransportError(
        "too-many-redirects", f"{address} redirected more than {limit} times in a row"
    )
