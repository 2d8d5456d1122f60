"""Steps of the kind `poll`: ask until a condition holds."""

from __future__ import annotations

from collections.abc import Mapping

from harness.conversation import Response
from harness.core import (
    DURATION_PATTERN,
    Json,
    ProtocolError,
    Refused,
    format_duration,
    parse_duration,
    shorten,
)
from harness.formats.json_path import find_all
from harness.formats.yaml import Node
from harness.providers.asking import Asking, exchange, read_answer
from harness.providers.conditions import holds, shown
from harness.providers.definition import PollPlan, Step, StepReader
from harness.providers.flow import FlowState, Send, Sleep
from harness.providers.reply import error_in
from harness.providers.reply_format import CONDITIONS
from harness.providers.request import build_request

_DURATION: Json = {
    "type": "string",
    "pattern": rf"{DURATION_PATTERN}|\$\{{",
    "description": "A time with its unit, such as 500ms, 2s or 1m.",
}
KEYS: Mapping[str, Json] = {
    "until": CONDITIONS,
    "pending": CONDITIONS,
    "every": _DURATION,
    "timeout": _DURATION,
}
"""What no other kind of steps says."""
REQUIRED = ("until", "every", "timeout")


def read_poll(node: Node, reader: StepReader) -> PollPlan:
    """What the step says of its polling."""
    return PollPlan(
        until=reader.conditions(node, "until"),
        pending=reader.conditions(node, "pending"),
        every=reader.template(node.get("every")),
        timeout=reader.template(node.get("timeout")),
    )


def ask_until(step: Step, state: FlowState) -> Asking:
    """Ask until a condition holds.

    Whether the time is over is told from the recorded times of the exchanges, never from a
    clock, so that a replay decides as the recording did. Raises `Refused` where `fail_if` holds,
    and `ProtocolError` for an unknown state and where the time is over.
    """
    plan = step.poll
    assert plan is not None  # noqa: S101  # only such steps are run by it
    context = state.context()
    every = _seconds(step, "every", plan.every.render(context))
    limit = _seconds(step, "timeout", plan.timeout.render(context))
    started: float | None = None
    states: list[str] = []
    asked = 0
    while True:
        request = build_request(step, state)
        response = yield from exchange(Send(request), state)
        asked += 1
        payload = read_answer(step, request, response, state)
        if _has_ended(step, plan, payload, response):
            return payload
        shown_state = _shown_state(step, plan, payload)
        if shown_state not in states[-1:]:
            states.append(shown_state)
        started = response.started if started is None else started
        if response.ended + every - started > limit:
            raise ProtocolError(
                "poll-timeout",
                f"the task did not end within {format_duration(limit)}:"
                f" {asked} requests, the last answer {shown_state}",
                details=(f"in order: {shorten('; '.join(states))}",) if states[1:] else (),
            )
        yield Sleep(every)


def _has_ended(step: Step, plan: PollPlan, payload: Json, response: Response) -> bool:
    """Whether the condition holds. Raises for a refusal, and for a state that is not known."""
    state = _shown_state(step, plan, payload)
    if holds(step.fail_if, payload):
        raise Refused(
            "task-failed",
            f"the task ended with {state}",
            status=response.status,
            state=state,
            payload=payload,
        )
    if holds(plan.until, payload):
        return True
    if plan.pending and not holds(plan.pending, payload):
        raise ProtocolError(
            "unknown-state",
            f"the poll answered an unknown state: {state}",
            f"known: {_known_states(step, plan)}",
            details=error_in(payload),
        )
    return False


def _shown_state(step: Step, plan: PollPlan, payload: Json) -> str:
    """The state as a clause of a message."""
    paths = step.fail_if or plan.until
    values = [f"{path} = {shown(one)}" for path in paths for one in find_all(path, payload)]
    return shorten(", ".join(values)) if values else f"nothing at {', '.join(paths)}"


def _known_states(step: Step, plan: PollPlan) -> str:
    """The states that a poll may be answered."""
    states = [
        shown(value)
        for conditions in (plan.pending, plan.until, step.fail_if)
        for values in conditions.values()
        for value in values
    ]
    return shorten(", ".join(dict.fromkeys(states)))


def _seconds(step: Step, key: str, value: Json) -> float:
    try:
        return parse_duration("" if value is None else str(value))
    except ValueError as error:
        raise ProtocolError(
            "wrong-duration", f"'{key}' of step {step.name}: {error}", "see the provider's settings"
        ) from error
