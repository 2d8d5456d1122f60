"""A chat at a terminal: reads lines, says them, and does what commands ask for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from harness.authoring.chatting.check_commands import CheckCommands
from harness.authoring.chatting.display import Display, Screen
from harness.authoring.chatting.late_watch import LateWatch, wait_for_late
from harness.authoring.chatting.manual_chat import ManualChat
from harness.authoring.chatting.replies_shown import TOOL, USER, payload_text
from harness.authoring.chatting.saving import NotGreen, save
from harness.authoring.chatting.slash_commands import (
    BACKSLASH,
    WrongCommand,
    command_in,
    help_lines,
)
from harness.authoring.chatting.speaking import Speaking
from harness.authoring.chatting.terminal_protocol import Style, Terminal
from harness.conversation import ToolCall, ToolResult, Turn
from harness.core import AuthoringError, PlayError, counted, parse_duration, quote

MORE = "...> "
"""The prompt for a line that continues one."""
FAILS = "/fail "
"""Before the reason for which a tool fails."""


class ChatLoop:
    """A chat at a terminal. Made with the chat by `begin`."""

    def __init__(self, terminal: Terminal, screen: Screen) -> None:
        self._terminal = terminal
        self._screen = screen
        self._chat: ManualChat
        self._display: Display
        self._watch: LateWatch
        self._checks: CheckCommands
        self._speaking: Speaking
        self._commands: Mapping[str, Callable[[str], object]]
        self._not_done = ""
        """The first line of this conversation that was wrong, other than `/save`."""

    @property
    def is_clean(self) -> bool:
        """Whether all went well; see `Display`."""
        return self._display.is_clean

    def run(self, chat: ManualChat) -> None:
        """Chat until the end of the input, or until the person quits."""
        self._chat = chat
        self._display = Display(self._terminal, self._screen, chat)
        self._watch = LateWatch(chat, self._display.late)
        self._checks = CheckCommands(chat, self._lines, self._display)
        self._speaking = Speaking(chat, self._display, self._checks)
        self._commands = self._named()
        try:
            self._greet()
            while (line := self._line()) is not None and line.strip() != "/quit":
                try:
                    self._take(line)
                    self._start_watching()
                except KeyboardInterrupt:
                    self._display.fault("interrupted")
        finally:
            self._speaking.settle()
            self._watch.stop()
            turns = len(chat.turns)
            chat.forget()
        if turns and not self._speaking.is_saved:
            self._display.note(f"{counted(turns, 'turn')} not saved")

    def _named(self) -> Mapping[str, Callable[[str], object]]:
        speaking, checks = self._speaking, self._checks
        return {
            "payload": self._payload,
            "again": lambda _: speaking.again(),
            "back": lambda _: speaking.back(),
            "new": lambda _: self._new(),
            "check": lambda text: checks.check(text, self._required()),
            "keep": lambda _: checks.keep(),
            "attach": speaking.attach,
            "metadata": speaking.metadata,
            "wait": self._wait,
            "press": speaking.press,
            "say": speaking.text,
            "save": self._save,
            "help": lambda _: self._display.show("\n".join(help_lines())),
        }

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
                self._display.note("Ctrl-D or /quit ends the chat")
            else:
                return line

    def asks(self, call: ToolCall) -> ToolResult | None:
        """Ask the person what a tool returns: JSON, a text, or /fail and a reason."""
        self._display.note(f"{TOOL}{call.name} {call.arguments_json}")
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
        self._speaking.said_again(turn)

    def _greet(self) -> None:
        talk = self._chat.talk
        self._display.note(
            f"{talk.play.provider}, of the definition {talk.definition.name};"
            " /help lists the commands"
        )
        beginning = talk.beginning
        if beginning is None:
            return
        for note in beginning.notes:
            self._display.note(note)
        if talk.scenario.user_turns:
            self._speaking.attempt(self._chat.open, "")
            if self._chat.begun is not None:
                self._display.judged(self._chat.begun)
        if beginning.lines:
            self._display.note("the file goes on with:")
            self._display.show("\n".join(beginning.lines))
        else:
            self._display.note("the file ends here")
        self._start_watching()

    def _take(self, line: str) -> None:
        if not line.strip():
            return
        try:
            if line.startswith("/"):
                name, rest = command_in(line)
                self._commands[name](rest)
            else:
                self._speaking.line(line)
        except (WrongCommand, AuthoringError) as wrong:
            self._display.fault(str(wrong))
            if not line.startswith("/save"):
                self._not_done = self._not_done or line
        except PlayError as error:
            self._display.fault(str(error))

    def _new(self) -> None:
        self._speaking.new()
        self._not_done = ""

    def _payload(self, _: str) -> None:
        self._display.show(payload_text(self._required()))

    def _wait(self, rest: str) -> None:
        self._required()
        try:
            seconds = parse_duration(rest)
        except ValueError as error:
            raise WrongCommand(f"{error}; write /wait 10s") from error
        try:
            came = wait_for_late(self._chat, seconds, self._display.late)
        except PlayError as error:
            name = self._chat.talk.definition.name
            text = f"the definition {name} does not say how to look for late messages"
            self._display.fault(text if error.code == "no-late" else str(error))
            return
        if not came:
            self._display.note("no message came")

    def _save(self, name: str) -> None:
        if not name:
            raise WrongCommand("write /save and a name, such as /save order")
        if not self._chat.turns and not self._chat.talk.scenario.user_turns:
            raise WrongCommand("nothing was said yet, so there is nothing to save")
        display = self._display
        if self._not_done and not self._terminal.is_interactive:
            # A person has seen it, and decides; a script says the rest as if it had been done.
            line = quote(self._not_done)
            display.fault(f"nothing was written, because {line} was not done; correct the script")
            return
        try:
            saved = save(self._chat, name)
        except NotGreen as error:
            ending = "nothing was written, and /back takes the last turn back"
            display.failed(error.result, f"\n{error}; {ending}")
            return
        except PlayError as error:
            display.fault(f"{error}\nnothing was written")
            return
        self._speaking.is_saved = True
        display.show(f"{saved.scenario}: written, {counted(saved.turns, 'turn')}", Style.GOOD)
        interactions = counted(saved.interactions, "interaction")
        display.show(f"{saved.cassette}: written, {interactions}", Style.GOOD)
        for note in saved.notes:
            display.note(f"note: {note}")
        display.note(f"play it: pytest {saved.scenario}")

    def _lines(self) -> str:
        """What is typed until an empty line."""
        lines = []
        while line := self._terminal.ask(MORE):
            lines.append(line)
        return "\n".join(lines)

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
            self._display.note(f"late messages are not looked for: {error}")
