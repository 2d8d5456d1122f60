"""The schemas and golden files that the expectations of a scenario may name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from harness.checks import KIND_NAMED
from harness.checks.check import Content
from harness.core import Json, scalars, value_class
from harness.project.fitting_providers import expectations_of
from harness.project.project import Project
from harness.scenario import Expectation, Scenario


@value_class(frozen=True, slots=True, kw_only=True)
class NamedFiles:
    """What the expectations of a scenario may read, besides the reply."""

    names: tuple[str, ...] = ()
    """Texts that may be names of schemas or golden files, sorted; some are other texts."""
    is_any: bool = False
    """A name is only known when the scenario is played, so it may be that of any file."""
    has_own_checks: bool = False
    """Python code of the project judges a reply, and may read any file."""

    def as_json(self) -> Json:
        """In the form of the cache."""
        return [list(self.names), self.is_any, self.has_own_checks]

    @classmethod
    def from_json(cls, kept: Any) -> NamedFiles:  # noqa: ANN401  # what `as_json` made
        """From the form of the cache."""
        names, is_any, has_own_checks = kept
        return cls(names=tuple(names), is_any=is_any, has_own_checks=has_own_checks)


def named_by(project: Project, scenario: Scenario) -> NamedFiles:
    """The files that the expectations of a scenario may name."""
    names: set[str] = set()
    is_any = has_own = False
    for _, expectation in expectations_of(scenario):
        if not _may_name_files(expectation):
            continue
        own = _is_own(expectation, project.own_checks)
        has_own |= own
        is_any |= own or not expectation.value.is_constant
        names.update(_texts(expectation.constant))
    return NamedFiles(names=tuple(sorted(names)), is_any=is_any, has_own_checks=has_own)


def _may_name_files(expectation: Expectation) -> bool:
    kind = KIND_NAMED.get(expectation.name)
    if kind is None:
        return True
    return kind.names_files or Content.CHECKS in (kind.content, *kind.parts.values())


def _is_own(expectation: Expectation, own: frozenset[str]) -> bool:
    """Whether a check of the project is used, perhaps inside another check."""
    if expectation.name in own:
        return True
    if not expectation.value.is_constant:
        return bool(own)
    return bool(own) and not own.isdisjoint(_keys(expectation.constant))


def _keys(value: Json) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from value
    for inner in _inner(value):
        yield from _keys(inner)


def _inner(value: Json) -> Collection[Json]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list | tuple) else ()


def _texts(value: Json) -> Iterator[str]:
    return (one for _, one in scalars(value) if isinstance(one, str) and one)
