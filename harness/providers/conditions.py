"""Conditions on answers: JSONPaths with the values that mean something."""

from __future__ import annotations

import json

from harness.core import Json, is_same, shorten
from harness.formats.json_path import find_all
from harness.providers.definition import Conditions


def met(conditions: Conditions, payload: Json) -> list[tuple[str, Json]]:
    """The conditions that are true of an answer: paths and values."""
    return [
        (path, value)
        for path, wanted in conditions.items()
        for value in find_all(path, payload)
        if any(is_same(value, one) for one in wanted)
    ]


def holds(conditions: Conditions, payload: Json) -> bool:
    """Whether one of the conditions is true."""
    return bool(met(conditions, payload))


def shown_refusal(fail_if: Conditions, payload: Json) -> str:
    """The conditions of `fail_if` that an answer meets, as a clause of a message; or empty."""
    if not fail_if:
        return ""
    clauses = (f"{path} = {shown(value)}" for path, value in met(fail_if, payload))
    return shorten(", ".join(dict.fromkeys(clauses)))


def shown(value: Json) -> str:
    """A value of an answer as it stands in a message."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
