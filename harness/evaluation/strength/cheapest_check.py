"""A check that would notice what no expectation noticed."""

from __future__ import annotations

from harness.core import Json, value_class
from harness.formats.yaml.yaml_writing import write_line


@value_class(frozen=True, slots=True, kw_only=True)
class CheapestCheck:
    """A check that is proposed for one turn."""

    turn: int
    name: str
    value: Json
    """As an author writes it."""
    kills: tuple[str, ...]
    """The ids of the survivors that it would notice, without those that checks before it notice."""

    def __str__(self) -> str:
        return write_line({self.name: self.value})[1:-1]
