"""Conditions on answers: whether one holds, and the state of a task that a poll asks for."""

from __future__ import annotations

import json

from harness.core.source import shorten
from harness.core.typing import Json, is_same
from harness.formats.json_path import find_all
from harness.providers.definition import Conditions, PollPlan, Step


def holds(conditions: Conditions, payload: Json) -> bool:
    """Whether one of the conditions is true."""
    return bool(_met(conditions, payload))


def shown_refusal(step: Step, payload: Json) -> str:
    """The conditions of `fail_if` that an answer meets, as a clause of a message; or empty."""
    if not step.fail_if:
        return ""
    met = dict.fromkeys(f"{path} = {_plain(value)}" for path, value in _met(step.fail_if, payload))
    return shorten(", ".join(met))


def shown_state(step: Step, plan: PollPlan, payload: Json) -> str:
    """The state as a clause of a message."""
    paths = step.fail_if or plan.until
    values = [f"{path} = {_plain(one)}" for path in paths for one in find_all(path, payload)]
    return shorten(", ".join(values)) if values else f"nothing at {', '.join(paths)}"


def known_states(step: Step, plan: PollPlan) -> str:
    """The states that a poll may be answered."""
    states = [
        _plain(value)
        for conditions in (plan.pending, plan.until, step.fail_if)
        for values in conditions.values()
        for value in values
    ]
    return shorten(", ".join(dict.fromkeys(states)))


def _met(conditions: Conditions, payload: Json) -> list[tuple[str, Json]]:
    return [
        (path, value)
        for path, wanted in conditions.items()
        for value in find_all(path, payload)
        if any(is_same(value, one) for one in wanted)
    ]


def _plain(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
