"""The state of a task, read from what a poll was answered."""

from __future__ import annotations

import json
from collections.abc import Mapping

from harness.json_path import find_all
from harness.providers.definition import PollPlan
from harness.source import shorten
from harness.typing import Json


def holds(conditions: Mapping[str, tuple[Json, ...]], payload: Json) -> bool:
    """Whether one of the conditions is true; each is a JSONPath and the values that mean it."""
    return any(
        value in wanted for path, wanted in conditions.items() for value in find_all(path, payload)
    )


def shown_state(plan: PollPlan, payload: Json) -> str:
    """The state as a clause of a message."""
    paths = plan.fail_if or plan.until
    values = [f"{path} = {_plain(one)}" for path in paths for one in find_all(path, payload)]
    return shorten(", ".join(values)) if values else f"nothing at {', '.join(paths)}"


def known_states(plan: PollPlan) -> str:
    """The states that a poll may be answered."""
    states = [
        _plain(value)
        for conditions in (plan.pending, plan.until, plan.fail_if)
        for values in conditions.values()
        for value in values
    ]
    return shorten(", ".join(dict.fromkeys(states)))


def _plain(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
