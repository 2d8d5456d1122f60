"""The names of turns in messages."""

from __future__ import annotations

from collections.abc import Mapping

from harness.core import Json, Path
from harness.formats.yaml import Document

LISTS = ("turns", "setup", "teardown")
_UNSAID = frozenset(("assistant", "include", "branch"))
"""Keys of entries that are not turns of the user."""


class SubjectIn:
    """Names the turn of a document that a path is in, such as `turn 2 "dress"`."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def __call__(self, path: Path) -> str:
        """The turn's name in messages; empty outside lists of turns."""
        value = self._document.value
        if len(path) < 2 or path[0] not in LISTS or not isinstance(value, Mapping):  # noqa: PLR2004  # a list and an index
            return ""
        turns = value.get(str(path[0]))
        index = path[1]
        if not isinstance(turns, list) or not isinstance(index, int) or index >= len(turns):
            return ""
        turn = turns[index]
        if not isinstance(turn, dict) or not _is_said(turn):
            return f"entry {index + 1} of {path[0]}"
        name = turn_subject(sum(map(_is_said, turns[: index + 1])), str(turn.get("id") or ""))
        return name if path[0] == "turns" else f"{path[0]}, {name}"


def _is_said(turn: Json) -> bool:
    """Whether an entry is a turn of the user."""
    return not (isinstance(turn, dict) and _UNSAID & turn.keys())


def turn_subject(number: int, turn_id: str) -> str:
    """The name of a turn in messages."""
    return f'turn {number} "{turn_id}"' if turn_id else f"turn {number}"
