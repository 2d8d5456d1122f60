"""`harness demo`: a first red and a first green, with a bot on loopback."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from harness.authoring.demo.demo import AFTER, BEFORE, SCENARIO, Demo, counts_of
from harness.cli.commands.run import run_pytest
from harness.cli.terminal import FOUND_PROBLEMS, ask, echo
from harness.conversation import Outcome
from harness.core import counted
from harness.play.result import ScenarioResult
from harness.project.plan import Mode
from harness.project_file import VARIABLES
from harness.reports.failure import failure_screen
from harness.reports.labelled_lines import labelled, said

ACCEPT, FIX = "accept", "fix"
_MOST_LINES = 6
_FOREIGN = (*VARIABLES, "PYTEST_ADDOPTS")
"""Variables with which pytest would do something else than the demo shows."""


def play_demo(folder: Path, *, port: int, is_agreed: bool) -> int:
    """Play the demo in a new folder. Returns the exit status.

    Raises `ConfigurationError` if the folder or the port cannot be used.
    """
    return show_demo(Demo(folder=folder, port=port), is_agreed=is_agreed)


def show_demo(demo: Demo, *, is_agreed: bool) -> int:
    """Play a demo, and print each step after it happened. Returns the exit status."""
    try:
        _Screen(demo, is_agreed).play()
    except _Unexpected as error:
        echo(str(error))
        echo(f"The demo ends here. Its files are in {demo.folder}.")
        return FOUND_PROBLEMS
    return 0


class _Unexpected(Exception):
    """A step ended in another way than the demo shows."""


@dataclass(frozen=True, slots=True)
class _Screen:
    """Plays the steps and prints them. Every method raises `_Unexpected`."""

    demo: Demo
    is_agreed: bool
    """Whether the new answer is accepted without asking."""

    def play(self) -> None:
        """All steps."""
        demo = self.demo
        names = demo.write_project()
        echo(f"{demo.folder} is a new project:")
        for name in names:
            echo(f"  {name}")
        echo(f"\n{SCENARIO}:")
        for number, line in enumerate((demo.folder / SCENARIO).read_text("utf-8").splitlines(), 1):
            echo(f"  {number:>2} | {line}")
        self._record()
        release = self._change()
        self._replay()
        commands = {
            "pytest": "replay the recording",
            f"harness emulate {release}": "start the bot, for harness chat and --mode live",
        }
        own = {
            "harness init ../our-tests": "start a project for it",
            "harness chat": "there: talk to it, and save what was said as a scenario",
        }
        width = max(map(len, (*commands, *own)))
        echo(f"\nNext: cd {shlex.quote(str(demo.folder))}")
        for command, what in commands.items():
            echo(f"  {command:<{width}}  {what}")
        echo("For a bot of your own:")
        for command, what in own.items():
            echo(f"  {command:<{width}}  {what}")

    def _record(self) -> None:
        result = self.demo.play(Mode.RECORD, BEFORE)
        echo(f"\n1. Record: the bot of a small shop, at {self.demo.url}")
        for turn in result.transcript.turns:
            for label, text in said(turn):
                echo("\n".join(labelled(label, [text], _MOST_LINES)))
        _require(result, Outcome.PASSED)
        if not self.demo.recording.is_file():
            raise _Unexpected("Nothing was recorded.")
        name = self.demo.recording.relative_to(self.demo.folder.resolve())
        echo(f"passed: {_counted(result)}; recorded in {name.as_posix()}")

    def _change(self) -> str:
        """Show the red and what makes it green; returns the release that then answers."""
        demo = self.demo
        result = demo.play(Mode.LIVE, AFTER)
        echo(f"\n2. Live: the next release of the bot, at {demo.url}")
        _require(result, Outcome.FAILED)
        echo(failure_screen(result))
        echo("FAILED")
        if self._asked() == FIX:
            result = demo.play(Mode.LIVE, BEFORE)
            echo("\n3. Fix: the first release of the bot again, live")
            _require(result, Outcome.PASSED)
            echo(f"passed: {_counted(result)}")
            return BEFORE
        self._accept(result)
        return AFTER

    def _accept(self, failed: ScenarioResult) -> None:
        """Record the new answer, and accept it where the check failed."""
        demo, place = self.demo, failed.failures[0].place
        before = demo.recording.read_bytes()
        _require(demo.play(Mode.REFRESH, AFTER), Outcome.FAILED)
        if demo.recording.read_bytes() == before or place is None:
            raise _Unexpected("The new answer was not recorded.")
        echo(
            "\n3. Accept: recorded again, and rewritten as by"
            f" harness accept {SCENARIO}:{place.line}"
        )
        lines = demo.accept(place.line)
        if not lines:
            raise _Unexpected("The expectation was not rewritten.")
        for line in lines:
            echo(f"  {line}")

    def _asked(self) -> str:
        """`accept` or `fix`; `accept` without a terminal."""
        if self.is_agreed or not (sys.stdin.isatty() and sys.stdout.isatty()):
            return ACCEPT
        echo("\nIf the new answer is right, accept it: the scenario then expects it.")
        echo("If it is wrong, fix the bot: its first release is started again.")
        while (answer := ask(f"{ACCEPT} or {FIX}", ACCEPT)) not in (ACCEPT, FIX):
            if not answer:
                raise _Unexpected("There was no answer.")
            echo(f"write {ACCEPT} or {FIX}")
        return answer

    def _replay(self) -> None:
        echo("\n4. Replay: pytest, without the bot")
        sys.stdout.flush()
        environment = {name: text for name, text in os.environ.items() if name not in _FOREIGN}
        status = run_pytest((), folder=self.demo.folder, environment=environment)
        if status:
            raise _Unexpected(f"pytest ended with {status}, expected 0.")


def _require(result: ScenarioResult, expected: Outcome) -> None:
    if result.outcome is not expected:
        if result.outcome.is_bad:
            echo(failure_screen(result))
        raise _Unexpected(f"The scenario {result.outcome.value}, expected {expected.value}.")


def _counted(result: ScenarioResult) -> str:
    turns, checks = counts_of(result)
    return f"{counted(turns, 'turn')}, {counted(checks, 'check')}"
