"""`repeats`: whether the bot says the same again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from harness.checks.check import Judge, Kind, Options, Subject
from harness.checks.matchers import COUNT, Count
from harness.checks.measures import words_of
from harness.checks.text_forms import folded, said
from harness.checks.verdict import PASS, Verdict, failed, skipped
from harness.conversation import Transcript
from harness.core import Json

NONE = "none"


class _Repeat(NamedTuple):
    """A reply that is like an earlier one."""

    turn: int
    first: int
    """The turn of the first such reply."""
    text: str


def _compile(value: Json, options: Options) -> Judge:
    count = Count(0 if value == NONE else value, "repeat", options)

    def judge(subject: Subject) -> Verdict:
        transcript = subject.transcript
        replies = list(_replies(transcript)) if transcript is not None else []
        if len(replies) <= 1:
            return skipped("there are no two replies to compare")
        repeats = list(_repeats(replies))
        failure = count.failure(len(repeats), subject.name)
        if failure is None or failure.finding is None:
            return PASS
        if not repeats:
            return failure
        more = f" (and {len(repeats) - 1} more)" if len(repeats) > 1 else ""
        lines = (f"turn {one.turn}, as in turn {one.first}: {one.text}" for one in repeats)
        return failed(
            f"the reply to turn {repeats[0].turn} repeats that to turn {repeats[0].first}{more}",
            expected=failure.finding.expected,
            actual=said("\n".join(lines)),
        )

    return judge


def _replies(transcript: Transcript) -> Iterator[tuple[int, str]]:
    """The turns with a reply that has a text, by number."""
    for turn in transcript.turns:
        if turn.reply is not None and turn.reply.text.strip():
            yield turn.number, turn.reply.text


def _repeats(replies: list[tuple[int, str]]) -> Iterator[_Repeat]:
    first: dict[str, int] = {}
    for number, text in replies:
        earlier = first.setdefault(alike(text), number)
        if earlier != number:
            yield _Repeat(number, earlier, text)


def alike(text: str) -> str:
    """The words of a text without case, punctuation and spaces; the text if it has no words."""
    text = folded(text)
    return " ".join(words_of(text)) or "".join(text.split())


REPEATS = Kind(
    name="repeats",
    schema={
        "description": (
            "How many replies say the same as an earlier one, apart from case, punctuation and"
            " spaces: none, or a count."
        ),
        "examples": [NONE, {"at_most": 1}],
        "oneOf": [{"const": NONE}, *COUNT["oneOf"]],  # type: ignore[misc]  # a list
    },
    compile=_compile,
    on="conversation",
    is_caseless=True,
    other_words="repeated repetition loops",
)
