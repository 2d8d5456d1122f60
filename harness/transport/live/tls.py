"""The TLS contexts of connections."""

from __future__ import annotations

import ssl
import threading
from functools import lru_cache

import httpx

from harness.transport.certificates import present, trust
from harness.transport.network import Network

_lock = threading.Lock()


def server_context(network: Network) -> ssl.SSLContext:
    """The context for servers. Building one takes 26 to 40 ms, so conversations share it.

    httpcore sets the protocols of a context, so HTTP/2 has contexts of its own.

    Raises `CertificateFault` if a file changed after it was checked.
    """
    return _shared(
        Network(
            ca=network.ca,
            client_certificate=network.client_certificate,
            verify=network.verify,
            http2=network.http2,
        )
    )


def proxy_context(network: Network) -> ssl.SSLContext:
    """The context for proxies, which are not shown the client certificate."""
    return _shared(Network(ca=network.ca, verify=network.verify))


def _shared(network: Network) -> ssl.SSLContext:
    """The context of all transports with these settings: threads share one."""
    with _lock:
        return _built(network)


@lru_cache(maxsize=32)
def _built(network: Network) -> ssl.SSLContext:
    context = httpx.create_ssl_context(verify=network.verify, trust_env=False)
    if network.ca is not None:
        trust(context, network.ca)
        # So that a server's own certificate can be named too; Python 3.13 always allows it.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if network.client_certificate is not None:
        present(context, network.client_certificate)
    return context
