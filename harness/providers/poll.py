"""Steps of the kind `poll`: they ask until a condition is true, or until nothing new comes."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from harness.conversation import Response
from harness.core import (
    DURATION_PATTERN,
    Json,
    Path,
    ProtocolError,
    Refused,
    counted,
    format_duration,
    parse_duration,
    pointer,
    scalars,
    shorten,
)
from harness.formats.json_path import find_all
from harness.formats.unmatched_path import explain_nothing
from harness.formats.yaml import Node
from harness.providers.asking import Asking, exchange, read_answer
from harness.providers.conditions import holds, shown
from harness.providers.definition import Step, StepReader
from harness.providers.flow import FlowState, Send, Sleep
from harness.providers.reply import ReadParts, parts_read
from harness.providers.reply_format import CONDITIONS
from harness.providers.request import build_request
from harness.providers.step_plans import PollPlan
from harness.providers.unread_answers import error_in

DURATION: dict[str, Json] = {
    "type": "string",
    "pattern": rf"{DURATION_PATTERN}|\$\{{",
    "description": "A time with its unit, such as 500ms, 2s or 1m.",
}
KEYS: Mapping[str, Json] = {
    "until": CONDITIONS,
    "pending": CONDITIONS,
    "every": DURATION,
    "timeout": DURATION,
    "quiet": {**DURATION, "description": "Ends the poll if nothing new has come for so long."},
}
"""Keys that only this kind of step has."""
REQUIRED = ("every", "timeout")
ENDS = ("until", "quiet")
"""Keys that say when it ends, of which one is required."""
_WHOLE = "a step without 'reply' waits for the whole answer; use 'until', or read the messages"
_CHANGING = "is still changing"
"""The state of an answer in which no messages are read."""


def read_poll(node: Node, reader: StepReader) -> PollPlan:
    """The plan of a poll, from the keys of its step."""
    quiet = node.get("quiet")
    return PollPlan(
        until=reader.conditions(node, "until"),
        pending=reader.conditions(node, "pending"),
        every=reader.template(node.get("every")),
        timeout=reader.template(node.get("timeout")),
        quiet=reader.template(quiet) if quiet else None,
    )


@dataclass(slots=True)
class _Silence:
    """How long no message of the turn was new, edited or removed."""

    seconds: float
    """How long it must last."""
    count: int = 0
    """The messages of the turn in the last answer; 1 if the step reads no reply."""
    changed: Path = ()
    """Where the last answer differs from the one before it, if the step reads no reply."""
    _parts: ReadParts | None = None
    """What was read of the last answer; None if the step reads no reply."""
    _payload: Json = None
    """The last answer if the step reads no reply."""
    _since: float = 0.0
    _slept: float = 0.0

    def sleep(self, seconds: float) -> Sleep:
        """A pause between two requests."""
        self._slept += seconds
        return Sleep(seconds)

    def has_lasted(self, step: Step, payload: Json, ended: float, seen: Container[str]) -> bool:
        """Whether it was quiet long enough; never before the first message."""
        if step.reply is None:
            count, has_changed = 1, not self.count or payload != self._payload
            if has_changed and self.count:
                self.changed = _changed(self._payload, payload)
            self._payload = payload
        else:
            parts = parts_read(step.reply, payload, seen)
            count, has_changed = len(parts.messages), parts != self._parts
            self._parts = parts
        if has_changed:
            self.count, self._since, self._slept = count, ended, 0.0
        # A recording without times took its pauses.
        passed = max(self._slept, ended - self._since)
        return count > 0 and passed >= self.seconds


def _changed(before: Json, after: Json) -> Path:
    """The path of the first value that differs; empty if it cannot be named."""
    old, new = dict(scalars(before)), dict(scalars(after))
    differing = (
        path
        for path in {**new, **old}
        if path not in old or path not in new or old[path] != new[path]
    )
    return next(differing, ())


@dataclass(slots=True)
class _Answers:
    """What the answers said that did not end the poll."""

    states: list[str] = field(default_factory=list)
    """Without repetitions in a row."""
    last: Json = None
    changed: Path = ()
    """Where the last of them differs from the one before it, if a step without reply waits for
    quiet."""
    matched: set[str] = field(default_factory=set)
    """The paths of `until` that matched something, although not what they should."""

    def add(self, step: Step, plan: PollPlan, payload: Json, quiet: _Silence | None) -> None:
        """Take an answer."""
        state = _shown_state(step, plan, payload, quiet)
        if state not in self.states[-1:]:
            self.states.append(state)
        self.last = payload
        self.matched.update(path for path in plan.until if find_all(path, payload))


def ask_until(step: Step, state: FlowState) -> Asking:
    """Ask until a condition is true, or until nothing new came for as long as `quiet` says.

    The recorded times of the exchanges decide whether a time is over, never a clock, so that a
    replay decides as the recording did. Raises `Refused` if `fail_if` is true, and
    `ProtocolError` for an unknown state and when the time is over.
    """
    plan = step.poll
    assert plan is not None  # noqa: S101  # only such steps are run by it
    context = state.context()
    every = seconds_of(step, "every", plan.every.render(context))
    limit = seconds_of(step, "timeout", plan.timeout.render(context))
    quiet: _Silence | None = None
    if plan.quiet is not None:
        quiet = _Silence(seconds_of(step, "quiet", plan.quiet.render(context)))
    started: float | None = None
    answers = _Answers()
    asked = 0
    while True:
        request = build_request(step, state)
        response = yield from exchange(Send(request), state)
        asked += 1
        payload = read_answer(step, request, response, state)
        if _has_ended(step, plan, payload, response):
            return payload
        if quiet and quiet.has_lasted(step, payload, response.ended, state.seen):
            return payload
        answers.add(step, plan, payload, quiet)
        started = response.started if started is None else started
        if response.ended + every - started > limit:
            if quiet and not quiet.count and step.reply and step.reply.are_messages_optional:
                return payload
            answers.changed = quiet.changed if quiet else ()
            raise _out_of_time(step, plan, limit, asked, answers)
        yield quiet.sleep(every) if quiet else Sleep(every)


def _out_of_time(
    step: Step, plan: PollPlan, limit: float, asked: int, answers: _Answers
) -> ProtocolError:
    """The error of a poll that did not end. Paths of `until` that never matched are explained."""
    last = answers.states[-1]
    paths = () if answers.matched else plan.until
    never = [explain_nothing(path, answers.last) for path in paths]
    return ProtocolError(
        "poll-timeout",
        f"the task did not end within {format_duration(limit)}: {asked} requests,"
        f" the last answer {last if last == _CHANGING else f'has {last}'}",
        _WHOLE if answers.changed else next((hint for _, hint in never if hint), ""),
        details=(
            *((f"in order: {shorten('; '.join(answers.states))}",) if answers.states[1:] else ()),
            *((f"what changed last: {pointer(answers.changed)}",) if answers.changed else ()),
            *(f"'until': {message}" for message, _ in never),
            f"the poll is in {step.place.source.path}:{step.place.line}",
        ),
    )


def _has_ended(step: Step, plan: PollPlan, payload: Json, response: Response) -> bool:
    """Whether the condition is true. Raises for a refusal and for an unknown state."""
    if holds(step.fail_if, payload):
        state = _shown_state(step, plan, payload)
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
            f"the poll answered an unknown state: {_shown_state(step, plan, payload)}",
            f"known: {_known_states(step, plan)}",
            details=error_in(payload),
        )
    return False


def _shown_state(step: Step, plan: PollPlan, payload: Json, quiet: _Silence | None = None) -> str:
    """The state as a clause of a message."""
    paths = step.fail_if or plan.until
    if quiet and not plan.until:
        is_read = step.reply is not None
        return f"{counted(quiet.count, 'message')} of this turn" if is_read else _CHANGING
    values = [f"{path} = {shown(one)}" for path in paths for one in find_all(path, payload)]
    return shorten(", ".join(values)) if values else f"nothing at {', '.join(paths)}"


def _known_states(step: Step, plan: PollPlan) -> str:
    """The states that the definition knows."""
    states = [
        shown(value)
        for conditions in (plan.pending, plan.until, step.fail_if)
        for values in conditions.values()
        for value in values
    ]
    return shorten(", ".join(dict.fromkeys(states)))


def seconds_of(step: Step, key: str, value: Json) -> float:
    """The seconds of a duration of a step. Raises `ProtocolError` `wrong-duration`."""
    try:
        return parse_duration("" if value is None else str(value))
    except ValueError as error:
        raise ProtocolError(
            "wrong-duration", f"'{key}' of step {step.name}: {error}", "see the provider's settings"
        ) from error
