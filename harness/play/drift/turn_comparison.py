"""Compares a conversation with its recording, turn by turn. Plays nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from harness.checks.diff import text_difference
from harness.checks.text_forms import normal
from harness.config import Slower
from harness.conversation import (
    Outcome,
    Phase,
    Response,
    Transcript,
    Turn,
    UserMessage,
    phase_of,
)
from harness.core import (
    PlayError,
    ProtocolError,
    Refused,
    TransportError,
    format_duration,
    shorten,
)
from harness.play.drift.drift import CHECK, ComparedTurn, Difference, Drift, TurnDrift
from harness.play.drift.shape import shape_differences, shape_of
from harness.play.drift.step_answers import (
    framing_difference,
    last_answers,
    payload_of,
    poll_state,
    shown_status,
)
from harness.play.result import CheckResult, ScenarioResult
from harness.project.plan import Play
from harness.providers.definition import Definition, Encoding, Step
from harness.providers.session import CLOSING

SLOWER = Slower()

Steps = Mapping[str, Step]
"""The steps of a definition by name."""


def steps_of(definition: Definition) -> Steps:
    """The steps of a definition by name."""
    return {step.name: step for step in definition.steps}


def compare(
    recorded: Transcript, now: Transcript, steps: Steps, slower: Slower = SLOWER
) -> tuple[TurnDrift, ...]:
    """Every turn that can be compared, in order, and the closing if it differs.

    `steps` say how answers are read; the answer of an unknown step is read as JSON.

    A turn that failed for another reason than the provider's answer, such as the network, is left
    out, and so are all later turns; a recorded failure is compared. If one side ended earlier than
    the other, the first turn that it lacks has the drift `state`.
    """
    found = []
    before = {turn.number: turn for turn in recorded.turns}
    after = {turn.number: turn for turn in now.turns}
    for number in range(1, max((*before, *after), default=0) + 1):
        old = _ending(before.get(number), recorded, number)
        new = _ending(after.get(number), now, number)
        if old is None or new is None:
            break
        if old != new:
            lines = (f"recorded {old}, now {new}",)
            difference = Difference(kind=Drift.STATE, lines=lines)
            found.append(_drift(before.get(number), number, (difference,)))
        elif number in before and number in after:
            pair = _Pair(before[number], after[number], steps)
            found.append(_drift(before[number], number, pair.differences(slower)))
        if number not in before or number not in after:
            break
    else:
        found += _closing(recorded, now, steps, slower)
    return tuple(found)


def with_drift(
    result: ScenarioResult,
    recorded: Transcript,
    definition: Definition,
    play: Play,
    fail_on: Collection[Drift] = (),
    slower: Slower = SLOWER,
) -> ScenarioResult:
    """The result of a live conversation, compared turn by turn with the recorded one.

    A turn whose drift is of a kind in `fail_on` fails the check `drift`.
    """
    scenario = result.scenario
    places = {turn.number: turn.place for turn in scenario.user_turns}
    compared = tuple(
        ComparedTurn(play=play.name, place=places.get(drift.turn, scenario.place), drift=drift)
        for drift in compare(recorded, result.transcript, steps_of(definition), slower)
    )
    checks = (*result.checks, *_failed(compared, fail_on))
    in_order = tuple(sorted(checks, key=lambda check: check.turn))
    return replace(result, checks=in_order, compared=compared)


def _failed(turns: Iterable[ComparedTurn], fail_on: Collection[Drift]) -> Iterable[CheckResult]:
    for turn in turns:
        kinds = turn.drift.kinds
        if set(kinds) & set(fail_on):
            yield CheckResult(
                name=CHECK,
                outcome=Outcome.FAILED,
                turn=turn.drift.turn,
                place=turn.place,
                message=f"the answer drifted from its recording: {', '.join(kinds)}",
                difference=turn.drift.lines,
            )


def _drift(recorded: Turn | None, number: int, differences: Iterable[Difference]) -> TurnDrift:
    reply = recorded.reply if recorded is not None else None
    texts = tuple(message.text for message in reply.messages) if reply is not None else ()
    return TurnDrift(turn=number, differences=tuple(differences), recorded=texts)


def _closing(
    recorded: Transcript, now: Transcript, steps: Steps, slower: Slower
) -> Iterator[TurnDrift]:
    """The drift of the closing steps, which have no reply and no latency."""
    if recorded.stop is not None:
        return
    differences: tuple[Difference, ...] = ()
    stop = now.stop
    if stop is None:
        pair = _Pair(_closed(recorded), _closed(now), steps)
        differences = tuple(pair.differences(slower))
    elif stop.turn == CLOSING and isinstance(stop.error, ProtocolError):
        lines = (f"recorded an end, now none ({stop.error.code}{_detail(stop.error)})",)
        differences = (Difference(kind=Drift.STATE, lines=lines),)
    if differences:
        yield TurnDrift(turn=CLOSING, differences=differences)


def _closed(transcript: Transcript) -> Turn:
    return Turn(number=CLOSING, user=UserMessage(text=""), exchanges=transcript.around)


def _ending(turn: Turn | None, transcript: Transcript, number: int) -> str | None:
    """How a turn ended, in words; None if that says nothing about the provider."""
    stop = transcript.stop
    if turn is not None and turn.reply is not None:
        return "a reply"
    if turn is not None and turn.refusal is not None:
        kind = "a refusal" if isinstance(turn.refusal, Refused) else "a network failure"
        return f"{kind} ({turn.refusal.code}{_detail(turn.refusal)})"
    if stop is not None and stop.turn <= number:
        is_told = isinstance(stop.error, ProtocolError) or (
            isinstance(stop.error, TransportError) and transcript.is_recorded
        )
        if is_told and stop.turn == number:
            return f"no reply ({stop.error.code}{_detail(stop.error)})"
        return None
    return "the end of the conversation before this turn"


def _detail(error: PlayError) -> str:
    if not isinstance(error, Refused):
        return ""
    status = f"status {error.status}" if error.status else ""
    return "".join(f", {word}" for word in (status, error.state) if word)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A turn on both sides, if it ended in the same way."""

    old: Turn
    new: Turn
    steps: Steps

    def differences(self, slower: Slower) -> Iterator[Difference]:
        """The differences, the most serious kind first."""
        found = (
            (Drift.STATE, self._state()),
            (Drift.SHAPE, self._shape()),
            (Drift.LATENCY, self._latency(slower)),
            (Drift.WORDING, self._wording()),
        )
        for kind, lines in found:
            shown = tuple(lines)
            if shown:
                yield Difference(kind=kind, lines=shown)

    def _state(self) -> Iterator[str]:
        old, new = self._answers()
        for name in dict.fromkeys((*old, *new)):
            if phase_of(name) is Phase.LATE and (name in old) is not (name in new):
                # Whether it was necessary to look depends on time; the messages are compared.
                continue
            before, after = shown_status(old.get(name)), shown_status(new.get(name))
            if before != after:
                yield f"{name}: recorded {before}, now {after}"
            elif name in old and name in new:
                step = self.steps.get(name)
                before, after = poll_state(step, old[name]), poll_state(step, new[name])
                if before != after:
                    yield f"{name}: recorded {before}, now {after}"
        if self.old.reply is None or self.new.reply is None:
            return
        for what in ("messages", "actions", "products", "attachments"):
            counts = [len(getattr(reply, what)) for reply in (self.old.reply, self.new.reply)]
            if counts[0] != counts[1]:
                yield f"{what}: recorded {counts[0]}, now {counts[1]}"

    def _shape(self) -> Iterator[str]:
        old, new = self._answers()
        for name in old:
            if name not in new:
                continue
            step = self.steps.get(name)
            was, is_read = payload_of(step, old[name], self.old)
            now, is_read_now = payload_of(step, new[name], self.new)
            if is_read != is_read_now:
                yield f"{name}: {'now' if is_read else 'recorded'} an answer that cannot be read"
            elif is_read:
                is_xml = step is not None and step.answer.encoding is Encoding.XML
                if step is not None and step.stream is not None:
                    yield from framing_difference(name, was, now)
                shapes = (shape_of(was, is_xml=is_xml), shape_of(now, is_xml=is_xml))
                yield from (f"{name}: {line}" for line in shape_differences(*shapes))

    def _latency(self, slower: Slower) -> Iterator[str]:
        before, now = self.old.latency, self.new.latency
        if before is None or now is None:
            return
        if now >= before * slower.factor and now - before >= slower.at_least:
            yield f"recorded {format_duration(before)}, now {format_duration(now)}"

    def _wording(self) -> Iterator[str]:
        old, new = self.old.reply, self.new.reply
        if old is None or new is None:
            return
        pairs = [(old.text, new.text)]
        if len(old.messages) == len(new.messages):
            texts = zip(old.messages, new.messages, strict=True)
            pairs = [(before.text, now.text) for before, now in texts]
        for before, now in pairs:
            if normal(before) != normal(now):
                yield from text_difference(before, now)
        if len(old.actions) == len(new.actions) and list(old.actions) != list(new.actions):
            yield f"buttons: recorded {_labels(old.actions)}, now {_labels(new.actions)}"

    def _answers(self) -> tuple[Mapping[str, Response], Mapping[str, Response]]:
        return last_answers(self.old), last_answers(self.new)


def _labels(actions: Iterable[str]) -> str:
    return shorten(", ".join(f"'{label}'" for label in actions))
