"""Checks that wait for messages behind the reply: where they may stand, and how long they wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.core.durations import parse_duration
from harness.core.typing import Json, Path
from harness.scenario.scenario import Scope

WAITING = ("messages", "replies")
"""Checks that can wait."""
WITHIN = "within"
_AROUND = ("not", "any_of", "all_of")

NOT_HERE = "'within' waits for nothing here"


def where_it_waits(scope: Scope) -> str:
    """Where a check belongs that is to wait, told to whoever put it somewhere else."""
    if scope is Scope.REPLY:
        return "put the check straight into the turn's 'expect:'"
    return "put the check into the 'expect:' of the turn that is to wait"


def seconds_within(name: str, value: Json, scope: Scope) -> float:
    """How long a check waits; 0.0 where it does not, or says so in a wrong way."""
    if name not in WAITING or scope is not Scope.REPLY or not isinstance(value, Mapping):
        return 0.0
    try:
        return parse_duration(str(value.get(WITHIN)))
    except ValueError:
        return 0.0


def waits_in_vain(name: str, value: Json, scope: Scope) -> Iterator[Path]:
    """Paths to each `within` of a check's value that nothing waits for.

    A check waits where it stands by itself in what is expected of a reply, not within `not`,
    `any_of` or `all_of`.
    """
    if name in WAITING and scope is not Scope.REPLY:
        yield from _own(value)
    elif name in _AROUND:
        yield from _inside(value)


def _own(value: Json) -> Iterator[Path]:
    if isinstance(value, Mapping) and WITHIN in value:
        yield (WITHIN,)


def _inside(value: Json) -> Iterator[Path]:
    """The same in what stands behind `not`, `any_of` or `all_of`: a block, or a list of blocks."""
    if isinstance(value, list):
        for index, block in enumerate(value):
            yield from ((index, *path) for path in _inside(block))
        return
    for name, inner in value.items() if isinstance(value, Mapping) else ():
        found = _own(inner) if name in WAITING else _inside(inner) if name in _AROUND else ()
        yield from ((name, *path) for path in found)
