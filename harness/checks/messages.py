"""`messages`: the messages of a reply, and `within:`, how long the harness waits for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from harness.checks.arguments import DURATION, OptionalKeys, duration_of, keys_schema
from harness.checks.block import TEXT_BLOCK, Block, all_hold, one_of
from harness.checks.check import (
    BadExpectation,
    Content,
    Decided,
    Judge,
    Kind,
    Options,
    Subject,
    decided_by_count,
)
from harness.checks.matchers import COUNT, Count
from harness.checks.subject import messages_of
from harness.checks.text_forms import said
from harness.checks.verdict import PASS, Finding, Verdict, failed
from harness.conversation import Outcome, Turn
from harness.core import Json, format_duration

_BLOCKS: Mapping[str, str] = {
    "each": "Text checks that every message must pass.",
    "any": "Text checks that at least one message must pass.",
    "first": "Text checks on the first message.",
    "last": "Text checks on the last message.",
}
_KEYS = ("count", *_BLOCKS, "within")


def _compile(value: Json, options: Options) -> Judge:
    parts = OptionalKeys(value, _KEYS)
    count = parts.make("count", lambda found: Count(found, "message", options))
    each, any_, first, last = (
        parts.make(key, lambda found: Block(found, options, options.texts)) for key in _BLOCKS
    )
    within = parts.make("within", duration_of)
    has_blocks = any((each, any_, first, last))
    if within is not None and not (count or has_blocks):
        hint = f"add one of {', '.join(_KEYS[:-1])}"
        raise BadExpectation("asserts-nothing", "'within' only says how long to wait", hint)

    def judge(subject: Subject) -> Verdict:
        return with_waiting(judge_now(subject), subject, within)

    def judge_now(subject: Subject) -> Verdict:
        number = len(subject.messages)
        if count is not None and (failure := count.failure(number, subject.name)):
            return failure.showing(texts_of_messages(subject))
        if not has_blocks:
            return PASS
        if not number:
            return failed(f"{subject.name} has no messages", expected="a message", actual="none")
        return all_hold(verdicts(subject))

    def verdicts(subject: Subject) -> Iterator[Verdict]:
        messages = messages_of(subject)
        for block, those in ((each, messages), (first, messages[:1]), (last, messages[-1:])):
            yield from map(block.verdict, those) if block is not None else ()
        if any_ is not None:
            yield one_of(map(any_.verdict, messages), partial(_no_message_passes, subject))

    return judge


def _no_message_passes(subject: Subject, findings: Sequence[Finding]) -> Verdict:
    return failed(
        f"no message of {subject.name} passes",
        expected=findings[0].expected,
        actual=texts_of_messages(subject),
        difference=tuple(finding.message for finding in findings),
    )


def texts_of_messages(subject: Subject) -> str:
    """The messages of a reply, numbered, one a line."""
    lines = [f"{n}. {message.text}" for n, message in enumerate(subject.messages, 1)]
    return said("\n".join(lines)) or "no messages"


WITHIN: Mapping[str, Json] = {
    **DURATION,
    "description": "How long after the reply further messages may arrive: 500ms, 2s, 1m.",
}
"""JSON Schema of the value of `within`."""
_CLOCK = 0.001
"""Seconds; two times that differ by less are the same."""


def with_waiting(verdict: Verdict, subject: Subject, within: float | None) -> Verdict:
    """A failure with how long the harness waited and what arrived; any other verdict as it is."""
    finding = verdict.finding
    if within is None or verdict.outcome is not Outcome.FAILED or finding is None:
        return verdict
    turn = subject.turn
    if turn is None or not turn.looks:
        lines = (*finding.difference, "the harness did not look for further messages")
        return replace(verdict, finding=replace(finding, lines=lines))
    late = [str(number) for number, one in enumerate(subject.messages, 1) if one.is_late]
    arrived = "no further message arrived"
    if late:
        arrived = f"message{'s' if late[1:] else ''} {', '.join(late)} arrived late, and no other"
    first = turn.looks[0].request.origin.step
    times = sum(one.request.origin.step == first for one in turn.looks)
    lines = (
        *finding.difference,
        f"the harness looked for further messages {_TIMES.get(times, f'{times} times')}",
        *_cut(turn, within),
    )
    message = f"{finding.message}; {arrived} within {format_duration(within)}"
    return replace(verdict, finding=replace(finding, message=message, lines=lines))


def _cut(turn: Turn, within: float) -> tuple[str, ...]:
    """A line for a recording that ends before the time was over."""
    reply = turn.answer.response if turn.answer is not None else None
    last = turn.looks[-1].response
    if reply is None or last is None or last.seconds is None:
        return ()
    waited = last.ended - reply.ended
    if waited > within - _CLOCK:
        return ()
    ended = format_duration(waited)
    return (f"the recording ends {ended} after the reply; --harness-mode=refresh waits longer",)


_TIMES = {1: "once", 2: "twice"}


def _instead(value: Json, text: str) -> str:
    if isinstance(value, list):
        return "use 'replies:' to say what each message must be"
    return f"write {{count: {text}}}" if isinstance(value, int) else "such as {count: 2}"


MESSAGES = Kind(
    name="messages",
    schema={
        **keys_schema(
            {
                "count": {**COUNT, "description": "How many messages the reply has."},
                **{key: {**TEXT_BLOCK, "description": text} for key, text in _BLOCKS.items()},
                "within": WITHIN,
            }
        ),
        "description": "The messages of the reply.",
        "examples": [{"count": 2, "last": {"ends_with": "?"}}],
    },
    compile=_compile,
    on="messages",
    parts=dict.fromkeys(_BLOCKS, Content.CHECKS),
    waits=True,
    decides=decided_by_count(Decided.MESSAGES),
    instead=_instead,
)
