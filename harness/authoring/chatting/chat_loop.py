"""A chat at a terminal: reads lines, says them, and does what commands ask for."""

from __future__ import annotations

import json
from collections.abc import Callable

from harness.authoring.chatting.attaching import attachment_of
from harness.authoring.chatting.check_commands import CheckCommands
from harness.authoring.chatting.late_watch import LateWatch, wait_for_late
from harness.authoring.chatting.manual_chat import ManualChat
from harness.authoring.chatting.replies_shown import (
    TOOL,
    USER,
    message_line,
    payload_text,
    reply_lines,
    said_lines,
)
from harness.authoring.chatting.saving import NotGreen, save
from harness.authoring.chatting.slash_commands import (
    BACKSLASH,
    WrongCommand,
    command_in,
    help_lines,
)
from harness.authoring.chatting.terminal_protocol import Style, Terminal
from harness.conversation import Attachment, ReplyMessage, ToolCall, ToolResult, Turn, UserMessage
from harness.core import (
    AuthoringError,
    NoSuchButton,
    PlayError,
    counted,
    parse_duration,
)
from harness.play.result import ScenarioResult

Screen = Callable[[ScenarioResult], str]
"""Why a result is bad, as all reports show it."""
MORE = "...> "
"""The prompt for a line that continues one."""
_LONGEST_NUMBER = 2
"""Digits of a text that is taken for the number of a button."""
FAILS = "/fail "
"""Before the reason for which a tool fails."""


class ChatLoop:
    """A chat at a terminal. Made with the chat by `begin`."""

    def __init__(self, terminal: Terminal, screen: Screen) -> None:
        self._terminal = terminal
        self._screen = screen
        self._chat: ManualChat
        self._watch: LateWatch
        self._attached: tuple[Attachment, ...] = ()
        self._last: tuple[UserMessage, str] | None = None
        """The message that was said last, also if it broke the conversation."""
        self._buttons: tuple[str, ...] = ()
        self._checks: CheckCommands
        self._is_saved = True
        self.is_clean = True
        """Whether no turn broke, no check failed, and every command was understood."""
        self._commands: dict[str, Callable[[str], object]] = {
            "payload": self._payload,
            "again": self._again,
            "back": self._back,
            "new": self._new,
            "check": lambda text: self._checks.check(text, self._required()),
            "keep": lambda _: self._checks.keep(),
            "attach": self._attach,
            "wait": self._wait,
            "say": self._say,
            "save": self._save,
            "help": lambda _: self._show("\n".join(help_lines())),
        }

    def run(self, chat: ManualChat) -> None:
        """Chat until the end of the input, or until the person quits."""
        self._chat, self._watch = chat, LateWatch(chat, self._show_late)
        self._checks = CheckCommands(chat, self._lines, self._show, self._judged)
        try:
            self._greet()
            while (line := self._line()) is not None and line.strip() != "/quit":
                try:
                    self._take(line)
                    self._start_watching()
                except KeyboardInterrupt:
                    self._fault("interrupted")
        finally:
            self._watch.stop()
            turns = len(chat.turns)
            chat.forget()
        if turns and not self._is_saved:
            self._show(f"{counted(turns, 'turn')} not saved", Style.NOTE)

    def _line(self) -> str | None:
        """What the person types next; None at the end of the input."""
        while True:
            try:
                line = self._terminal.ask(USER)
                while line is not None and line.endswith(BACKSLASH):
                    more = self._terminal.ask(MORE)
                    line = line.removesuffix(BACKSLASH) + ("" if more is None else f"\n{more}")
                self._stop_watching()
            except KeyboardInterrupt:
                self._show("Ctrl-D or /quit ends the chat", Style.NOTE)
            else:
                return line

    def asks(self, call: ToolCall) -> ToolResult | None:
        """Ask the person what a tool returns: JSON, a text, or /fail and a reason."""
        self._show(f"{TOOL}{call.name} {call.arguments_json}", Style.NOTE)
        line = self._terminal.ask(f"{call.name} returns> ")
        if line is None:
            return None
        if line.startswith(FAILS):
            return ToolResult(value=line.removeprefix(FAILS).strip(), is_error=True)
        try:
            return ToolResult(value=json.loads(line))
        except ValueError:
            return ToolResult(value=line)

    def said_again(self, turn: Turn) -> None:
        """Show a turn that was said without the person."""
        for text, style in (*said_lines(turn.user), *reply_lines(turn)):
            self._show(text, style)
        self._buttons = tuple(turn.reply.actions) if turn.reply is not None else ()

    def _greet(self) -> None:
        talk = self._chat.talk
        self._show(
            f"{talk.play.provider}, of the definition {talk.definition.name};"
            " /help lists the commands",
            Style.NOTE,
        )
        beginning = talk.beginning
        if beginning is None:
            return
        for note in beginning.notes:
            self._show(note, Style.NOTE)
        if talk.scenario.user_turns:
            self._attempt(self._chat.open, "")
            if self._chat.begun is not None:
                self._judged(self._chat.begun)
        if beginning.lines:
            self._show("the file goes on with:", Style.NOTE)
            self._show("\n".join(beginning.lines))
        else:
            self._show("the file ends here", Style.NOTE)
        self._start_watching()

    def _take(self, line: str) -> None:
        if not line.strip():
            return
        try:
            if line.startswith("/"):
                name, rest = command_in(line)
                self._commands[name](rest)
            else:
                self._speak(self._message(line.strip()), line)
        except WrongCommand as wrong:
            self._fault(str(wrong))
        except (AuthoringError, PlayError) as error:
            self._fault(str(error))

    def _message(self, text: str) -> UserMessage:
        """A typed text: the number or the label of a button presses it."""
        count = len(self._buttons)
        label = text if text in self._buttons else ""
        if text.isdecimal() and 0 < int(text) <= count:
            label = self._buttons[int(text) - 1]
        elif not label and count and text.isdecimal() and len(text) <= _LONGEST_NUMBER:
            buttons = "is only 1 button" if count == 1 else f"are only {count} buttons"
            raise WrongCommand(f"there {buttons}; to say it, write /say {text}")
        if label:
            return UserMessage(text="", display_text=label, attachments=self._attached)
        return UserMessage(text=text, attachments=self._attached)

    def _speak(self, message: UserMessage, line: str) -> None:
        chat = self._chat
        self._last = (message, line)
        if chat.is_lost:
            self._announce(len(chat.turns))
        if self._attempt(lambda: self._hear(message, line), line):
            self._attached = ()
            self._is_saved = False

    def _hear(self, message: UserMessage, line: str) -> None:
        was_closed = self._chat.is_closed
        turn = self._chat.say(message, line)
        if was_closed:
            self._show("this is a new conversation", Style.NOTE)
        self._heard(turn)

    def _heard(self, turn: Turn) -> None:
        for text, style in reply_lines(turn):
            self._show(text, style)
        self._buttons = tuple(turn.reply.actions) if turn.reply is not None else ()
        self._checks.forget()
        self._judged(self._chat.contract_faults())

    def _attempt(self, do: Callable[[], object], line: str) -> bool:
        """Do what can break the conversation; returns whether it did not."""
        chat = self._chat
        try:
            do()
        except PlayError as error:
            if isinstance(error, NoSuchButton) and not chat.is_lost:
                self._fault(str(error))
                return False
            self._fault(self._screen(chat.broken(error, line)))
            self._ended(line)
        except KeyboardInterrupt:
            self._fault("interrupted")
            self._ended(line)
        else:
            return True
        return False

    def _announce(self, turns: int) -> None:
        """Say how the conversation gets to where it was after so many turns of the person."""
        chat = self._chat
        before = chat.next_number - 1 - len(chat.turns)
        said = turns + before
        if not said:
            return
        if chat.is_resumed(said + 1):
            how = "without a request, since the provider keeps nothing of it"
            self._show(f"the conversation goes on after turn {said}, {how}", Style.NOTE)
        else:
            self._show(f"in a new conversation, {counted(said, 'turn')} said again:", Style.NOTE)

    def _ended(self, line: str) -> None:
        """Say what comes after a conversation that broke, for a line that was typed or not."""
        text = "this turn does not count, and the conversation ended; /again or another message"
        if not line:
            text = "the conversation ended; the next message"
        self._show(f"{text} begins a new one", Style.NOTE)

    def _payload(self, _: str) -> None:
        turn = self._required()
        self._show(payload_text(turn))

    def _again(self, _: str) -> None:
        if self._last is None:
            raise WrongCommand("nothing was said yet")
        message, line = self._last
        for text, style in said_lines(message):
            self._show(text, style)
        self._speak(message, line)

    def _back(self, _: str) -> None:
        chat = self._chat
        if not chat.turns:
            before = len(chat.talk.scenario.user_turns)
            why = f"the {counted(before, 'turn')} before are of the file" if before else ""
            raise WrongCommand(f"there is no turn to take back{f'; {why}' if why else ''}")
        left = len(chat.turns) - 1
        self._announce(left)
        self._buttons, self._is_saved = (), False
        self._checks.forget()
        if self._attempt(chat.back, ""):
            last = chat.last
            self._buttons = tuple(last.reply.actions) if last and last.reply else ()
            self._show(f"back after {counted(left, 'turn')}" if left else "back at the start")

    def _new(self, _: str) -> None:
        self._chat.forget()
        self._buttons, self._is_saved = (), True
        self._checks.forget()
        self._show("the next message begins a new conversation", Style.NOTE)

    def _attach(self, rest: str) -> None:
        self._attached += (attachment_of(rest, self._chat.talk),)
        files = counted(len(self._attached), "file")
        self._show(f"{files} for the next message", Style.NOTE)

    def _wait(self, rest: str) -> None:
        self._required()
        try:
            seconds = parse_duration(rest)
        except ValueError as error:
            raise WrongCommand(f"{error}; write /wait 10s") from error
        try:
            came = wait_for_late(self._chat, seconds, self._show_late)
        except PlayError as error:
            name = self._chat.talk.definition.name
            text = f"the definition {name} does not say how to look for late messages"
            self._fault(text if error.code == "no-late" else str(error))
            return
        if not came:
            self._show("no message came", Style.NOTE)

    def _say(self, text: str) -> None:
        if not text:
            raise WrongCommand("write /say and a text")
        self._speak(UserMessage(text=text, attachments=self._attached), text)

    def _save(self, name: str) -> None:
        if not name:
            raise WrongCommand("write /save and a name, such as /save order")
        if not self._chat.turns and not self._chat.talk.scenario.user_turns:
            raise WrongCommand("nothing was said yet, so there is nothing to save")
        try:
            saved = save(self._chat, name)
        except NotGreen as error:
            self._fault(
                f"{self._screen(error.result)}\n{error}; nothing was written, and /back takes"
                " the last turn back"
            )
            return
        except PlayError as error:
            self._fault(f"{error}\nnothing was written")
            return
        self._is_saved = True
        self._show(f"{saved.scenario}: written, {counted(saved.turns, 'turn')}", Style.GOOD)
        interactions = counted(saved.interactions, "interaction")
        self._show(f"{saved.cassette}: written, {interactions}", Style.GOOD)
        for note in saved.notes:
            self._show(f"note: {note}", Style.NOTE)
        self._show(f"play it: pytest {saved.scenario}", Style.NOTE)

    def _lines(self) -> str:
        """What is typed until an empty line."""
        lines = []
        while line := self._terminal.ask(MORE):
            lines.append(line)
        return "\n".join(lines)

    def _judged(self, result: ScenarioResult) -> bool:
        """Show why a result is bad; returns whether it is not."""
        if result.outcome.is_bad:
            self._fault(self._screen(result))
        return not result.outcome.is_bad

    def _required(self) -> Turn:
        turn = self._chat.shown_turn()
        if turn is None:
            raise WrongCommand("there is no reply yet")
        return turn

    def _start_watching(self) -> None:
        if self._terminal.is_interactive and self._chat.has_late:
            self._watch.start()

    def _stop_watching(self) -> None:
        error = self._watch.stop()
        if error is not None and error.code != "no-late":
            self._show(f"late messages are not looked for: {error}", Style.NOTE)

    def _show_late(self, message: ReplyMessage, seconds: float) -> None:
        self._show(*message_line(message, seconds))

    def _fault(self, text: str) -> None:
        self.is_clean = False
        self._show(text, Style.BAD)

    def _show(self, text: str, style: Style = Style.PLAIN) -> None:
        self._terminal.show(self._chat.redactor.text(text), style)
