"""Other replies that a check is tried on, to see whether it can fail at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from harness.checks import KIND_NAMED, Subject
from harness.conversation import Attachment, ReplyMessage, ToolCall
from harness.core import Json
from harness.evaluation.payload_fields import parts_of
from harness.evaluation.strength.json_changes import removed, replaced
from harness.evaluation.strength.text_changes import NOT_UNDERSTOOD
from harness.scenario import Expectation, Scope

LONGER = 10
"""How much longer than the recorded one the longest reply is."""
LONGEST = 1_000
"""Words that the longest reply has at least."""
MANY = 50
"""Messages, buttons, products, attachments and calls in a reply with many of them."""
MOST_FIELDS = 300
"""Fields of a payload that are changed, each by itself."""
UNSEEN = "harness-unseen"
"""A text that no bot says."""
_IN_GERMAN = "Das habe ich leider nicht verstanden, bitte versuchen Sie es noch einmal."
"""For checks of the language that the reply is in."""
_PAYLOADS: Sequence[Json] = ({}, [], None, UNSEEN)
_VALUES: Sequence[Json] = (UNSEEN, 7, True, None, [], {})
_UNPROBED = ("matches", "not_matches", "language", "reading", "like", "same_as", "json", "schema")
"""Checks that pass on so few replies that none of the tried ones may be among them."""


def probes(subject: Subject, value: Json) -> Iterator[Subject]:
    """Replies that have nothing in common with a recorded one, and some that a value forbids.

    `value` is that of the check.
    """
    words = list(dict.fromkeys(_texts_in(value)))
    length = max(LONGEST, LONGER * len(subject.text.split()))
    for text in ("", NOT_UNDERSTOOD, _IN_GERMAN, "blah " * length, *words, "\n".join(words)):
        yield _saying(subject, text)
        yield replace(_saying(subject, text), payload=text, products=(), actions={})
    for payload in _PAYLOADS:
        yield replace(subject, payload=payload)
    yield replace(subject, has_payload=False, payload=None)
    tools = None if subject.tools is None else ()
    empty = replace(
        _saying(subject, ""), payload={}, actions={}, products=(), attachments=(), tools=tools
    )
    yield empty
    yield replace(empty, has_payload=False, payload=None)
    yield _with_many(empty, words)
    yield _with_many(empty, [f"{UNSEEN} {number}" for number in range(MANY)])


def changed_fields(payload: Json) -> Iterator[Json]:
    """The payload with one field dropped, or with a value of another type, field by field.

    Last, with one field more.
    """
    for number, (path, _) in enumerate(parts_of(payload)):
        if number > MOST_FIELDS:
            break
        if path:
            yield removed(payload, [path])
            yield from (replaced(payload, path, value) for value in _VALUES)
    if isinstance(payload, Mapping):
        yield {**payload, UNSEEN: UNSEEN}


def is_uncertain(expectation: Expectation, value: Json) -> bool:
    """Whether a check may fail on a reply that `probes` does not make.

    That is so for a check that forbids something which only few replies have, and for checks of the
    HTTP answer, of times and of the project, whose replies are not made.
    """
    is_turned = expectation.scope is Scope.NEVER
    return _may_fail_elsewhere(expectation.name, value, is_turned=is_turned)


def _may_fail_elsewhere(name: str, value: Json, *, is_turned: bool) -> bool:
    kind = KIND_NAMED.get(name)
    if kind is None or kind.on in ("answer", "conversation") or name == "not_matches":
        return True
    inner = list(kind.inner_checks(value))
    if inner:
        is_turned = is_turned != (name == "not")
        return any(_may_fail_elsewhere(key, one, is_turned=is_turned) for _, key, one in inner)
    if kind.on == "reply":
        # Buttons, products, attachments and tools: their values can forbid in many ways.
        return True
    return is_turned and name in _UNPROBED


def _saying(subject: Subject, text: str) -> Subject:
    messages = (ReplyMessage(text=text),) if text else ()
    return replace(subject, text=text, messages=messages)


def _with_many(subject: Subject, names: Sequence[str]) -> Subject:
    return replace(
        subject,
        text="\n".join(names),
        messages=tuple(ReplyMessage(text=name) for name in names),
        actions={name: name for name in names},
        products=tuple({"name": name} for name in names),
        attachments=tuple(Attachment(name=name) for name in names),
        tools=None if subject.tools is None else tuple(ToolCall(name=name) for name in names),
    )


def _texts_in(value: Json) -> Iterator[str]:
    """The names and texts in a value, in order."""
    for path, part in parts_of(value):
        yield from (one for one in (*path[-1:], part) if isinstance(one, str))
