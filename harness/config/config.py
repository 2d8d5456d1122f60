"""Reads harness.yaml into values."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import field
from functools import cache
from pathlib import Path

from harness.config.config_schema import CONFIG_SCHEMA
from harness.config.judges_format import embedders_of, judge_problems, providers_of
from harness.config.network_format import place_of_key
from harness.config.provider_config import ProviderConfig, read_providers
from harness.config.strength_format import IgnoredField, ignore_problems, ignored_fields
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


def read_config(file: Path, shown: str = "") -> Config:
    """Read and check harness.yaml. Raises `ConfigurationError` or `YamlError`.

    `shown` is how messages name the file; by default, they use its name.
    """
    document = read(_content(file), shown or file.name, expect_mapping=True)
    hold_against(document, _format(), error=ConfigurationError, advise=place_of_key)
    top = document.at()
    root = file.parent.resolve()
    providers = read_providers(top.at("providers"), root)
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
