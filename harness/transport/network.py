"""How the servers of a provider are reached: certificates and proxies, as values.

A replay has none of this, and no recording stores it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from harness.core import value_class

PROXY_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
"""The schemes of proxies, with their ports."""
PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy")
NO_PROXY = "no_proxy"
CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables that other clients read for authorities to trust; nothing here does."""


@value_class(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A proxy. Its credentials are secrets."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""

    @property
    def url(self) -> str:
        """Its address without credentials, as it is shown."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def is_socks(self) -> bool:
        """Whether it speaks SOCKS 5; otherwise HTTP."""
        return self.scheme.startswith("socks")


@value_class(frozen=True, slots=True, kw_only=True)
class ClientCertificate:
    """What a server is shown that requires a certificate."""

    certificate: Path
    key: Path | None = None
    """None if the certificate's file contains it."""
    password: str | None = None


@value_class(frozen=True, slots=True, kw_only=True)
class Network:
    """How the servers of one provider are reached."""

    ca: Path | None = None
    """A file or folder of further authorities to trust."""
    client_certificate: ClientCertificate | None = None
    verify: bool = True
    """Whether certificates of servers are checked."""
    http2: bool = False
    http_proxy: Proxy | None = None
    """For servers of the scheme http."""
    https_proxy: Proxy | None = None
    """For servers of the scheme https."""
    direct: tuple[str, ...] = ()
    """The entries of NO_PROXY: hosts that are reached without a proxy."""
    unread: tuple[str, ...] = ()
    """Variables that are set in the environment, and that other clients would read."""

    def proxy_for(self, scheme: str, host: str, port: int) -> Proxy | None:
        """The proxy through which a server is reached; None if directly."""
        proxy = self.https_proxy if scheme == "https" else self.http_proxy
        if proxy is None or any(_matches(entry, host.lower(), port) for entry in self.direct):
            return None
        return proxy

    @property
    def proxies(self) -> tuple[Proxy, ...]:
        """Every proxy, each once."""
        found = (one for one in (self.http_proxy, self.https_proxy) if one is not None)
        return tuple(dict.fromkeys(found))

    @property
    def secrets(self) -> dict[str, str]:
        """The passwords of proxies and of the client certificate's key, by name."""
        found: dict[str, str] = {}
        for number, proxy in enumerate(self.proxies, 1):
            suffix = "" if number == 1 else f".{number}"
            if proxy.password:
                found[f"proxy.password{suffix}"] = proxy.password
                # As Basic authentication encodes them.
                found[f"proxy.credentials{suffix}"] = f"{proxy.user}:{proxy.password}"
        own = self.client_certificate
        if own is not None and own.password:
            found["client_certificate.password"] = own.password
        return found


DIRECT = Network()
"""No proxy, the usual authorities, no certificate of our own."""


def parse_proxy(text: str) -> Proxy:
    """A proxy from its URL. Raises `ValueError` with a sentence that does not contain the URL."""
    try:
        parts = urlsplit(text)
    except ValueError:
        # Its text may contain the whole address.
        raise ValueError("the proxy's URL is not an address") from None
    if "://" not in text or parts.scheme not in PROXY_PORTS:
        found = f"the scheme {parts.scheme}://" if "://" in text else "no scheme"
        raise ValueError(f"the proxy's URL has {found}, expected http://, https:// or socks5://")
    try:
        port = parts.port
    except ValueError as error:
        raise ValueError("the proxy's URL has a port that is not a number up to 65535") from error
    if not parts.hostname:
        raise ValueError("the proxy's URL has no host")
    if not parts.hostname.isascii() or any(one.isspace() for one in parts.hostname):
        raise ValueError("the proxy's URL has a host with a character that is not allowed")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(
            "the proxy's URL has a path after its host; "
            "in a user name or password, write '/' as %2F, '?' as %3F and '#' as %23"
        )
    return Proxy(
        scheme=parts.scheme,
        host=parts.hostname,
        port=PROXY_PORTS[parts.scheme] if port is None else port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def variable(name: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """Name and value of a variable in lower or upper case, the former first; value '' if not set.

    `HTTP_PROXY` in upper case is a header of a request in a CGI script.

    Source: `urllib.request.getproxies_environment`.
    """
    upper = name.upper()
    if name in environment:
        return name, environment[name]
    if name == "http_proxy" and "REQUEST_METHOD" in environment:
        return upper, ""
    return upper, environment.get(upper, "")


def hosts_in(text: str) -> tuple[str, ...]:
    """The entries of NO_PROXY."""
    return tuple(entry.lower() for part in text.split(",") if (entry := part.strip()))


def unread_variables(environment: Mapping[str, str], *, reads_proxies: bool) -> tuple[str, ...]:
    """Variables that are set, and that other clients would read."""
    names: Iterable[str] = () if reads_proxies else PROXY_VARIABLES
    proxies = [found[0] for name in names if (found := variable(name, environment))[1]]
    return (*proxies, *(name for name in CERTIFICATE_VARIABLES if environment.get(name)))


def _matches(entry: str, host: str, port: int) -> bool:
    """Whether an entry of NO_PROXY names a host: itself, its domain, or its network."""
    if entry == "*":
        return True
    name, mark, number = entry.rpartition(":")
    if mark and number.isdigit() and (name.endswith("]") or ":" not in name):
        if int(number) != port:
            return False
        entry = name
    entry = entry.strip("[]")
    with suppress(ValueError):
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
    entry = entry.removeprefix("*").removeprefix(".")
    return host == entry or host.endswith(f".{entry}")
