"""`harness chat`: talks to a provider, and saves the conversation as a scenario."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.authoring.chatting.beginning import beginning_of
from harness.authoring.chatting.chat_loop import ChatLoop
from harness.authoring.chatting.manual_chat import ManualChat
from harness.authoring.chatting.talk import provider_named, talk_of
from harness.authoring.chatting.terminal_protocol import Style
from harness.cli.here import project_here
from harness.cli.terminal import echo_above
from harness.core import Json, Problem, ScenarioError
from harness.reports.failure import failure_screen

_COLOURS: Mapping[Style, str] = {
    Style.BOT: "cyan",
    Style.NOTE: "bright_black",
    Style.GOOD: "green",
    Style.BAD: "red",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatOptions:
    """The options of `harness chat`."""

    file: Path | None
    turn: int
    row: str
    session: Sequence[str]
    metadata: Sequence[str] = ()


def hold_chat(name: str, options: ChatOptions) -> bool:
    """Chat until the person quits. Returns whether something went wrong in a script.

    Raises `AuthoringError` for options, files and settings that are wrong.
    """
    project = project_here()
    beginning = None
    if options.file is not None:
        beginning = beginning_of(project, options.file.resolve(), options.turn, options.row)
    provider = provider_named(project, name, beginning)
    talk = talk_of(project, provider, beginning, _session(options.session), options.metadata)
    terminal = _CommandLine()
    with tempfile.TemporaryDirectory() as holding:
        shown = ChatLoop(terminal, failure_screen)
        chat = ManualChat(talk, Path(holding), asks=shown.asks, said_again=shown.said_again)
        shown.run(chat)
    return not terminal.is_interactive and not shown.is_clean


def _session(given: Sequence[str]) -> dict[str, Json]:
    """The values of `--session`. Raises `ScenarioError`."""
    values: dict[str, Json] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not name or not equals:
            raise ScenarioError(
                Problem(
                    code="wrong-option",
                    message=f"'{one}' is not NAME=VALUE",
                    where="--session",
                    hint="write --session locale=en",
                )
            )
        values[name] = value
    return values


class _CommandLine:
    """The terminal or, for a script, standard input and output."""

    def __init__(self) -> None:
        self.is_interactive = sys.stdin.isatty() and sys.stdout.isatty()
        self._is_coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self._prompt = ""
        """Of the line that is being typed."""
        self._typed: Callable[[], str] = str
        if isinstance(sys.stdin, io.TextIOWrapper):
            # What is not UTF-8 cannot be said.
            sys.stdin.reconfigure(errors="replace")
        if self.is_interactive:
            # Lets a person edit the line, and gives what was typed so far.
            try:
                import readline  # noqa: PLC0415
            except ImportError:
                return
            self._typed = readline.get_line_buffer

    def show(self, text: str, style: Style = Style.PLAIN) -> None:
        """Show a text, above the line that is being typed."""
        line = f"{self._prompt}{self._typed()}" if self._prompt else ""
        echo_above(text, colour=_COLOURS.get(style, "") if self._is_coloured else "", line=line)

    def ask(self, prompt: str) -> str | None:
        """The next line; None at the end of the input."""
        if not self.is_interactive:
            line = sys.stdin.readline()
            typed = line.rstrip("\r\n") if line else None
            self.show(f"{prompt}{typed}" if typed is not None else prompt.rstrip())
            return typed
        self._prompt = prompt
        try:
            return input(prompt)
        except EOFError:
            self._prompt = ""
            self.show("")
            return None
        except KeyboardInterrupt:
            self._prompt = ""
            self.show("")
            raise
        finally:
            self._prompt = ""
