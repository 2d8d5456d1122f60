"""What harness.yaml says, as values, and how it is read."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field
from functools import cache
from pathlib import Path

from harness.config.schema import CONFIG_SCHEMA
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
    """One entry below `providers:`; its settings still hold their templates."""

    name: str
    definition: str
    """A built-in definition's name, or a folder below the project."""
    node: Node
    """The entry in the file, for the places of its problems."""
    concurrency: int | None = None
    """Conversations at once, live or recording; None for no limit of its own."""
    rate: float | None = None
    """Requests a second over all conversations; None for no limit."""
    timeout: float | None = None
    """Total seconds for one request."""
    retries: int | None = None
    """Further attempts of one request after the first; None for the usual ones."""
    hosts: tuple[str, ...] = ()
    """Further servers that a redirect may lead to, each as `host:port`."""


@value_class(frozen=True, slots=True, kw_only=True)
class Slower:
    """From when on a turn counts as slower than the recorded one: both must hold."""

    factor: float = 2.0
    """As many times the recorded seconds."""
    at_least: float = 0.5
    """As many seconds more."""


@value_class(frozen=True, slots=True, kw_only=True)
class Config:
    """What harness.yaml says."""

    root: Path
    """The project: the folder that harness.yaml lies in."""
    provider: str = ""
    """Played where a scenario names none."""
    providers: Mapping[str, ProviderConfig] = field(default_factory=dict)
    scenarios: Path
    schemas: Path
    cassettes: Path
    tags: Mapping[str, str] | None = None
    """Known tags with their meaning; None where any tag will do."""
    concurrency: int = 20
    """Conversations at once over all providers, live or recording."""
    checks: tuple[Node, ...] = ()
    """Where the project's own checks lie: Python files of it, or names of installed ones."""
    max_age: float | None = None
    """Seconds after which a recording counts as old; None where any age will do."""
    slower: Slower = field(default_factory=Slower)
    """From when on drift calls a turn slower than recorded."""
    history: Node | None = None
    """Where what came of runs is kept; it still holds its templates."""

    def shown(self, path: Path) -> str:
        """A path as people see it: relative to the project where it lies inside it."""
        # Texts, not paths: this is asked for several times a scenario.
        text, root = str(path), f"{self.root}{os.sep}"
        return text.removeprefix(root).replace(os.sep, "/")


_PORT = re.compile(r":\d+$")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def read_config(file: Path, shown: str = "") -> Config:
    """Read and check harness.yaml. Raises `ConfigurationError` or `YamlError`.

    `shown` is how messages name the file, by its name where left out.
    """
    document = read(_content(file), shown or file.name, expect_mapping=True)
    hold_against(document, _format(), error=ConfigurationError)
    top = document.at()
    root = file.parent.resolve()
    _require_distinct(top.at("providers"))
    providers = {name: _provider(name, node) for name, node in top.entries("providers")}
    max_age, history = top.value_of("max_age"), top.get("history")
    return Config(
        root=root,
        provider=_default(top.get("provider"), providers),
        providers=providers,
        **{key: _folder(root, top.get(key), key) for key in ("scenarios", "schemas", "cassettes")},
        tags=dict(top.value_of("tags")) if top.has("tags") else None,
        concurrency=int(top.value_of("concurrency", 20)),
        checks=tuple(top.get("checks") or ()),
        max_age=parse_age(max_age) if max_age else None,
        slower=_slower(top.get("drift")),
        history=history.get("url") if history else None,
    )


def _require_distinct(providers: Node) -> None:
    """Raise where two names differ only by case: they name folders of recordings."""
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


def _default(named: Node | None, providers: Collection[str]) -> str:
    """The provider of scenarios that name none: the one that is named, or the only one there is."""
    if named is None:
        return next(iter(providers)) if len(providers) == 1 else ""
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


def _provider(name: str, node: Node) -> ProviderConfig:
    return ProviderConfig(
        name=name,
        definition=str(node.value_of("definition")),
        node=node,
        concurrency=_whole(node.value_of("concurrency")),
        rate=_positive(node.get("rate"), _rate),
        timeout=_positive(node.get("timeout"), parse_duration),
        retries=_whole(node.value_of("retries")),
        hosts=tuple(origin for host in node.value_of("hosts", ()) for origin in _origins(host)),
    )


def _whole(value: float | None) -> int | None:
    # JSON Schema takes 5.0 for a whole number too.
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
    """`host:port` of a host; without a port, those of https and http."""
    name = host.lower()
    return (name,) if _PORT.search(name) else (f"{name}:443", f"{name}:80")


def _rate(text: str) -> float:
    count, _, unit = text.partition("/")
    return float(count) / _SECONDS[unit]


def unknown_tag(
    tag: str, known: Iterable[str], *, place: Place | None = None, where: str = ""
) -> Problem:
    """What to say of a tag that is not among the known ones."""
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
                hint="only settings and 'history' can use environment variables",
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
