"""Which parts of a recorded reply nobody looks at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from harness.core import Json, value_class
from harness.evaluation.strength.measuring import ChangedReply
from harness.evaluation.strength.mutant import Fate, Mutator
from harness.evaluation.strength.recorded_conversation import RecordedTurn
from harness.evaluation.strength.text_changes import first_difference

_OF_FIELDS = (Mutator.FIELD_DROPPED, Mutator.FIELD_CHANGED)
_OF_THE_WHOLE = (Mutator.EMPTIED, Mutator.OTHER_REPLY)
_BEHIND = Mutator.ERROR_APPENDED


@value_class(frozen=True, slots=True)
class TextPiece:
    """A stretch of a text."""

    text: str
    is_unseen: bool
    """Whether it can change without being noticed."""


@value_class(frozen=True, slots=True, kw_only=True)
class SeenReply:
    """A recorded reply, and what of it nobody looks at."""

    turn: int
    user: str
    messages: tuple[tuple[TextPiece, ...], ...]
    payload: Json
    unseen: frozenset[str]
    """JSONPaths of fields that can be dropped and changed without being noticed."""


def seen_reply(turn: RecordedTurn, changes: Sequence[ChangedReply]) -> SeenReply:
    """The reply of a turn, with what its changes say about it."""
    answers = turn.answers
    survived = [one for one in changes if one.mutant.fate is Fate.SURVIVED]
    return SeenReply(
        turn=turn.planned.number,
        user=answers.turn.user.display_text or answers.turn.user.text,
        messages=tuple(
            _pieces(message.text, list(_texts(survived, number)), survived)
            for number, message in enumerate(answers.reply.messages)
        ),
        payload=answers.reply.payload,
        unseen=frozenset(unseen_fields(changes)),
    )


def _texts(survived: Iterable[ChangedReply], number: int) -> Iterable[str]:
    """What a message says in the changes of a part of it that nobody noticed."""
    for one in survived:
        reply = one.turn.reply if one.turn is not None else None
        is_of_part = not one.mutant.is_harmless and one.mutant.change not in (
            *_OF_THE_WHOLE,
            *_OF_FIELDS,
            _BEHIND,
            Mutator.ORDER_TURNED,
        )
        if is_of_part and reply is not None and number < len(reply.messages):
            yield reply.messages[number].text


def _pieces(
    text: str, changed: Iterable[str], survived: Sequence[ChangedReply]
) -> tuple[TextPiece, ...]:
    """The text in stretches that are looked at, and that are not."""
    if any(one.mutant.change is Mutator.EMPTIED for one in survived):
        return (TextPiece(text, is_unseen=True),) if text else ()
    flags = [False] * len(text)
    for other in changed:
        start, end = first_difference(text, other)
        flags[start:end] = [True] * (end - start)
    pieces: list[TextPiece] = []
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or flags[at] != flags[start]:
            pieces.append(TextPiece(text[start:at], is_unseen=flags[start]))
            start = at
    return tuple(pieces)


def unseen_fields(changes: Iterable[ChangedReply]) -> Iterable[str]:
    """Fields of which no change was noticed, by a check or by the definition."""
    fates = field_fates(changes)
    return (path for path, known in fates.items() if known == {Fate.SURVIVED})


def field_fates(changes: Iterable[ChangedReply]) -> dict[str, set[Fate]]:
    """What became of the changes of each field of a payload."""
    fates: dict[str, set[Fate]] = defaultdict(set)
    for one in changes:
        if one.mutant.change in _OF_FIELDS:
            for path in one.mutant.paths:
                fates[path].add(one.mutant.fate)
    return fates
