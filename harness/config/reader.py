"""Reads harness.yaml."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path

from harness.config.config import Config, ProviderConfig, Slower
from harness.config.schema import CONFIG_SCHEMA
from harness.core.durations import parse_age, parse_duration
from harness.core.errors import ConfigurationError, Problem, did_you_mean, quote
from harness.formats.file_format import hold_against
from harness.formats.json_schema import Schema, compile_format
from harness.formats.yaml import Node, read

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
    entries = top.at("providers").items()
    _require_distinct(top.at("providers"))
    providers = {name: _provider(name, node) for name, node in entries}
    tags = top.get("tags")
    concurrency = top.get("concurrency")
    max_age = top.get("max_age")
    history = top.get("history")
    return Config(
        root=root,
        provider=_default(top.get("provider"), providers),
        providers=providers,
        scenarios=_folder(root, top.get("scenarios"), "scenarios"),
        schemas=_folder(root, top.get("schemas"), "schemas"),
        cassettes=_folder(root, top.get("cassettes"), "cassettes"),
        tags={name: str(tag.value) for name, tag in tags.items()} if tags else None,
        concurrency=_count(concurrency, 20),
        checks=tuple(top.get("checks") or ()),
        max_age=parse_age(str(max_age.value)) if max_age else None,
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
            hint="providers name folders of recordings, which not every system tells apart",
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
        message = f"the file cannot be read: {error.strerror}"
        problem = Problem(code="unreadable-file", message=message, where=file.name)
        raise ConfigurationError(problem) from error


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
    latency = drift.get("latency") if drift else None
    factor = latency.get("factor") if latency else None
    at_least = latency.get("at_least") if latency else None
    known = Slower()
    return Slower(
        factor=float(str(factor.value)) if factor else known.factor,
        at_least=parse_duration(str(at_least.value)) if at_least else known.at_least,
    )


def _provider(name: str, node: Node) -> ProviderConfig:
    rate = node.get("rate")
    timeout = node.get("timeout")
    concurrency, retries = node.get("concurrency"), node.get("retries")
    hosts = node.get("hosts")
    return ProviderConfig(
        name=name,
        definition=str(node.at("definition").value),
        node=node,
        concurrency=_count(concurrency, 0) or None,
        rate=_positive(rate, _rate) if rate else None,
        timeout=_positive(timeout, parse_duration) if timeout else None,
        retries=None if retries is None else _count(retries, 0),
        hosts=tuple(origin for host in hosts or () for origin in _origins(str(host.value))),
    )


def _positive(node: Node, parse: Callable[[str], float]) -> float:
    value = parse(str(node.value))
    if value <= 0:
        message = f"'{node.path[-1]}' is {node.value}, expected more than nothing"
        raise ConfigurationError(Problem(code="wrong-value", message=message, place=node.place))
    return value


def _origins(host: str) -> tuple[str, ...]:
    """`host:port` of a host; without a port, those of https and http."""
    name = host.lower()
    return (name,) if _PORT.search(name) else (f"{name}:443", f"{name}:80")


def _count(node: Node | None, otherwise: int) -> int:
    return node.value if node is not None and isinstance(node.value, int) else otherwise


def _rate(text: str) -> float:
    count, _, unit = text.partition("/")
    return float(count) / _SECONDS[unit]


def _folder(root: Path, node: Node | None, default: str) -> Path:
    if node is not None and "${" in str(node.value):
        raise ConfigurationError(
            Problem(
                code="not-filled-in",
                message=f"${{…}} stands in '{default}', where nothing is filled in",
                place=node.place,
                hint="only settings and 'history' read the environment",
            )
        )
    folder = (root / (str(node.value) if node else default)).resolve()
    if node is not None and not folder.is_relative_to(root):
        raise ConfigurationError(
            Problem(
                code="outside-project",
                message=f"the folder {quote(str(node.value))} lies outside the project",
                place=node.place,
                hint="name a folder beside or below harness.yaml",
            )
        )
    return folder


@cache
def _format() -> Schema:
    return compile_format(CONFIG_SCHEMA, name="harness.yaml")
