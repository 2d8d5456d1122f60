"""Waits in a Python test for what comes behind a reply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from harness.conversation import Exchange, Reply, Turn
from harness.core.errors import PlayError, Problem, ScenarioError
from harness.play.line import Line
from harness.play.waiting import came_at, time_left
from harness.providers.session import Session
from harness.scenario import UserTurn


def require_last(planned: UserTurn, turns: Sequence[Turn]) -> None:
    """Raise `ScenarioError` where the conversation went on since a turn."""
    __tracebackhide__ = True
    if planned.number < len(turns):
        message = "the conversation went on, so nothing more comes behind this reply"
        hint = "wait before the next message is said"
        place = planned.place
        raise ScenarioError(Problem(code="cannot-wait", message=message, place=place, hint=hint))


def waited(
    turn: Turn,
    planned: UserTurn,
    session: Session,
    line: Line,
    holds: Callable[[UserTurn, Turn], bool],
) -> tuple[Turn, PlayError | None]:
    """The last turn with what came behind its reply, and why it could not be looked for.

    What an earlier call waited is not waited for again.
    """
    looks: list[Exchange] = list(turn.looked_up)
    failed: PlayError | None = None
    reply = turn.reply
    came = came_at(turn.exchanges)
    passed = came_at(turn.looks) - came if turn.looks else 0.0

    def left(so_far: Reply, passed: float) -> float:
        looks.extend(line.redact(session.take_exchanges()))
        now = replace(turn, reply=so_far)
        return time_left(planned, passed, lambda one: holds(one, now))

    try:
        if reply is not None:
            reply = session.wait_for_more(reply, came, left, passed=passed)
    except PlayError as error:
        failed = error
    looks.extend(line.redact(session.take_exchanges()))
    return replace(turn, reply=reply, looked_up=tuple(looks)), failed
