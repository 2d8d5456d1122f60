"""A recorded conversation with its name."""

from __future__ import annotations

from harness.core import value_class
from harness.project.plan import Play


@value_class(frozen=True, slots=True)
class NamedPlay:
    """A recorded conversation, and the name that it has in results."""

    id: str
    """With its take, if there are several."""
    play: Play
