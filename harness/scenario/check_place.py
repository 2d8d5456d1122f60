"""Where a check is, in words that stay the same when lines of a file move."""

from __future__ import annotations

from typing import NamedTuple

from harness.core import Path
from harness.formats.json_path import path_text
from harness.scenario.turn_names import LISTS


class CheckPlace(NamedTuple):
    """A check of a scenario, the same in all its rows, takes and providers."""

    scenario: str
    """The scenario's id."""
    place: str
    """The block that it is in, as `place_of_check` writes it."""
    kind: str
    """Its name in results, such as `never contains`."""


def place_of_check(path: Path, turn: int, turn_id: str = "", file: str = "") -> str:
    """The block of a check, such as `turns[1].expect` or `expect.never`.

    `path` is that of the check's value, and `file` is given if it is not the scenario's own. The id
    of a turn takes the place of its index, as in `turns.confirm.expect`. A check without a path is
    in `turn 2`, or in `conversation` if the turn is 0.
    """
    if not path:
        return f"turn {turn}" if turn > 0 else "conversation"
    block = path[:-1]
    if turn_id and len(block) > 1 and block[0] in LISTS:
        block = (block[0], turn_id, *block[2:])
    text = path_text(block).removeprefix("$").removeprefix(".")
    return f"{file} {text}" if file else text
