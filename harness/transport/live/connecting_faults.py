"""The errors of a connection that is not made: addresses, certificates and proxies."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence

from harness.core import NeverSent, TimedOut, TransportError
from harness.transport.live.pools import Route, Stage
from harness.transport.network import CERTIFICATE_VARIABLES, Network

EXPIRED = {9: "is not valid yet", 10: "has expired"}
"""OpenSSL's numbers of what is wrong with a certificate: its time."""
MISMATCHES = frozenset((62, 64))
"""The same for a certificate of another host name or address."""
OWN_REFUSED = {
    "BAD_CERTIFICATE": "it is damaged or not what the server expects",
    "UNSUPPORTED_CERTIFICATE": "its kind is not supported",
    "CERTIFICATE_REVOKED": "it was revoked",
    "CERTIFICATE_EXPIRED": "it has expired",
    "CERTIFICATE_UNKNOWN": "it is not acceptable",
    "UNKNOWN_CA": "its authority is not known to the server",
    "ACCESS_DENIED": "it gives no access",
}
"""What a server says of a client certificate, by the end of OpenSSL's name of the alert."""
REQUIRED = "CERTIFICATE_REQUIRED"
NO_HANDSHAKE = "HANDSHAKE_FAILURE"
"""What a server says before TLS 1.3 if a certificate is missing, but also for other reasons."""

_IN_CONFIG = "of the provider's 'network:' in harness.yaml"
_BELOW = "below the provider's 'network:' in harness.yaml"


class ConnectTimeout(NeverSent, TimedOut):
    """The connection was not made in time."""


def connecting(
    cause: object, address: str, network: Network, route: Route | None
) -> TransportError:
    """The error of a connection to a server, or to the proxy on the way to it."""
    is_proxy = route is not None and route.stage is Stage.PROXY
    where = f"the proxy {route.proxy.url}" if route is not None and is_proxy else address
    if isinstance(cause, ssl.SSLError):
        return tls_fault(cause, where, network)
    error = _unconnected(cause, where)
    if is_proxy:
        return NeverSent("proxy-unreachable", error.message, f"check 'proxy' {_IN_CONFIG}")
    error.hint = _with_unread(error.hint, _proxies_unread(network))
    return error


def connect_timeout(
    seconds: float, address: str, network: Network, route: Route | None
) -> ConnectTimeout:
    """The error of a connection that took longer than its limit."""
    if route is not None and route.stage is Stage.PROXY:
        return ConnectTimeout(
            "proxy-unreachable",
            f"the proxy {route.proxy.url} did not take the connection within {seconds:g} s",
            f"check 'proxy' {_IN_CONFIG}",
        )
    if route is not None:
        return ConnectTimeout(
            "connect-timeout",
            f"the proxy {route.proxy.url} made no connection to {address} within {seconds:g} s",
        )
    return ConnectTimeout(
        "connect-timeout",
        f"{address} did not take the connection within {seconds:g} s",
        _with_unread("", _proxies_unread(network)),
    )


def tls_fault(cause: ssl.SSLError, where: str, network: Network) -> TransportError:
    """The error of a secure connection."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _certificate_fault(cause, where, network)
    alert = cause.reason or ""
    has_own = network.client_certificate is not None
    if alert.endswith(REQUIRED):
        return TransportError(
            "client-certificate-required",
            f"{where} requires a client certificate",
            f"check that the authority of 'client_certificate' {_IN_CONFIG} is the server's"
            if has_own
            else f"name it under 'client_certificate' {_IN_CONFIG}",
        )
    refusal = next((text for end, text in OWN_REFUSED.items() if alert.endswith(end)), "")
    if "ALERT" in alert and refusal and has_own:
        return TransportError(
            "client-certificate-refused",
            f"{where} does not accept the client certificate: {refusal}",
            f"check 'client_certificate' {_IN_CONFIG}",
        )
    reason = (cause.reason or str(cause)).replace("_", " ").lower()
    hint = ""
    if alert.endswith(NO_HANDSHAKE) and not has_own:
        hint = f"if the server requires a client certificate, name it {_IN_CONFIG}"
    return TransportError("tls-failure", f"no secure connection to {where}: {reason}", hint)


def proxy_refusal(reason: str, address: str, route: Route) -> TransportError:
    """The error of a proxy that answered, but made no connection to the server.

    `reason` is its status line, or what httpcore says of a SOCKS proxy.
    """
    proxy = route.proxy
    if reason.startswith(("407", "Requested ")) or "username" in reason.lower():
        return proxy_authentication(route)
    message = f"the proxy {proxy.url} made no connection to {address}: {reason.rstrip('. ')}"
    if reason.startswith("5") or "could not connect" in reason:
        return NeverSent("proxy-refused", message)
    return TransportError("proxy-refused", message, "ask who runs the proxy")


def proxy_authentication(route: Route) -> TransportError:
    """The error of a proxy that wants other credentials."""
    proxy = route.proxy
    if proxy.user or proxy.password:
        message = f"the proxy {proxy.url} does not accept the user name and password"
        hint = f"check those of 'proxy' {_IN_CONFIG}"
    else:
        message = f"the proxy {proxy.url} requires a user name and password"
        hint = (
            "write them into its URL as variables: "
            "http://${env.PROXY_USER}:${env.PROXY_PASSWORD | urlencode}@…"
        )
    return TransportError("proxy-authentication", message, hint)


def _unconnected(cause: object, where: str) -> NeverSent:
    """The error of a connection that failed below TLS."""
    if isinstance(cause, ConnectionRefusedError):
        return NeverSent(
            "connection-refused",
            f"{where} refused the connection",
            "is the server running, and is the address right?",
        )
    if isinstance(cause, socket.gaierror):
        return NeverSent(
            "unknown-host",
            f"the host of {where} has no address",
            "check the spelling of the host and the network",
        )
    reason = (cause.strerror if isinstance(cause, OSError) else "") or str(cause)
    return NeverSent("connection-failed", f"no connection to {where}: {reason}")


def _certificate_fault(
    cause: ssl.SSLCertVerificationError, where: str, network: Network
) -> TransportError:
    if cause.verify_code in EXPIRED:
        return TransportError(
            "certificate-expired",
            f"the certificate of {where}, or of its authority, {EXPIRED[cause.verify_code]}",
            "renew it, or correct this computer's clock",
        )
    if cause.verify_code in MISMATCHES:
        return TransportError(
            "certificate-mismatch",
            f"the certificate of {where} is for another host: {cause.verify_message.rstrip('.')}",
            "use a host that the certificate names",
        )
    hint = f"name its authority under 'ca' {_IN_CONFIG}"
    if network.ca is not None:
        hint = f"'ca' {_IN_CONFIG} does not contain its authority"
    unread = [name for name in network.unread if name in CERTIFICATE_VARIABLES]
    return TransportError(
        "certificate-untrusted",
        f"the certificate of {where} is not trusted: {cause.verify_message}",
        _with_unread(hint, unread),
    )


def _proxies_unread(network: Network) -> Sequence[str]:
    return [name for name in network.unread if name not in CERTIFICATE_VARIABLES]


def _with_unread(hint: str, names: Sequence[str]) -> str:
    """The hint, and which variables of the environment are not read."""
    if not names:
        return hint
    verb = "is" if len(names) == 1 else "are"
    unread = f"{', '.join(names)} {verb} set, but not read"
    if names[0] not in CERTIFICATE_VARIABLES:
        unread += f"; to read proxies, write 'proxy: environment' {_BELOW}"
    return f"{unread}; {hint}" if hint else unread
