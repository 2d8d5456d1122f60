"""Conditions on answers: JSONPaths with the values that make them true."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from harness.core import Json, ProtocolError, is_same, quote, shorten, show, value_class
from harness.formats.json_path import find_all


@value_class(frozen=True, slots=True)
class Exists:
    """A condition that a path has a value, or that it has none."""

    is_there: bool


Conditions = Mapping[str, tuple[Json | Exists, ...]]
"""JSONPath in an answer → the values that make the condition true; one of them is enough."""


def met(conditions: Conditions, payload: Json) -> list[tuple[str, Json | Exists]]:
    """The conditions that are true for an answer: paths with their values there, if any."""
    found: list[tuple[str, Json | Exists]] = []
    for path, wanted in conditions.items():
        values = find_all(path, payload)
        if not values and Exists(is_there=False) in wanted:
            found.append((path, Exists(is_there=False)))
        is_any = Exists(is_there=True) in wanted
        found += [(path, value) for value in values if is_any or _is_one_of(value, wanted)]
    return found


def _is_one_of(value: Json, wanted: Iterable[Json | Exists]) -> bool:
    return any(not isinstance(one, Exists) and is_same(value, one) for one in wanted)


def holds(conditions: Conditions, payload: Json) -> bool:
    """Whether one of the conditions is true."""
    return bool(met(conditions, payload))


def is_of_this_turn(in_reply_to: Conditions, node: Json) -> bool:
    """Whether a message meets the condition.

    Raises `ProtocolError` if only the type differs, as of 7 and '7': such a message would be left
    out as that of another turn.
    """
    if holds(in_reply_to, node):
        return True
    for path, wanted in in_reply_to.items():
        for value in find_all(path, node):
            mine = next((one for one in wanted if _differs_in_type(value, one)), None)
            if mine is not None:
                kind = "string" if isinstance(value, str) else type(value).__name__
                raise ProtocolError(
                    "other-type",
                    f"{path} of a message is {show(value)}, but 'in_reply_to' compares with"
                    f" {mine if isinstance(value, str) else quote(str(mine))}",
                    f"convert the value: {{{path}: '${{… | {kind}}}'}}",
                )
    return False


def _differs_in_type(value: Json, other: Json | Exists) -> bool:
    """Whether one is a number, and the other the same as a text."""
    numbers = [one for one in (value, other) if type(one) in (int, float)]
    return len(numbers) == 1 and str(value) == str(other)


def shown_refusal(fail_if: Conditions, payload: Json) -> str:
    """The conditions of `fail_if` that are true, as a clause of a message; empty if none is."""
    if not fail_if:
        return ""
    clauses = (f"{path} = {shown(value)}" for path, value in met(fail_if, payload))
    return shorten(", ".join(dict.fromkeys(clauses)))


def shown(value: Json | Exists) -> str:
    """A value of an answer or of a condition, as messages show it."""
    if isinstance(value, Exists):
        return "anything" if value.is_there else "nothing"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
