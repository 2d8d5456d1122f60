"""Reads harness.yaml into values."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import field
from functools import cache
from pathlib import Path

from harness.config.config_schema import CONFIG_SCHEMA
from harness.config.judges_format import embedders_of, judge_problems, providers_of
from harness.config.network_format import contradictions, place_of_key
from harness.config.prices_format import price_problems, prices_of
from harness.config.strength_format import IgnoredField, ignore_problems, ignored_fields
from harness.conversation.prices import Prices
from harness.core import (
    ConfigurationError,
    Place,
    Problem,
    did_you_mean,
    parse_age,
    parse_duration,
    quote,
    value_class,
)
from harness.formats.file_format import hold_against
from harness.formats.json_schema import Schema, compile_format
from harness.formats.yaml import Node, read


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


@value_class(frozen=True, slots=True, kw_only=True)
class Slower:
    """When a turn counts as slower than the recorded one: if it exceeds both limits."""

    factor: float = 2.0
    """A multiple of the recorded seconds."""
    at_least: float = 0.5
    """Seconds more than recorded."""


@value_class(frozen=True, slots=True, kw_only=True)
class Config:
    """The content of harness.yaml."""

    root: Path
    """The folder of the project, which contains harness.yaml."""
    provider: str = ""
    """The provider of scenarios that name none."""
    providers: Mapping[str, ProviderConfig] = field(default_factory=dict)
    scenarios: Path
    schemas: Path
    cassettes: Path
    tags: Mapping[str, str] | None = None
    """The known tags with their meaning; None if any tag is allowed."""
    concurrency: int = 20
    """Conversations at once with all providers together, live or recording."""
    checks: tuple[Node, ...] = ()
    """The project's own checks: its Python files, or the names of installed modules."""
    max_age: float | None = None
    """Seconds after which a recording counts as old; None if it may have any age."""
    slower: Slower = field(default_factory=Slower)
    """When drift reports a turn as slower than recorded."""
    history: Node | None = None
    """The address of the history of runs. Its templates are not yet filled in."""
    ignored: tuple[IgnoredField, ...] = ()
    """Fields of replies that `harness strength` leaves out."""
    judges: Mapping[str, Node] = field(default_factory=dict)
    """The entries below `judges:`."""
    judge: str = ""
    """The judge of checks that name none; empty if each must name one."""
    similarity: tuple[str, ...] = ()
    """The providers of embeddings; the first is that of checks that name none."""

    @property
    def judging(self) -> frozenset[str]:
        """The providers that only checks ask."""
        return frozenset(_judging(self.judges.values(), self.similarity))

    def shown(self, path: Path) -> str:
        """A path as messages show it: relative to the project if it is inside."""
        # Comparing texts is faster than `Path.relative_to`; this runs several times a scenario.
        text, root = str(path), f"{self.root}{os.sep}"
        return text.removeprefix(root).replace(os.sep, "/")


PROVIDER_CONCURRENCY = 8
"""Conversations at once with a provider, where neither its entry nor the option says how many."""
_PORT = re.compile(r":\d+$")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def read_config(file: Path, shown: str = "") -> Config:
    """Read and check harness.yaml. Raises `ConfigurationError` or `YamlError`.

    `shown` is how messages name the file; by default, they use its name.
    """
    document = read(_content(file), shown or file.name, expect_mapping=True)
    hold_against(document, _format(), error=ConfigurationError, advise=place_of_key)
    top = document.at()
    root = file.parent.resolve()
    _require_distinct(top.at("providers"))
    _require_consistent(top.at("providers"))
    providers = {name: _provider(name, node, root) for name, node in top.entries("providers")}
    max_age, history = top.value_of("max_age"), top.get("history")
    judges = _judges(top)
    similarity = tuple(str(one.value) for one in embedders_of(top))
    judging = frozenset(_judging(judges.values(), similarity))
    return Config(
        root=root,
        provider=_default(top.get("provider"), providers, judging),
        providers=providers,
        **{key: _folder(root, top.get(key), key) for key in ("scenarios", "schemas", "cassettes")},
        tags=dict(top.value_of("tags")) if top.has("tags") else None,
        concurrency=int(top.value_of("concurrency", 20)),
        checks=tuple(top.get("checks") or ()),
        max_age=parse_age(max_age) if max_age else None,
        slower=_slower(top.get("drift")),
        history=history.get("url") if history else None,
        ignored=_ignored(top.get("strength")),
        judges=judges,
        judge=str(top.value_of("judge", next(iter(judges)) if len(judges) == 1 else "")),
        similarity=similarity,
    )


def _judges(top: Node) -> Mapping[str, Node]:
    if problems := list(judge_problems(top)):
        raise ConfigurationError(problems)
    return dict(top.entries("judges"))


def _judging(judges: Iterable[Node], similarity: Iterable[str]) -> Iterator[str]:
    """The providers of judges and of embeddings."""
    yield from (str(one.value) for judge in judges for one in providers_of(judge))
    yield from similarity


def _ignored(strength: Node | None) -> tuple[IgnoredField, ...]:
    if problems := list(ignore_problems(strength)):
        raise ConfigurationError(problems)
    return ignored_fields(strength)


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


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            Problem(
                code="unreadable-file",
                message=f"the file cannot be read: {error.strerror}",
                where=file.name,
            )
        ) from error


def _default(named: Node | None, providers: Collection[str], judging: Collection[str]) -> str:
    """The provider of scenarios that name none: the default provider, or the only provider.

    Providers that are only `judging` do not count.
    """
    if named is None:
        bots = [name for name in providers if name not in judging] or list(providers)
        return bots[0] if len(bots) == 1 else ""
    if named.value not in providers:
        raise ConfigurationError(
            Problem(
                code="unknown-provider",
                message=f"unknown provider {quote(str(named.value))}",
                place=named.place,
                hint=did_you_mean(str(named.value), providers),
            )
        )
    return str(named.value)


def _slower(drift: Node | None) -> Slower:
    latency = drift.value_of("latency", {}) if drift else {}
    limits: dict[str, Callable[[str], float]] = {"factor": float, "at_least": parse_duration}
    return Slower(**{key: limits[key](value) for key, value in latency.items()})


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


def unknown_tag(
    tag: str, known: Iterable[str], *, place: Place | None = None, where: str = ""
) -> Problem:
    """The message about a tag that is not one of the known tags."""
    return Problem(
        code="unknown-tag",
        message=f"unknown tag {quote(tag)}",
        place=place,
        where=where,
        hint=did_you_mean(tag, known) or "declare it under 'tags:' in harness.yaml",
    )


def _folder(root: Path, node: Node | None, default: str) -> Path:
    if node is not None and "${" in str(node.value):
        raise ConfigurationError(
            Problem(
                code="not-filled-in",
                message=f"${{…}} is not evaluated in '{default}'",
                place=node.place,
                hint="only settings, 'network' and 'history' can use environment variables",
            )
        )
    folder = (root / (str(node.value) if node else default)).resolve()
    if node is not None and not folder.is_relative_to(root):
        raise ConfigurationError(
            Problem(
                code="outside-project",
                message=f"the folder {quote(str(node.value))} is outside the project",
                place=node.place,
                hint="name a folder next to or below harness.yaml",
            )
        )
    return folder


@cache
def _format() -> Schema:
    return compile_format(CONFIG_SCHEMA, name="harness.yaml")
