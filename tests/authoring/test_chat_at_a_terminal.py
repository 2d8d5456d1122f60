"""Chats in a pseudo-terminal, as a person types them."""

from __future__ import annotations

import os
import pty
import select
import signal
import socket
import sys
import time
from contextlib import ExitStack, contextmanager

import pyte
import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.conversation import Outcome
from harness.emulators import serving
from tests.authoring.chatting import ChatProject, chatting
from tests.emulated import providers_yaml

PATIENCE = 60.0
"""Seconds until a text must be there; it usually takes one or two."""
END = "\x04"
"""Ctrl-D, which ends the chat and shows nothing."""
ROWS, COLUMNS = 60, 100


class Person:
    """Types into a pseudo-terminal, and reads its screen."""

    def __init__(self, descriptor: int, process: int) -> None:
        self._descriptor = descriptor
        self.process = process
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self.written = b""

    @property
    def screen(self) -> str:
        return "\n".join(row.rstrip() for row in self._screen.display).rstrip()

    def types(self, text: str, *, after: str = "you>") -> None:
        """Type, once the last line of the screen is `after`, and read until that is shown."""
        self._read(lambda: not after or self.screen.rpartition("\n")[2] == after)
        before = self.screen
        os.write(self._descriptor, text.encode())
        if text != END:
            self._read(lambda: self.screen != before)

    def sees(self, text: str) -> None:
        """Read until the screen has a text."""
        self._read(lambda: text in self.screen)

    def sends(self, line: str) -> None:
        """Read until the cursor has left a line."""
        self._read(lambda: line in self.screen and self._screen.cursor.x == 0)

    def ended(self) -> int:
        """Read until the process ended; its exit status."""
        with pytest.raises(OSError, match="Input/output error"):
            self._read(lambda: False)
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])

    def _read(self, is_there) -> None:
        until = time.monotonic() + PATIENCE
        while not is_there():
            assert time.monotonic() < until, self.screen
            if select.select([self._descriptor], [], [], 0.1)[0]:
                piece = os.read(self._descriptor, 65536)
                self.written += piece
                self._stream.feed(piece)


@contextmanager
def sitting_down(name, environment):
    """A person at a pseudo-terminal in which a chat runs."""
    known = {one: value for one, value in os.environ.items() if one != "NO_COLOR"}
    known |= {"TERM": "xterm", **environment}
    process, descriptor = pty.fork()
    if not process:
        code = "from harness.cli import main; main()"
        # The child of a fork with a pseudo-terminal.
        os.execve(sys.executable, [sys.executable, "-c", code, "chat", name], known)  # noqa: S606
    try:
        yield Person(descriptor, process)
    finally:
        os.close(descriptor)


@pytest.fixture
def person(tmp_path, monkeypatch):
    """Open a chat with an emulator: the project, and the person at its terminal."""
    monkeypatch.chdir(tmp_path)

    @contextmanager
    def at_terminal(name, **environment):
        with (
            chatting(tmp_path, name) as project,
            sitting_down(name, {**project.environment, **environment}) as typing,
        ):
            yield project, typing

    return at_terminal


def test_a_bot_that_was_stopped_can_be_started_again(tmp_path, monkeypatch):
    """The failure is shown, and `/again` says the turns before again."""
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = {"rasa-rest": free.getsockname()[1]}
    (tmp_path / "harness.yaml").write_text(providers_yaml("rasa-rest"))
    (tmp_path / "scenarios").mkdir()
    with ExitStack() as stack:
        with serving(["rasa-rest"], ports=port) as running:
            typing = stack.enter_context(sitting_down("rasa-rest", running.environment))
            typing.types("Hello\r")
            typing.sees("Super sad")
        typing.types("brochure\r")
        typing.sees("refused the connection")
        with serving(["rasa-rest"], ports=port):
            typing.types("/again\r")
            typing.sees("bot> Here it is.")
        typing.types("/save revived\r")
        typing.sees("play it: pytest scenarios/revived.yaml")
        typing.types(END)

        assert typing.ended() == 0
    revived = ChatProject(tmp_path, {})
    assert [turn["user"] for turn in revived.turns("revived")] == ["Hello", "brochure"]
    assert revived.play("revived").outcome is Outcome.PASSED


def test_a_person_chats_and_saves(person):
    """Lines can be edited, Ctrl-C at the prompt ends nothing, and Ctrl-D ends the chat.

    A wrong command does not keep a person from saving.
    """
    with person("rasa-rest") as (project, typing):
        typing.types("Hellp\x7fo\r")
        typing.types("2\r")
        typing.types("not this")
        typing.types("\x03", after="you> not this")
        typing.sees("Ctrl-D or /quit ends the chat")
        typing.types("/chekc\r")
        typing.sees("there is no command /chekc")
        typing.types("/save moods\r")
        typing.sees("play it: pytest scenarios/moods.yaml")
        typing.types(END)

        assert typing.ended() == 0
        assert [turn["user"] for turn in project.turns("moods")] == [
            "Hello",
            {"press": "Super sad"},
        ]
        assert project.play("moods").outcome is Outcome.PASSED
        assert b"\x1b[36mbot> Hey! How are you?" in typing.written


@pytest.mark.parametrize("name", ["enthusiast", "websocket-json"])
def test_late_messages_are_shown_while_a_person_types(person, name):
    """Above the line that is typed, which remains; the saved scenario waits for them."""
    with person(name) as (project, typing):
        typing.types("Hello [[late 500ms]]\r")
        typing.types("/save l")
        typing.sees("bot> One more thing: our phone line is open until six.")
        typing.types("ate\r", after="you> /save l")
        typing.sees("play it: pytest scenarios/late.yaml")
        typing.types("/quit\r")

        assert typing.ended() == 0
        assert len(project.turns("late")[0]["expect"]["replies"]["messages"]) == 2
        assert project.play("late").outcome is Outcome.PASSED


def test_ctrl_c_during_a_reply_ends_the_turn(person):
    """It does not count, and the next message is said in a new conversation."""
    with person("rasa-rest") as (project, typing):
        typing.types("Hello\r")
        typing.types("[[slow 30s]] hm\r")
        typing.sends("[[slow 30s]] hm")
        time.sleep(1)
        typing.types("\x03", after="")
        typing.sees("interrupted")
        typing.types("brochure\r")
        typing.sees("in a new conversation, 1 turn said again:")
        typing.types("/save slow\r")
        typing.sees("play it: pytest scenarios/slow.yaml")
        typing.types("/quit\r")

        assert typing.ended() == 0
        assert [turn["user"] for turn in project.turns("slow")] == ["Hello", "brochure"]


def test_no_colour_with_no_color(person):
    """The bot's texts are not coloured."""
    with person("rasa-rest", NO_COLOR="1") as (_, typing):
        typing.types("Hello\r")
        typing.sees("bot> Hey!")
        typing.types("/quit\r")

        assert typing.ended() == 0
        assert b"\x1b[3" not in typing.written


def test_a_killed_chat_can_be_imported(person):
    """Its journal has what was said, from which a scenario is made."""
    with person("rasa-rest") as (project, typing):
        typing.types("Hello\r")
        typing.types("2\r")
        typing.sees("Did that help you?")
        os.kill(typing.process, signal.SIGKILL)
        os.waitpid(typing.process, 0)
        [journal] = project.folder.glob("cassettes/rasa-rest/.chat-*.journal")

        arguments = ["import", "cassette", str(journal), "--provider", "rasa-rest"]
        imported = CliRunner().invoke(app, [*arguments, "--scenario", "killed"])

        assert imported.exit_code == 0, imported.output
        assert len(project.turns("rasa-rest/killed")) == 2
        assert project.play("rasa-rest/killed").outcome is Outcome.PASSED

        damaged = project.folder / "damaged.journal"
        damaged.write_bytes(journal.read_bytes().replace(b"Hey! How", b"Hey, how"))
        arguments[2] = str(damaged)
        refused = CliRunner().invoke(app, [*arguments, "--scenario", "damaged"])

        assert refused.exception.code == "journal-damaged"
