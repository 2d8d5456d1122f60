"""The commands of a chat that try checks on the last reply, and keep them."""

from __future__ import annotations

import re
from collections.abc import Callable

from harness.authoring.chatting.display import Display
from harness.authoring.chatting.manual_chat import ManualChat
from harness.authoring.chatting.slash_commands import WrongCommand
from harness.authoring.chatting.terminal_protocol import Style
from harness.authoring.chatting.typed_checks import TypedChecks, read_checks
from harness.conversation import Turn

_SENTENCE = re.compile(r"[A-Za-z_]+(?: +(?!.*: ).*)?")
"""A check without the colon after its name."""


class CheckCommands:
    """`/check` and `/keep`."""

    def __init__(self, chat: ManualChat, lines: Callable[[], str], display: Display) -> None:
        """`lines` asks for lines until an empty one."""
        self._chat = chat
        self._lines = lines
        self._display = display
        self._passed: TypedChecks | None = None
        """The checks that passed last, on the last reply."""

    @property
    def have_passed(self) -> bool:
        """Whether the checks that were tried last on the last reply passed."""
        return self._passed is not None

    def forget(self) -> None:
        """There is another reply."""
        self._passed = None

    def check(self, text: str, turn: Turn) -> None:
        """Try checks on the last turn. Raises `WrongCommand`, `AuthoringError`, `PlayError`."""
        talk = self._chat.talk
        text = text or self._lines()
        if not text:
            raise WrongCommand("write /check and checks, such as /check contains: hello")
        if _SENTENCE.fullmatch(text):
            name, _, value = text.partition(" ")
            said = f"{name}: {value.strip() or '…'}"
            raise WrongCommand(f"a check has a colon after its name; write /check {said}")
        typed = read_checks(text, turn, talk.project, talk.play.provider)
        self._passed = None
        result = self._chat.judge(typed.planned)
        if not self._display.judged(result):
            return
        for reason in result.skips:
            self._display.note(f"skipped: {reason}")
        if len(result.skips) < len(result.checks):
            self._passed = typed
            names = ", ".join(typed.written)
            self._display.show(
                f"passes: {names}; /keep writes it into the saved scenario", Style.GOOD
            )

    def keep(self) -> None:
        """Write the checks that passed last into the scenario. Raises `WrongCommand`."""
        if self._passed is None or not self._chat.turns:
            raise WrongCommand("no check passed on the last reply; try one with /check")
        self._chat.keep(self._passed)
        self._display.note(f"kept: {', '.join(self._chat.turns[-1].checks)}")
