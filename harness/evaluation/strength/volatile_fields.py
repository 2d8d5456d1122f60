"""Fields of a payload that differ between recordings of the same turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.conversation import Transcript
from harness.core import Json, is_same
from harness.evaluation.strength.json_changes import at, fields_in, pattern_text


def volatile_in(recorded: Transcript, others: Sequence[Transcript]) -> frozenset[tuple[int, str]]:
    """Turn and JSONPath of each scalar field that another recording has with another value.

    Another recording is another take, or what a drift run received.
    """
    return frozenset(
        (turn.number, path)
        for other in others
        for turn in recorded.turns
        for now in other.turns
        if now.number == turn.number and turn.reply is not None and now.reply is not None
        for path in _differing(turn.reply.payload, now.reply.payload)
    )


def _differing(before: Json, now: Json) -> Iterator[str]:
    other = {
        pattern: [at(now, place) for place in places] for pattern, places in fields_in(now).items()
    }
    for pattern, places in fields_in(before).items():
        values = [at(before, place) for place in places]
        if all(map(_is_scalar, values)) and not is_same(values, other.get(pattern)):
            yield pattern_text(pattern)


def _is_scalar(value: Json) -> bool:
    return not isinstance(value, list | Mapping)
