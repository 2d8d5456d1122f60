"""What can go wrong on the network, as sentences that name the address."""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import dataclass

import httpcore

from harness.core import Interrupted, LostOnTheWay, NeverSent, PlayError, TimedOut, TransportError
from harness.transport.decoding import MEBIBYTE, BadEncoding
from harness.transport.live.connections import Connections
from harness.transport.live.limits import LiveLimits


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
    address = call.address
    if call.connections.is_interrupted:
        return Interrupted("interrupted", "the run was stopped")
    if isinstance(error, BadEncoding):
        return TransportError("bad-encoding", f"{address}: {error}; {_came(call.count)}")
    if isinstance(error, httpcore.TimeoutException):
        return _timeout(error, call)
    if isinstance(error, httpcore.ConnectError):
        return _connecting(error, address)
    if isinstance(error, httpcore.NetworkError) or call.connections.has_ended:
        when = "in the middle of its answer" if call.has_answered else "before it answered"
        message = f"{address} closed the connection {when}; {_came(call.count)}"
        return LostOnTheWay("connection-broken", message)
    # h11 shows the line as it holds it.
    reason = re.sub(r"bytearray\(b(.*)\)$", r"\1", str(error))
    return violation(address, reason or type(error).__name__)


def _timeout(error: httpcore.TimeoutException, call: Call) -> TransportError:
    address, silence = call.address, call.limits.read
    if isinstance(error, httpcore.ConnectTimeout):
        seconds = min(call.limits.connect, call.total)
        message = f"{address} did not take the connection within {seconds:g} s"
        return ConnectTimeout("connect-timeout", message)
    if call.connections.is_late:
        message = f"{address} did not end its answer within {call.total:g} s"
        return TimedOut("total-timeout", f"{message}; {_came(call.count)}")
    if isinstance(error, httpcore.WriteTimeout):
        message = f"{address} took nothing more of the request for {silence:g} s"
        return TimedOut("write-timeout", message)
    message = f"{address} sent nothing for {silence:g} s; {_came(call.count)}"
    return ReadTimeout("read-timeout", message)


def _connecting(error: httpcore.ConnectError, address: str) -> TransportError:
    cause = error.args[0] if error.args else None
    if isinstance(cause, ConnectionRefusedError):
        hint = "is the server running, and is the address right?"
        return NeverSent("connection-refused", f"{address} refused the connection", hint)
    if isinstance(cause, socket.gaierror):
        hint = "check the spelling of the host and the network"
        return NeverSent("unknown-host", f"the host of {address} has no address", hint)
    if isinstance(cause, ssl.SSLError):
        reason = (cause.reason or str(cause)).replace("_", " ").lower()
        if isinstance(cause, ssl.SSLCertVerificationError):
            reason = f"the certificate is not valid: {cause.verify_message}"
        return TransportError("tls-failure", f"no secure connection to {address}: {reason}")
    reason = (cause.strerror if isinstance(cause, OSError) else "") or str(error)
    return NeverSent("connection-failed", f"no connection to {address}: {reason}")


def _came(count: int) -> str:
    """How much of the body had come."""
    if count == 0:
        return "nothing of the body had come"
    return f"{count} {'byte' if count == 1 else 'bytes'} of the body had come"


def violation(address: str, reason: str) -> TransportError:
    """What came is not HTTP, or what was to be sent is not."""
    return TransportError("protocol-violation", f"{address}: not valid HTTP: {reason}")


def too_large(address: str, limit: int) -> TransportError:
    """The body goes on past the limit."""
    size = f"{limit // MEBIBYTE} MiB" if limit % MEBIBYTE == 0 else f"{limit} bytes"
    return TransportError(
        "too-large", f"the body from {address} is longer than the limit of {size}"
    )


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
        f"a URL of {address} contains a user name or password",
        "nothing was sent there; put credentials in settings",
    )


def no_address(url: str) -> TransportError:
    """The URL cannot be sent to."""
    return TransportError("host-refused", f"'{url}' is not an absolute http or https URL")


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
