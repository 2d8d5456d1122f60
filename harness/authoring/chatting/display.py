"""What a chat shows, without its secrets, and whether all went well."""

from __future__ import annotations

from collections.abc import Callable

from harness.authoring.chatting.manual_chat import ManualChat
from harness.authoring.chatting.replies_shown import message_line, reply_lines, said_lines
from harness.authoring.chatting.terminal_protocol import Style, Terminal
from harness.conversation import ReplyMessage, Turn, UserMessage
from harness.play.result import ScenarioResult

Screen = Callable[[ScenarioResult], str]
"""Why a result is bad, as all reports show it."""


class Display:
    """Shows what happens in a chat."""

    def __init__(self, terminal: Terminal, screen: Screen, chat: ManualChat) -> None:
        self._terminal = terminal
        self._screen = screen
        self._chat = chat
        self.is_clean = True
        """Whether no turn broke, no message was refused without a check that expects it, no check
        failed, and every command was understood."""

    def show(self, text: str, style: Style = Style.PLAIN) -> None:
        """Show a text."""
        self._terminal.show(self._chat.redactor.text(text), style)

    def note(self, text: str) -> None:
        """Show what is good to know."""
        self.show(text, Style.NOTE)

    def fault(self, text: str) -> None:
        """Show what went wrong."""
        self.is_clean = False
        self.show(text, Style.BAD)

    def failed(self, result: ScenarioResult, further: str = "") -> None:
        """Show why a result is bad, and further lines."""
        self.fault(self._screen(result) + further)

    def judged(self, result: ScenarioResult) -> bool:
        """Show why a result is bad; returns whether it is not."""
        if result.outcome.is_bad:
            self.failed(result)
        return not result.outcome.is_bad

    def said(self, message: UserMessage) -> None:
        """Show a message that was not typed just now."""
        for text, style in said_lines(message):
            self.show(text, style)

    def reply(self, turn: Turn) -> None:
        """Show the answer to a message."""
        for text, style in reply_lines(turn):
            self.show(text, style)

    def late(self, message: ReplyMessage, seconds: float) -> None:
        """Show a message that came so many seconds after the reply."""
        self.show(*message_line(message, seconds))
