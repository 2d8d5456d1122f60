"""Checks that wait for messages behind the reply: where they may stand, and how long they wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.checks import KIND_NAMED
from harness.core import Json, Path, parse_duration
from harness.scenario.scenario import Scope

WITHIN = "within"
NOT_HERE = "'within' cannot wait here"


def where_it_waits(scope: Scope) -> str:
    """Where a check belongs that is to wait, told to whoever put it somewhere else."""
    if scope is Scope.REPLY:
        return "put the check directly into the turn's 'expect:'"
    return "put the check into the 'expect:' of the turn that must wait"


def seconds_within(name: str, value: Json, scope: Scope) -> float:
    """How long a check waits; 0.0 where it does not, or says so in a wrong way."""
    kind = KIND_NAMED.get(name)
    if kind is None or not kind.waits or scope is not Scope.REPLY or not isinstance(value, Mapping):
        return 0.0
    try:
        return parse_duration(str(value.get(WITHIN)))
    except ValueError:
        return 0.0


def waits_in_vain(name: str, value: Json, scope: Scope | None) -> Iterator[Path]:
    """Paths to each `within` of a check's value that nothing waits for.

    A check waits where it stands by itself in what is expected of a reply. The scope is None where
    it stands inside another check, such as `not`.
    """
    kind = KIND_NAMED.get(name)
    if kind is None or not (kind.waits or kind.content):
        return
    if kind.waits:
        if scope is not Scope.REPLY and isinstance(value, Mapping) and WITHIN in value:
            yield (WITHIN,)
        return
    for path, inner, one in kind.inner_checks(value):
        yield from ((*path, *rest) for rest in waits_in_vain(inner, one, None))
