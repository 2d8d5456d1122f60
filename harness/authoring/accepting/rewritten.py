"""What became of a file whose expectations are accepted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.core import value_class


@value_class(frozen=True, slots=True, kw_only=True)
class RewrittenLine:
    """An expectation that was rewritten."""

    line: int
    name: str
    plays: int
    """In how many plays it holds now."""
    renamed: str = ""
    """The check that took its place; empty if it is the same."""
    loosened: tuple[str, ...] = ()
    """How it says less than before."""
    anchor: str = ""
    """The YAML anchor that it is part of; empty if no alias repeats it."""
    aliases: tuple[int, ...] = ()
    """The lines of the aliases."""


@value_class(frozen=True, slots=True, kw_only=True)
class UnchangedLine:
    """An expectation that failed and was not rewritten."""

    line: int
    name: str
    message: str
    hint: str = ""


@value_class(frozen=True, slots=True, kw_only=True)
class RewrittenGolden:
    """A golden file that a failed `same_as` compares with."""

    file: Path
    shown: str
    before: bytes
    """Empty if there is no such file yet."""
    after: bytes


@value_class(frozen=True, slots=True, kw_only=True)
class KnownLine:
    """An expectation of the file."""

    line: int
    name: str
    plays: int
    """In how many plays it is judged."""


@value_class(frozen=True, slots=True, kw_only=True)
class Rewriting:
    """What became of a file."""

    file: Path
    shown: str
    before: bytes
    after: bytes
    users: tuple[str, ...]
    """The scenario files that use it."""
    goldens: Sequence[RewrittenGolden] = ()
    accepted: Sequence[RewrittenLine] = ()
    refused: Sequence[UnchangedLine] = ()
    """Those on line 0 are not of a line of this file."""
    passed: Sequence[KnownLine] = ()
    """The expectations that were asked for and pass."""
    left_out: Sequence[str] = ()
    """Plays that were not judged, each in a sentence."""


class NoExpectation(Exception):
    """There is no expectation on the line of a file that was named."""

    def __init__(self, line: int, known: Sequence[KnownLine]) -> None:
        super().__init__(line)
        self.line = line
        self.known = known
