"""Conditions on answers: JSONPaths with the values that mean something."""

from __future__ import annotations

import json
from collections.abc import Iterable

from harness.core import Json, is_same, shorten
from harness.formats.json_path import find_all
from harness.providers.definition import Conditions, Exists


def met(conditions: Conditions, payload: Json) -> list[tuple[str, Json]]:
    """The conditions that are true of an answer: paths and values, null where none is there."""
    found: list[tuple[str, Json]] = []
    for path, wanted in conditions.items():
        values = find_all(path, payload)
        if not values and Exists(is_there=False) in wanted:
            found.append((path, None))
        is_any = Exists(is_there=True) in wanted
        found += [(path, value) for value in values if is_any or _is_one_of(value, wanted)]
    return found


def _is_one_of(value: Json, wanted: Iterable[Json | Exists]) -> bool:
    return any(not isinstance(one, Exists) and is_same(value, one) for one in wanted)


def holds(conditions: Conditions, payload: Json) -> bool:
    """Whether one of the conditions is true."""
    return bool(met(conditions, payload))


def shown_refusal(fail_if: Conditions, payload: Json) -> str:
    """The conditions of `fail_if` that an answer meets, as a clause of a message; or empty."""
    if not fail_if:
        return ""
    clauses = (f"{path} = {shown(value)}" for path, value in met(fail_if, payload))
    return shorten(", ".join(dict.fromkeys(clauses)))


def shown(value: Json | Exists) -> str:
    """A value of an answer, or a wanted one, as it stands in a message."""
    if isinstance(value, Exists):
        return "anything" if value.is_there else "nothing"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
