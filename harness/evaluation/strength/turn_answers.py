"""The answers that the reply of a turn was read from, and how it is read from changed ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from harness.conversation import Phase, Reply, ReplyMessage, ToolCall, Turn, joined_replies
from harness.core import Json, ProtocolError, value_class
from harness.formats.json_path import find_all
from harness.play.conversation_state import StepAnswer
from harness.providers.conditions import holds
from harness.providers.definition import Step
from harness.providers.payload import tells_error
from harness.providers.reply import read_reply
from harness.providers.reply_plan import ReplyPlan, TextPath


@value_class(frozen=True, slots=True, kw_only=True)
class TurnAnswer:
    """One answer that the reply of a turn, or a part of it, was read from."""

    plan: ReplyPlan
    payload: Json
    step: Step | None = None
    """As it was filled in; None if a class in Python read the answer."""
    seen: frozenset[str] = frozenset()
    """The ids of messages in earlier replies."""
    late: int = -1
    """Of a message that came after the reply: its place in the reply, from 0."""


@value_class(frozen=True, slots=True, kw_only=True)
class TurnAnswers:
    """All answers that the reply of a turn was read from."""

    turn: Turn
    reply: Reply
    answers: tuple[TurnAnswer, ...]

    def reply_with(self, number: int, payload: Json) -> Reply:
        """The reply, if one of the answers had another payload. Raises `ProtocolError`."""
        answer = self.answers[number]
        if answer.late >= 0:
            messages = list(self.reply.messages)
            new = _read(answer, payload).messages
            messages[answer.late : answer.late + 1] = (replace(m, is_late=True) for m in new)
            return replace(self.reply, messages=tuple(messages))
        if answer.step is None:
            return _of_class(self.reply, _read(answer, payload))
        replies = [
            _read(one, payload if index == number else one.payload)
            for index, one in enumerate(self.answers)
            if one.late < 0
        ]
        joined = joined_replies(replies) if len(replies) > 1 else replies[0]
        late = tuple(message for message in self.reply.messages if message.is_late)
        return replace(
            joined,
            messages=(*joined.messages, *late),
            tools=_with_results(joined.tools, self.reply.tools),
        )


def answers_of(turn: Turn, read: Sequence[StepAnswer], seen: frozenset[str]) -> TurnAnswers | None:
    """The answers of a turn; None if its reply cannot be read from them again.

    `read` are those that steps of the turn read, in order; `seen` the ids in earlier replies.
    """
    reply = turn.reply
    if reply is None:
        return None
    answers = [*_of_steps(read, seen), *_of_late_messages(reply, read)]
    if not read:
        answers = [TurnAnswer(plan=_PLAN_OF_CLASS, payload=_payload_of_class(reply))]
    if not answers:
        return None
    whole = TurnAnswers(turn=turn, reply=reply, answers=tuple(answers))
    try:
        is_same = whole.reply_with(0, answers[0].payload) == reply
    except ProtocolError:
        return None
    return whole if is_same else None


def ids_in(read: Sequence[StepAnswer]) -> frozenset[str]:
    """The ids of the messages that a turn has read, for the turns after it."""
    return frozenset(
        str(value)
        for one in read
        if one.step.reply is not None and one.step.reply.only_new
        for node in find_all(one.step.reply.messages, one.payload)
        for value in find_all(one.step.reply.id, node)[:1]
        if value is not None
    )


def refusal_of(answer: TurnAnswer, payload: Json) -> str:
    """Why the definition would not take a payload as this answer; empty if it would.

    Its schema is not asked, see `contract_of`.
    """
    step = answer.step
    if step is None or answer.late >= 0:
        return ""
    if step.stream is not None or step.receive is not None:
        return _refused_events(step, payload)
    if holds(step.fail_if, payload):
        return "it meets 'fail_if' of the definition"
    if step.poll is not None and step.poll.until and not holds(step.poll.until, payload):
        return "the poll would not end"
    return _missing_capture(step, payload)


def contract_of(answer: TurnAnswer, payload: Json) -> tuple[str, ...]:
    """How a payload breaks the schema of the definition, one sentence each."""
    schema = answer.step.answer.schema if answer.step is not None and answer.late < 0 else None
    if schema is None or schema.is_valid(payload):
        return ()
    return tuple(f"{one.pointer or '(top)'}: {one.message}" for one in schema.violations(payload))


def _refused_events(step: Step, payload: Json) -> str:
    whole = cast("Mapping[str, Json]", payload)
    events = cast("list[Json]", whole["events"])
    if not events:
        return "no event is left"
    receive, stream = step.receive, step.stream
    if receive is not None:
        if any(holds(step.fail_if, event) for event in events):
            return "it meets 'fail_if' of the definition"
        is_ended_by_quiet = not receive.quiet.is_constant or receive.quiet.render({}) is not None
        if receive.until and not is_ended_by_quiet and not holds(receive.until, events[-1]):
            return "the last message is missing"
    if stream is not None:
        if holds(step.fail_if, payload) or any(map(tells_error, events)):
            return "it is an error to the definition"
        if stream.done_if and not holds(stream.done_if, _data_of(events[-1])):
            return "the last event is missing"
    return _missing_capture(step, payload)


def _data_of(event: Json) -> Json:
    if isinstance(event, Mapping) and event.keys() == {"event", "data"}:
        return event["data"]
    return event


def _missing_capture(step: Step, payload: Json) -> str:
    for name, paths in step.capture.items():
        values = (value for path in paths for value in find_all(path, payload)[:1])
        is_there = any(value is not None and value != "" for value in values)
        if not is_there and name not in step.optional_captures:
            return f"the definition captures '{name}'"
    return ""


def _read(answer: TurnAnswer, payload: Json) -> Reply:
    return read_reply(answer.plan, payload, set(answer.seen))


def _of_steps(read: Sequence[StepAnswer], seen: frozenset[str]) -> Iterator[TurnAnswer]:
    """The answers that replies were read from: of each run of a phase, the last one."""
    runs: list[TurnAnswer] = []
    before: StepAnswer | None = None
    for one in read:
        if one.step.reply is None or one.step.phase not in (Phase.SEND, Phase.TOOLS):
            continue
        is_same_run = (
            before is not None
            and before.step.phase is one.step.phase
            and before.step.number < one.step.number
        )
        if is_same_run:
            runs.pop()
        runs.append(TurnAnswer(plan=one.step.reply, payload=one.payload, step=one.step, seen=seen))
        seen, before = seen | ids_in((one,)), one
    yield from runs


def _of_late_messages(reply: Reply, read: Sequence[StepAnswer]) -> Iterator[TurnAnswer]:
    """Messages that came after the reply, each as an answer that is one message."""
    step = next((o.step for o in read if o.step.phase is Phase.LATE and o.step.reply), None)
    if step is None or step.reply is None:
        return
    plan = ReplyPlan(
        text=step.reply.text, id=step.reply.id, is_text_optional=step.reply.is_text_optional
    )
    for place, message in enumerate(reply.messages):
        if message.is_late and not isinstance(message.payload, list):
            yield TurnAnswer(plan=plan, payload=message.payload, step=step, late=place)


def _with_results(
    calls: tuple[ToolCall, ...] | None, before: tuple[ToolCall, ...] | None
) -> tuple[ToolCall, ...] | None:
    """Calls with the answers that they got, of those that were called as before."""
    left = list(before or ())
    answered = []
    for call in calls or ():
        same = next((one for one in left if (one.id, one.name) == (call.id, call.name)), None)
        if same is not None:
            left.remove(same)
            call = replace(call, result=call.result or same.result)  # noqa: PLW2901  # the same call
        answered.append(call)
    return None if calls is None else tuple(answered)


_PLAN_OF_CLASS = ReplyPlan(
    messages="$.messages[*]",
    text=(TextPath("$.text"),),
    id="$.id",
    are_messages_optional=True,
    actions="$.actions",
    products="$.products[*]",
    attachments="$.attachments[*]",
)


def _payload_of_class(reply: Reply) -> Json:
    """The reply of a class in Python, which reads answers in its own way, as a payload."""
    return {
        "messages": [{"text": message.text, "id": message.id} for message in reply.messages],
        "actions": dict(reply.actions),
        "products": list(reply.products),
        "attachments": [one.name for one in reply.attachments],
    }


def _of_class(before: Reply, read: Reply) -> Reply:
    """The reply of a class with what was read of it; what is not read stays."""
    names = {one.name: one for one in before.attachments}
    return replace(
        read,
        messages=tuple(map(_message_of_class, _pairs(before, read))),
        payload=before.payload,
        attachments=tuple(names[one.name] for one in read.attachments if one.name in names),
        tools=before.tools,
        usage=before.usage,
    )


def _pairs(before: Reply, read: Reply) -> Iterator[tuple[ReplyMessage, ReplyMessage]]:
    return zip(before.messages, read.messages, strict=False)


def _message_of_class(pair: tuple[ReplyMessage, ReplyMessage]) -> ReplyMessage:
    before, read = pair
    return replace(before, text=read.text)
