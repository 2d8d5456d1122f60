"""The entries below `providers:` in harness.yaml."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path

from harness.config.network_format import contradictions
from harness.config.prices_format import price_problems, prices_of
from harness.conversation.prices import Prices
from harness.core import ConfigurationError, Problem, parse_duration, quote, value_class
from harness.formats.yaml import Node

PROVIDER_CONCURRENCY = 8
"""Conversations at once with a provider, where neither its entry nor the option says how many."""

_PORT = re.compile(r":\d+$")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}


@value_class(frozen=True, slots=True, kw_only=True)
class ProviderConfig:
    """An entry below `providers:`. Its settings are templates that are not yet filled in."""

    name: str
    definition: str
    """The name of a built-in definition, or a folder of the project."""
    node: Node
    """The entry in the file. Messages about it name its place."""
    concurrency: int | None = None
    """Conversations at once, live or recording; None if the provider has no limit of its own."""
    rate: float | None = None
    """Requests a second, of all conversations together; None for no limit."""
    timeout: float | None = None
    """Seconds that a request may take in total."""
    retries: int | None = None
    """Attempts of a request after the first; None for the default number."""
    hosts: tuple[str, ...] = ()
    """Other servers that a redirect may lead to, each as `host:port`."""
    prices: Prices | None = None
    """What its replies cost; None if harness.yaml does not say."""
    folder: Path = field(default_factory=Path)
    """That of harness.yaml, below which the paths of `network` are."""

    @property
    def network(self) -> Node | None:
        """How its servers are reached; it still holds its templates."""
        return self.node.get("network")

    @property
    def verify(self) -> bool:
        """Whether the certificates of its servers are checked."""
        return self.network is None or self.network.value_of("verify") is not False


def read_providers(providers: Node, root: Path) -> Mapping[str, ProviderConfig]:
    """The entries by name; `root` is the folder of harness.yaml. Raises `ConfigurationError`."""
    _require_distinct(providers)
    _require_consistent(providers)
    return {name: _provider(name, node, root) for name, node in providers.items()}


def _require_distinct(providers: Node) -> None:
    """Raise if two names differ only in case: they are names of folders of recordings."""
    first: dict[str, str] = {}
    problems = [
        Problem(
            code="duplicate-provider",
            message=f"the provider {quote(name)} differs from {quote(before)} only by case",
            place=node.key_place,
            hint="provider names are also folder names, and not every system distinguishes case",
        )
        for name, node in providers.items()
        if (before := first.setdefault(name.casefold(), name)) != name
    ]
    if problems:
        raise ConfigurationError(problems)


def _require_consistent(providers: Node) -> None:
    problems = [
        problem
        for _, node in providers.items()
        for problem in (*contradictions(node.get("network")), *price_problems(node.get("prices")))
    ]
    if problems:
        raise ConfigurationError(problems)


def _provider(name: str, node: Node, root: Path) -> ProviderConfig:
    return ProviderConfig(
        name=name,
        definition=str(node.value_of("definition")),
        node=node,
        concurrency=_whole(node.value_of("concurrency")),
        rate=_positive(node.get("rate"), _rate),
        timeout=_positive(node.get("timeout"), parse_duration),
        retries=_whole(node.value_of("retries")),
        hosts=tuple(origin for host in node.value_of("hosts", ()) for origin in _origins(host)),
        prices=prices_of(node.get("prices")),
        folder=root,
    )


def _whole(value: float | None) -> int | None:
    # JSON Schema accepts 5.0 as a whole number.
    return None if value is None else int(value)


def _positive(node: Node | None, parse: Callable[[str], float]) -> float | None:
    if node is None:
        return None
    value = parse(str(node.value))
    if value <= 0:
        raise ConfigurationError(
            Problem(
                code="wrong-value",
                message=f"'{node.path[-1]}' is {node.value}, expected more than zero",
                place=node.place,
            )
        )
    return value


def _origins(host: str) -> tuple[str, ...]:
    """The `host:port` of a host; without a port, with those of https and of http."""
    name = host.lower()
    return (name,) if _PORT.search(name) else (f"{name}:443", f"{name}:80")


def _rate(text: str) -> float:
    count, _, unit = text.partition("/")
    return float(count) / _SECONDS[unit]
