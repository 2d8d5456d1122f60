"""What a chat needs of a terminal."""

from __future__ import annotations

from enum import Enum
from typing import Protocol


class Style(Enum):
    """What a text is, which decides how it is coloured."""

    PLAIN = "plain"
    BOT = "bot"
    NOTE = "note"
    GOOD = "good"
    BAD = "bad"


class Terminal(Protocol):
    """Shows texts, and asks for lines."""

    is_interactive: bool
    """Whether a person types, so that a line can take any time."""

    def show(self, text: str, style: Style = Style.PLAIN) -> None:
        """Show a text, also while a line is being typed."""

    def ask(self, prompt: str) -> str | None:
        """The next line; None at the end of the input. Raises `KeyboardInterrupt` for Ctrl-C."""
