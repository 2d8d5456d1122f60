"""Says what a person types, and shows what comes back."""

from __future__ import annotations

from collections.abc import Callable

from harness.authoring.chatting.attaching import attachment_of
from harness.authoring.chatting.check_commands import CheckCommands
from harness.authoring.chatting.display import Display
from harness.authoring.chatting.manual_chat import ManualChat
from harness.authoring.chatting.metadata import COMMAND, metadata_entry, metadata_text
from harness.authoring.chatting.slash_commands import WrongCommand
from harness.conversation import Attachment, Turn, UserMessage
from harness.core import Json, NoSuchButton, PlayError, counted, did_you_mean, quote

_LONGEST_NUMBER = 2
"""Digits of a text that is taken for the number of a button."""


class Speaking:
    """The messages of the person, and the commands that say, repeat or take back one."""

    def __init__(self, chat: ManualChat, display: Display, checks: CheckCommands) -> None:
        self._chat = chat
        self._display = display
        self._checks = checks
        self._attached: tuple[Attachment, ...] = ()
        self._metadata: dict[str, Json] = {**chat.talk.metadata}
        """Sent with every message."""
        self._last: tuple[UserMessage, str] | None = None
        """The message that was said last, also if it broke the conversation."""
        self._buttons: tuple[str, ...] = ()
        self._is_refused = False
        """Whether the provider refused the last message."""
        self.is_saved = True
        """Whether nothing was said or taken back since the chat was saved or begun."""

    def line(self, line: str) -> None:
        """Say a typed line: the number or the label of a button presses it."""
        self._speak(self._message(line.strip()), line)

    def press(self, button: str) -> None:
        """Press a button, by its number or label. Raises `WrongCommand` if there is none."""
        if not button:
            raise WrongCommand("write /press and the number or label of a button")
        label = self._label(button)
        if not label:
            hint = did_you_mean(button, self._buttons)
            known = f"; {hint}" if hint else ""
            what = f"no button {quote(button)}" if self._buttons else "no button to press"
            raise WrongCommand(f"there is {what}{known}")
        self._speak(self._typed("", label), button)

    def text(self, text: str) -> None:
        """Say a text as it is. Raises `WrongCommand` if it is empty."""
        if not text:
            raise WrongCommand("write /say and a text")
        self._speak(self._typed(text), text)

    def attach(self, rest: str) -> None:
        """Send a file with the next message. Raises as `attachment_of`."""
        self._attached += (attachment_of(rest, self._chat.talk),)
        self._display.note(f"{counted(len(self._attached), 'file')} for the next message")

    def metadata(self, rest: str) -> None:
        """Send a value of `KEY=VALUE` with every further message; none with `KEY=`.

        Raises `ScenarioError` as `metadata_entry`.
        """
        talk = self._chat.talk
        if rest:
            key, value = metadata_entry(rest, COMMAND, talk.play.provider, talk.definition)
            if value == "" and rest.endswith("="):
                self._metadata.pop(key, None)
            else:
                self._metadata[key] = value
        sent = metadata_text(self._metadata) or "no metadata"
        self._display.note(f"with every further message: {sent}")

    def again(self) -> None:
        """Say the last message again. Raises `WrongCommand` if there is none."""
        if self._last is None:
            raise WrongCommand("nothing was said yet")
        message, line = self._last
        self._display.said(message)
        self._speak(message, line)

    def back(self) -> None:
        """Take the last turn back. Raises `WrongCommand` if there is none."""
        chat = self._chat
        if not chat.turns:
            before = len(chat.talk.scenario.user_turns)
            why = f"the {counted(before, 'turn')} before are of the file" if before else ""
            raise WrongCommand(f"there is no turn to take back{f'; {why}' if why else ''}")
        left = len(chat.turns) - 1
        self._announce(left)
        self.settle()
        self._buttons, self.is_saved = (), False
        self._checks.forget()
        if self.attempt(chat.back, ""):
            last = chat.last
            self._buttons = tuple(last.reply.actions) if last and last.reply else ()
            self._display.show(
                f"back after {counted(left, 'turn')}" if left else "back at the start"
            )

    def new(self) -> None:
        """Begin a new conversation with the next message."""
        self._chat.forget()
        self.settle()
        self._buttons, self.is_saved = (), True
        self._checks.forget()
        self._display.note("the next message begins a new conversation")

    def said_again(self, turn: Turn) -> None:
        """Show a turn that was said without the person."""
        self._display.said(turn.user)
        self._display.reply(turn)
        self._buttons = tuple(turn.reply.actions) if turn.reply is not None else ()

    def settle(self) -> None:
        """Count a refusal of the last message as a fault, unless a check of the person passed."""
        if self._is_refused and not self._checks.have_passed:
            self._display.is_clean = False
        self._is_refused = False

    def attempt(self, do: Callable[[], object], line: str) -> bool:
        """Do what can break the conversation; returns whether it did not."""
        chat = self._chat
        try:
            do()
        except PlayError as error:
            if isinstance(error, NoSuchButton) and not chat.is_lost:
                self._display.fault(str(error))
                return False
            self._display.failed(chat.broken(error, line))
            self._ended(line)
        except KeyboardInterrupt:
            self._display.fault("interrupted")
            self._ended(line)
        else:
            return True
        return False

    def _message(self, text: str) -> UserMessage:
        count = len(self._buttons)
        label = self._label(text)
        if not label and count and text.isdecimal() and len(text) <= _LONGEST_NUMBER:
            buttons = "is only 1 button" if count == 1 else f"are only {count} buttons"
            raise WrongCommand(f"there {buttons}; to say it, write /say {text}")
        if label:
            return self._typed("", label)
        return self._typed(text)

    def _label(self, text: str) -> str:
        """The label of the button with this number or label; empty if there is none."""
        if text.isdecimal() and 0 < int(text) <= len(self._buttons):
            return self._buttons[int(text) - 1]
        return text if text in self._buttons else ""

    def _typed(self, text: str, label: str = "") -> UserMessage:
        """A message with the files and the metadata for it."""
        return UserMessage(
            text=text,
            display_text=label,
            attachments=self._attached,
            metadata={**self._metadata},
        )

    def _speak(self, message: UserMessage, line: str) -> None:
        chat = self._chat
        self.settle()
        self._last = (message, line)
        if chat.is_lost:
            self._announce(len(chat.turns))
        if self.attempt(lambda: self._hear(message, line), line):
            self._attached = ()
            self.is_saved = False

    def _hear(self, message: UserMessage, line: str) -> None:
        was_closed = self._chat.is_closed
        turn = self._chat.say(message, line)
        if was_closed:
            self._display.note("this is a new conversation")
        self._display.reply(turn)
        self._buttons = tuple(turn.reply.actions) if turn.reply is not None else ()
        self._is_refused = turn.refusal is not None
        self._checks.forget()
        self._display.judged(self._chat.contract_faults())

    def _announce(self, turns: int) -> None:
        """Say how the conversation gets to where it was after so many turns of the person."""
        chat = self._chat
        before = chat.next_number - 1 - len(chat.turns)
        said = turns + before
        if not said:
            return
        if chat.is_resumed(said + 1):
            how = "without a request, since the provider keeps nothing of it"
            self._display.note(f"the conversation goes on after turn {said}, {how}")
        else:
            self._display.note(f"in a new conversation, {counted(said, 'turn')} said again:")

    def _ended(self, line: str) -> None:
        """Say what comes after a conversation that broke, for a line that was typed or not."""
        text = "this turn does not count, and the conversation ended; /again or another message"
        if not line:
            text = "the conversation ended; the next message"
        self._display.note(f"{text} begins a new one")
