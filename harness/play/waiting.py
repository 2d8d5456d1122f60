"""How long a reply is waited for, by what its checks still want."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from harness.conversation import Exchange
from harness.scenario import UserTurn


def time_left(planned: UserTurn, passed: float, holds: Callable[[UserTurn], bool]) -> float:
    """Seconds until the next time is over of a check that does not hold; 0.0 where none is left.

    `passed` are the seconds since the reply came; `holds` judges a turn with one of the checks.
    """
    wanted = (
        one.within - passed
        for one in planned.expectations
        if one.within > passed
        and not holds(replace(planned, expectations=(one,), captures={}, faults=()))
    )
    return min(wanted, default=0.0)


def came_at(exchanges: tuple[Exchange, ...]) -> float:
    """When a reply had come, in seconds from the start of the conversation."""
    answers = (one.response for one in reversed(exchanges) if one.response is not None)
    last = next(answers, None)
    return last.ended if last is not None else 0.0
