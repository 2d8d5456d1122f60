"""`messages`: the messages that a reply is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness.checks.block import Block, block_schema
from harness.checks.check import PASS, Judge, Kind, Options, Verdict, failed
from harness.checks.counting import Count, Parts
from harness.checks.matchers import COUNT
from harness.checks.subject import Subject, message_of
from harness.checks.text_kinds import TEXT_KINDS
from harness.checks.words import said
from harness.typing import Json

_KEYS = ("count", "each", "any", "first", "last")


def _compile(value: Json, options: Options) -> Judge:
    parts = Parts(value, _KEYS)
    count = parts.make("count", lambda found: Count(found, "message"))
    each, any_, first, last = (
        parts.make(key, lambda found: Block(found, options, TEXT_KINDS)) for key in _KEYS[1:]
    )

    def judge(subject: Subject) -> Verdict:
        number = len(subject.messages)
        if count is not None and (failure := count.failure(number, subject.name)):
            return _with_texts(failure, subject)
        if not number and (each or any_ or first or last):
            return failed(f"{subject.name} has no messages", expected="a message", actual="none")
        for block, indexes in ((each, range(number)), (first, (0,)), (last, (number - 1,))):
            if block is not None and (failure := _first_failure(block, subject, indexes)):
                return failure
        if any_ is not None:
            return _any(any_, subject)
        return PASS

    return judge


def _first_failure(block: Block, subject: Subject, indexes: Iterable[int]) -> Verdict | None:
    failures = (block.failure(message_of(subject, index)) for index in indexes)
    return next((failure for failure in failures if failure is not None), None)


def _any(block: Block, subject: Subject) -> Verdict:
    failures = []
    for index in range(len(subject.messages)):
        failure = block.failure(message_of(subject, index))
        if failure is None:
            return PASS
        failures.append(failure.finding)
    findings = [finding for finding in failures if finding is not None]
    return failed(
        f"no message of {subject.name} fits",
        expected=findings[0].expected,
        actual=_texts(subject),
        difference=tuple(finding.message for finding in findings),
    )


def _with_texts(verdict: Verdict, subject: Subject) -> Verdict:
    finding = verdict.finding
    if finding is None:
        return verdict
    return failed(finding.message, expected=finding.expected, actual=_texts(subject))


def _texts(subject: Subject) -> str:
    lines = [f"{n}. {message.text}" for n, message in enumerate(subject.messages, 1)]
    return said("\n".join(lines)) or "no messages"


_WORDS: Mapping[str, str] = {
    "each": "Text checks that every message fulfils.",
    "any": "Text checks that at least one message fulfils.",
    "first": "Text checks on the first message.",
    "last": "Text checks on the last message.",
}

MESSAGES = Kind(
    name="messages",
    schema={
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {
            "count": {**COUNT, "description": "How many messages the reply has."},
            **{key: block_schema(TEXT_KINDS, text) for key, text in _WORDS.items()},
        },
        "description": "The messages of the reply, one by one.",
        "examples": [{"count": 2, "last": {"ends_with": "?"}}],
    },
    compile=_compile,
)
