"""Reads a provider's `network:` with its files, and finds their problems."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from harness.config import ProviderConfig
from harness.config.network_format import ENVIRONMENT
from harness.core import Json
from harness.formats.yaml import Node
from harness.providers.setting import LITERAL
from harness.transport.certificates import CertificateFault, present, trust
from harness.transport.network import (
    NO_PROXY,
    PROXY_VARIABLES,
    ClientCertificate,
    Network,
    Proxy,
    hosts_in,
    parse_proxy,
    unread_variables,
    variable,
)

EXTRA = "pip install 'conversation-harness[network]'"

_CREDENTIALS = re.compile(r"//([^:/]*):(.*)@")
_DEFAULT = re.compile(r"""default\(\s*['"]""")


@dataclass(slots=True, kw_only=True)
class NetworkReader:
    """Reads one provider's `network:`."""

    config: ProviderConfig
    environment: Mapping[str, str]
    render: Callable[[Node], Json]
    """The value of a text with templates; None if it is not known, which it notes."""
    note: Callable[..., None]
    """Notes a problem: code, message, node, and optionally a hint."""
    hides: Callable[[], None]
    """Called if a secret is written in the file, so that no line of it is shown."""
    _shown: dict[str, str] = field(default_factory=dict)
    """The paths as they are written in harness.yaml."""

    def read(self) -> Network:
        """The settings; those that are wrong are noted and left out."""
        node = self.config.network
        own = node.get("client_certificate") if node else None
        proxy = node.get("proxy") if node else None
        reads_proxies = proxy is not None and proxy.value == ENVIRONMENT
        http, https = self._proxies(proxy)
        self._require_extra("h2", node.get("http2") if node else None, "HTTP/2")
        entries = variable(NO_PROXY, self.environment)[1] if reads_proxies else ""
        return Network(
            ca=self._ca(node.get("ca") if node else None),
            client_certificate=self._own_certificate(own) if own else None,
            verify=self.config.verify,
            http2=node is not None and node.value_of("http2") is True,
            http_proxy=http,
            https_proxy=https,
            direct=hosts_in(entries),
            unread=unread_variables(self.environment, reads_proxies=reads_proxies),
        )

    def _ca(self, node: Node | None) -> Path | None:
        path = self._path(node) if node else None
        if node is None or path is None:
            return None
        try:
            trust(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), path)
        except CertificateFault as fault:
            self._fault(fault, node)
        return path

    def _own_certificate(self, node: Node) -> ClientCertificate | None:
        if isinstance(node.value, str):
            certificate, key, password = self._path(node), None, None
        else:
            key_node, secret = node.get("key"), node.get("password")
            certificate = self._path(node.at("certificate"))
            key = self._path(key_node) if key_node else None
            password = self._password(secret) if secret else None
            if (key_node and key is None) or (secret and password is None):
                # Not known, or wrong: what is known of the files cannot be held against it.
                return None
        if certificate is None:
            return None
        own = ClientCertificate(certificate=certificate, key=key, password=password)
        try:
            needs_password = present(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), own)
        except CertificateFault as fault:
            self._fault(fault, node)
            return own
        if password is not None and not needs_password:
            self.note(
                "no-effect",
                "'password' has no effect, because the key is not encrypted",
                node.at("password"),
                "remove it",
            )
        return own

    def _password(self, node: Node) -> str | None:
        if "${" not in str(node.value) or LITERAL.search(str(node.value)):
            self.hides()
            self.note(
                "inline-secret",
                "the password of the client certificate is written in the file",
                node,
                "write ${env.NAME} and set that variable",
            )
            return None
        return self._text(node)

    def _proxies(self, node: Node | None) -> tuple[Proxy | None, Proxy | None]:
        """The proxies for servers of the schemes http and https."""
        if node is None:
            return None, None
        if node.value == ENVIRONMENT:
            found = [self._variable(name, node) for name in PROXY_VARIABLES]
            return found[0] or found[2], found[1] or found[2]
        if _has_written_password(str(node.value)):
            self.hides()
            self.note(
                "inline-secret",
                "the password of the proxy is written in the file",
                node,
                "write ${env.NAME | urlencode} for it and set that variable",
            )
            return None, None
        text = self._text(node)
        proxy = self._proxy(text, node) if text else None
        return proxy, proxy

    def _variable(self, name: str, node: Node) -> Proxy | None:
        shown, text = variable(name, self.environment)
        if not text:
            return None
        return self._proxy(text if "://" in text else f"http://{text}", node, f"{shown}: ")

    def _proxy(self, text: str, node: Node, where: str = "") -> Proxy | None:
        try:
            proxy = parse_proxy(text)
        except ValueError as error:
            has_template = "${" in str(node.value) and "@" in str(node.value)
            hint = (
                "if it contains a password, write ${env.NAME | urlencode}" if has_template else ""
            )
            self.note("wrong-address", f"{where}{error}", node, hint)
            return None
        if proxy.is_socks:
            self._require_extra("socksio", node, "a SOCKS proxy")
        return proxy

    def _require_extra(self, module: str, node: Node | None, what: str) -> None:
        if node is not None and node.value and find_spec(module) is None:
            self.note("missing-extra", f"{what} needs a library that is not installed", node, EXTRA)

    def _path(self, node: Node) -> Path | None:
        text = self._text(node)
        if text is None:
            return None
        path = Path(os.path.normpath(self.config.folder / Path(text).expanduser()))
        self._shown[str(path)] = os.path.normpath(text)
        return path

    def _text(self, node: Node) -> str | None:
        """A text with its templates filled in; None if that is not possible."""
        value = self.render(node) if "${" in str(node.value) else node.value
        return str(value) if value else None

    def _fault(self, fault: CertificateFault, node: Node) -> None:
        at = node.get(fault.key) if fault.key else None
        message = fault.message
        for path, shown in self._shown.items():
            message = message.replace(path, shown)
        self.note(fault.code, message, at or node, fault.hint)


def _has_written_password(url: str) -> bool:
    """Whether the password in a URL, or its default, does not come from the environment."""
    found = _CREDENTIALS.search(url)
    return found is not None and ("${" not in found[2] or bool(_DEFAULT.search(found[2])))
