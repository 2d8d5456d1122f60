"""How turns are called in messages."""

from __future__ import annotations

from collections.abc import Mapping

from harness.typing import Path
from harness.yaml_reader import Document


class SubjectIn:
    """Says which turn of a document a path lies in, such as `turn 2 "dress"`."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def __call__(self, path: Path) -> str:
        """The turn's name in messages; empty outside `turns`."""
        value = self._document.value
        if len(path) < 2 or path[0] != "turns" or not isinstance(value, Mapping):  # noqa: PLR2004  # turns and an index
            return ""
        turns = value.get("turns")
        index = path[1]
        if not isinstance(turns, list) or not isinstance(index, int) or index >= len(turns):
            return ""
        turn = turns[index]
        if not isinstance(turn, dict) or "assistant" in turn:
            return f"entry {index + 1} of turns"
        before = (t for t in turns[: index + 1] if not (isinstance(t, dict) and "assistant" in t))
        return turn_subject(sum(1 for _ in before), str(turn.get("id") or ""))


def turn_subject(number: int, turn_id: str) -> str:
    """How a turn is called in messages."""
    return f'turn {number} "{turn_id}"' if turn_id else f"turn {number}"
