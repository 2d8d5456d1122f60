"""The errors of the network, in sentences that name the address."""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import dataclass

import httpcore

from harness.core import (
    Interrupted,
    LostOnTheWay,
    NeverSent,
    PlayError,
    TimedOut,
    TransportError,
    counted,
)
from harness.transport.decoding import MEBIBYTE, BadEncoding
from harness.transport.live.connections import Connections
from harness.transport.live.limits import LiveLimits


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
    count: int = 0
    """Decoded bytes of the body that were received."""
    has_answered: bool = False
    """The head of the answer was received."""


class ConnectTimeout(NeverSent, TimedOut):
    """The connection was not made in time."""


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
    if isinstance(error, httpcore.ConnectError):
        return _connecting(error, address)
    if isinstance(error, httpcore.NetworkError) or call.connections.has_ended:
        when = "in the middle of its answer" if call.has_answered else "before it answered"
        return LostOnTheWay(
            "connection-broken", f"{address} closed the connection {when}; {_received(call)}"
        )
    # h11 shows the line as a bytearray.
    reason = re.sub(r"bytearray\(b(.*)\)$", r"\1", str(error))
    return violation(address, reason or type(error).__name__)


def _timeout(error: httpcore.TimeoutException, call: Call) -> TransportError:
    address, silence = call.address, f"{call.limits.read:g} s"
    if isinstance(error, httpcore.ConnectTimeout):
        seconds = min(call.limits.connect, call.total)
        return ConnectTimeout(
            "connect-timeout", f"{address} did not take the connection within {seconds:g} s"
        )
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


def _connecting(error: httpcore.ConnectError, address: str) -> TransportError:
    cause = error.args[0] if error.args else None
    if isinstance(cause, ConnectionRefusedError):
        return NeverSent(
            "connection-refused",
            f"{address} refused the connection",
            "is the server running, and is the address right?",
        )
    if isinstance(cause, socket.gaierror):
        return NeverSent(
            "unknown-host",
            f"the host of {address} has no address",
            "check the spelling of the host and the network",
        )
    if isinstance(cause, ssl.SSLError):
        reason = (cause.reason or str(cause)).replace("_", " ").lower()
        if isinstance(cause, ssl.SSLCertVerificationError):
            reason = f"the certificate is not valid: {cause.verify_message}"
        return TransportError("tls-failure", f"no secure connection to {address}: {reason}")
    reason = (cause.strerror if isinstance(cause, OSError) else "") or str(error)
    return NeverSent("connection-failed", f"no connection to {address}: {reason}")


def _received(call: Call) -> str:
    return f"{counted(call.count, 'byte') if call.count else 'nothing'} of the body had come"


def violation(address: str, reason: str) -> TransportError:
    """The answer, or the request, is not valid HTTP."""
    return TransportError("protocol-violation", f"{address}: not valid HTTP: {reason}")


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
