"""`replies`: the messages of one reply, each with what is expected of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.checks.arguments import OptionalKeys, duration_of, each, list_of
from harness.checks.block import Block, all_hold
from harness.checks.check import BadExpectation, Content, Decided, Judge, Kind, Options, Subject
from harness.checks.messages import WITHIN, texts_of_messages, with_waiting
from harness.checks.pairing import Alignment, align
from harness.checks.subject import messages_of
from harness.checks.verdict import Verdict, failed
from harness.conversation import Outcome
from harness.core import Json, show, value_class

_MOST_SHOWN = 5
"""Messages that a sentence numbers."""


@value_class(frozen=True, slots=True)
class _Expected:
    """One message that is expected."""

    block: Block
    shown: str
    is_required: bool


def _compile(value: Json, options: Options) -> Judge:
    parts = OptionalKeys(value, ("messages", "unordered", "within"), short="messages")
    expected = parts.make(
        "messages",
        lambda found: each(
            list_of(found, "a list of expected messages"), lambda one: _expected(one, options)
        ),
    )
    if expected is None:
        raise BadExpectation("wrong-value", "'replies' takes a list of expected messages")
    in_order = not parts.make("unordered", bool)
    required = [one.is_required for one in expected]
    within = parts.make("within", duration_of)

    def judge(subject: Subject) -> Verdict:
        messages = messages_of(subject)
        verdicts = [[one.block.verdict(message) for message in messages] for one in expected]
        fits = [[not verdict.outcome.is_bad for verdict in row] for row in verdicts]
        found = align(fits, required, len(messages), in_order=in_order)
        if found.missing or found.surplus:
            best = align(_possible(verdicts), required, len(messages), in_order=in_order)
            if not (best.missing or best.surplus):
                # What could not be judged decides.
                return all_hold(verdicts[i][j] for i, j in best.pairs)
            anyhow = align(fits, required, len(messages), in_order=False)
            is_moved = not (anyhow.missing or anyhow.surplus)
            failure = _failure(expected, verdicts, None if is_moved else found, subject)
            return with_waiting(failure, subject, within)
        return all_hold(verdicts[i][j] for i, j in found.pairs)

    return judge


def _possible(verdicts: Sequence[Sequence[Verdict]]) -> list[list[bool]]:
    """Which messages fit where, if all that could not be judged did."""
    return [[verdict.outcome is not Outcome.FAILED for verdict in row] for row in verdicts]


def _expected(value: Json, options: Options) -> _Expected:
    whole = value if isinstance(value, Mapping) else {}
    checks = {name: argument for name, argument in whole.items() if name != "optional"}
    block = Block(checks if whole else value, options, options.texts)
    is_required = not whole.get("optional", False)
    return _Expected(block, f"{block.text}{'' if is_required else ' (optional)'}", is_required)


def _failure(
    expected: Sequence[_Expected],
    verdicts: Sequence[Sequence[Verdict]],
    found: Alignment | None,
    subject: Subject,
) -> Verdict:
    """The failure; without an alignment, the messages are in a different order."""
    shown = "\n".join(f"{number}. {one.shown}" for number, one in enumerate(expected, 1))
    actual = texts_of_messages(subject)
    if found is None:
        message = f"the messages of {subject.name} are in a different order"
        return failed(message, expected=shown, actual=actual)
    lines = []
    for number in found.missing:
        lines.append(f"expected message {number + 1} is missing: {expected[number].shown}")
        findings = (verdicts[number][index].finding for index in found.surplus)
        lines += [f"  {finding.message}" for finding in findings if finding is not None]
    for number in found.surplus:
        text = show(subject.messages[number].text)
        lines.append(f"message {number + 1} is not expected: {text}")
    return failed(_sentence(found, subject), expected=shown, actual=actual, difference=tuple(lines))


def _sentence(found: Alignment, subject: Subject) -> str:
    parts = []
    if found.missing:
        parts.append(f"{subject.name} lacks the expected {_numbers('message', found.missing)}")
    if found.surplus:
        have = "are" if len(found.surplus) > 1 else "is"
        of = "" if found.missing else f" of {subject.name}"
        parts.append(f"{_numbers('message', found.surplus)}{of} {have} not expected")
    return ", and ".join(parts)


def _numbers(noun: str, indexes: Sequence[int]) -> str:
    shown = [str(index + 1) for index in indexes[:_MOST_SHOWN]]
    rest = len(indexes) - len(shown)
    listed = ", ".join(shown) + (f" and {rest} more" if rest else "")
    return f"{noun}{'s' if len(indexes) > 1 else ''} {listed}"


OPTIONAL: Mapping[str, Json] = {
    "type": "boolean",
    "description": "The message may be missing.",
}
"""JSON Schema of a key next to the checks on one message."""

_MESSAGES: Mapping[str, Json] = {
    "type": "array",
    "minItems": 1,
    "items": {"$ref": "#/$defs/message_checks"},
}


def _decides(value: Json) -> Iterator[str]:
    yield Decided.MESSAGES
    if isinstance(value, Mapping) and value.get("unordered"):
        yield Decided.ORDER


REPLIES = Kind(
    name="replies",
    schema={
        "description": "What each message of the reply must be, in order, without "
        "any other message.",
        "examples": [[{"contains": "shipping"}, {"optional": True, "ends_with": "?"}]],
        "oneOf": [
            _MESSAGES,
            {
                "type": "object",
                "required": ["messages"],
                "additionalProperties": False,
                "properties": {
                    "messages": {**_MESSAGES, "description": "The expected messages."},
                    "unordered": {
                        "type": "boolean",
                        "description": "They may be in any order.",
                    },
                    "within": WITHIN,
                },
            },
        ],
    },
    compile=_compile,
    on="messages",
    content=Content.CHECKS,
    parts={"messages": Content.CHECKS},
    waits=True,
    decides=_decides,
)
