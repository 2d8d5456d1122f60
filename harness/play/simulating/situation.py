"""What a simulated user knows when it decides what to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from harness.conversation import Turn
from harness.core import value_class


@value_class(frozen=True, slots=True, kw_only=True)
class Situation:
    """What a simulated user knows when it decides what to say."""

    goal: str
    persona: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    turns: Sequence[Turn] = ()
    """What was said so far, as a replay has it."""
    left: int = 1
    """Messages that the user may still write, this one included."""

    @property
    def said(self) -> tuple[str, ...]:
        """The user's own messages, as a person sees them."""
        return tuple(turn.user.display_text or turn.user.text for turn in self.turns)

    @property
    def replies(self) -> tuple[str, ...]:
        """The texts of the bot's replies."""
        return tuple(turn.reply.text for turn in self.turns if turn.reply is not None)

    @property
    def buttons(self) -> tuple[str, ...]:
        """The buttons of the last reply."""
        last = self.turns[-1].reply if self.turns else None
        return tuple(last.actions) if last is not None else ()
