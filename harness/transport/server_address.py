"""The address of a server, for the list of allowed hosts and for messages."""

from __future__ import annotations

from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}


def host_and_port(url: str) -> str:
    """`host:port` in lower case, with the scheme's own port filled in.

    Raises `ValueError` where the URL has another scheme, no host, or no valid port.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError(f"'{url}' is not an absolute http or https URL")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = PORTS[parts.scheme] if parts.port is None else parts.port
    return f"{host}:{port}"


def address(url: str) -> str:
    """`scheme://host:port`: enough to find the server, and never a password or a query.

    Raises `ValueError` as `host_and_port` does.
    """
    return f"{urlsplit(url).scheme}://{host_and_port(url)}"
