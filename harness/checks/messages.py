"""`messages`: the messages that a reply is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness.checks.block import Block
from harness.checks.check import (
    PASS,
    BadExpectation,
    Content,
    Judge,
    Kind,
    Options,
    Verdict,
    failed,
)
from harness.checks.counting import Count, OptionalKeys
from harness.checks.late import WITHIN, seconds_of, with_waiting
from harness.checks.matchers import COUNT
from harness.checks.subject import Subject, message_of
from harness.checks.text_kinds import TEXT_BLOCK, texts_with
from harness.checks.words import said
from harness.core.typing import Json

_BLOCKS = ("each", "any", "first", "last")
_KEYS = ("count", *_BLOCKS, "within")


def _compile(value: Json, options: Options) -> Judge:
    parts = OptionalKeys(value, _KEYS)
    count = parts.make("count", lambda found: Count(found, "message", options))
    each, any_, first, last = (
        parts.make(key, lambda found: Block(found, options, texts_with(options))) for key in _BLOCKS
    )
    within = parts.make("within", seconds_of)
    if within is not None and not (count or each or any_ or first or last):
        hint = f"add one of {', '.join(_KEYS[:-1])}"
        raise BadExpectation("asserts-nothing", "'within' says how long, not for what", hint)

    def judge(subject: Subject) -> Verdict:
        verdict = judge_now(subject)
        return verdict if verdict is PASS else with_waiting(verdict, subject, within)

    def judge_now(subject: Subject) -> Verdict:
        number = len(subject.messages)
        if count is not None and (failure := count.failure(number, subject.name)):
            return _with_texts(failure, subject)
        if not number and (each or any_ or first or last):
            return failed(f"{subject.name} has no messages", expected="a message", actual="none")
        found = PASS
        for block, indexes in ((each, range(number)), (first, (0,)), (last, (number - 1,))):
            if block is not None and (verdict := _all(block, subject, indexes)) is not PASS:
                found = verdict
            if found.outcome.is_bad:
                return found
        if any_ is not None and (verdict := _any(any_, subject)) is not PASS:
            return verdict
        return found

    return judge_now if within is None else judge


def _all(block: Block, subject: Subject, indexes: Iterable[int]) -> Verdict:
    """The first failure, else the first skip, else a pass."""
    verdicts = [block.verdict(message_of(subject, index)) for index in indexes]
    unlike = [verdict for verdict in verdicts if verdict is not PASS]
    return next((one for one in unlike if one.outcome.is_bad), unlike[0] if unlike else PASS)


def _any(block: Block, subject: Subject) -> Verdict:
    verdicts = []
    for index in range(len(subject.messages)):
        verdict = block.verdict(message_of(subject, index))
        if verdict is PASS:
            return PASS
        verdicts.append(verdict)
    unclear = next((one for one in verdicts if not one.outcome.is_bad), None)
    if unclear is not None:
        return unclear
    findings = [one.finding for one in verdicts if one.finding is not None]
    return failed(
        f"no message of {subject.name} fits",
        expected=findings[0].expected,
        actual=texts_of_messages(subject),
        difference=tuple(finding.message for finding in findings),
    )


def _with_texts(verdict: Verdict, subject: Subject) -> Verdict:
    finding = verdict.finding
    if finding is None:
        return verdict
    return failed(finding.message, expected=finding.expected, actual=texts_of_messages(subject))


def texts_of_messages(subject: Subject) -> str:
    """The messages of a reply, numbered, one below the other."""
    lines = [f"{n}. {message.text}" for n, message in enumerate(subject.messages, 1)]
    return said("\n".join(lines)) or "no messages"


_WORDS: Mapping[str, str] = {
    "each": "Text checks that every message fulfils.",
    "any": "Text checks that at least one message fulfils.",
    "first": "Text checks on the first message.",
    "last": "Text checks on the last message.",
}


def _instead(value: Json, text: str) -> str:
    if isinstance(value, list):
        return "write 'replies:' for what each message must be"
    return f"write {{count: {text}}}" if isinstance(value, int) else "such as {count: 2}"


MESSAGES = Kind(
    name="messages",
    schema={
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {
            "count": {**COUNT, "description": "How many messages the reply has."},
            **{key: {**TEXT_BLOCK, "description": text} for key, text in _WORDS.items()},
            "within": WITHIN,
        },
        "description": "The messages of the reply, one by one.",
        "examples": [{"count": 2, "last": {"ends_with": "?"}}],
    },
    compile=_compile,
    on="messages",
    parts=dict.fromkeys(_BLOCKS, Content.CHECKS),
    waits=True,
    instead=_instead,
)
