"""A provider: a definition with the settings of harness.yaml filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from harness.config import ProviderConfig
from harness.core import Json, Problem, value_class
from harness.providers.definition import Definition
from harness.secrets.secret_forms import SHORTEST
from harness.transport.network import DIRECT, Network

BASE_URL = "base_url"
"""The setting with the start of all URLs. It may be a secret, but is not a credential."""
VARIABLE = re.compile(r"\benv\.(\w+)")
"""A variable of the environment in a template."""


@value_class(frozen=True, slots=True, kw_only=True)
class Provider:
    """A chat API with its settings, ready for conversations."""

    name: str
    definition: Definition
    settings: Mapping[str, Json]
    config: ProviderConfig
    network: Network = DIRECT
    """How its servers are reached; in a replay, nothing is read of it."""

    @property
    def secrets(self) -> Mapping[str, str]:
        """The settings that must never be stored or shown, by name, without empty ones."""
        settings = self.definition.settings
        found = self.network.secrets
        for name, value in self.settings.items():
            if settings[name].is_secret and value not in (None, ""):
                found |= _address_parts(str(value)) if name == BASE_URL else {name: str(value)}
        return found

    @property
    def short_secrets(self) -> Iterator[Problem]:
        """A warning for each secret setting whose value is too short for the redaction."""
        given = dict(self.config.node.entries("settings"))
        for name, value in self.secrets.items():
            # A short path of a secret address is not itself a secret.
            if len(value) < SHORTEST and not name.startswith(f"{BASE_URL}."):
                yield Problem(
                    code="secret-too-short",
                    message=f"the secret '{name}' has fewer than {SHORTEST} characters,"
                    " so it is not redacted",
                    where=str(given.get(name, self.config.node).place),
                    subject=f"provider {self.name}",
                    hint="such a short text also occurs in other words; set a longer value",
                )

    @property
    def credentials_hint(self) -> str:
        """What to check if a server refuses the credentials; empty if there are none."""
        given = dict(self.config.node.entries("settings"))
        names = []
        for name, setting in self.definition.settings.items():
            if setting.is_secret and name != BASE_URL and self.settings.get(name) is not None:
                written = str(given[name].value) if name in given else ""
                variables = ", ".join(VARIABLE.findall(written))
                names.append(f"'{name}'{f', from {variables}' if variables else ''}")
        return f"check the setting {' and '.join(names)}" if names else ""

    @property
    def unverified(self) -> str:
        """A note that certificates of servers are not checked; empty if they are."""
        if self.network.verify or self.config.network is None:
            return ""
        place = self.config.network.at("verify").key_place
        return (
            f"{place}: provider {self.name}: 'verify: false' accepts any certificate, so nothing"
            " proves that the answers came from its server [not-verified]"
        )

    @property
    def open_settings(self) -> Mapping[str, Json]:
        """The settings that may be shown and recorded."""
        settings = self.definition.settings
        return {name: v for name, v in self.settings.items() if not settings[name].is_secret}


def _address_parts(url: str) -> dict[str, str]:
    """An address that is a secret, and the parts that would reveal it: host and path."""
    url = url.rstrip("/")
    parts = urlsplit(url)
    found = {BASE_URL: url}
    if parts.hostname:
        host = parts.netloc.rpartition("@")[2].removesuffix(f":{parts.port}")
        found |= {f"{BASE_URL}.host": host, f"{BASE_URL}.path": parts.path}
        if host != parts.hostname:
            # The form that requests contain.
            found[f"{BASE_URL}.hostname"] = parts.hostname
    return {name: value for name, value in found.items() if value}
