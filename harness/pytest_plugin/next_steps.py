"""The commands that a red run names at its end."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from harness.play.drift.drift import CHECK as DRIFT
from harness.play.result import Cause
from harness.project.plan import Mode
from harness.pytest_plugin.red_tests import RedScenario
from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.pytest_plugin.suite import Suite
from harness.reports.classes import BROKEN, DRIFTED, FAILED

MOST = 2
"""Commands that are named, however many tests are red."""


def next_steps(config: pytest.Config, session: ScenarioSession) -> Iterator[str]:
    """Commands to copy, each with its purpose as a comment of the shell; at most `MOST`.

    Those about a failed expectation come first, of the first scenario that has one.
    """
    if session.red_tests.counts:
        yield from islice(_steps(config, session), MOST)


def _steps(config: pytest.Config, session: ScenarioSession) -> Iterator[str]:
    # Late: a green run reads nothing of it.
    from harness.authoring.accepting.decisions import is_rewritten  # noqa: PLC0415

    red = session.red_tests
    failed = red.first(FAILED, lambda cause: is_rewritten(cause.code)) or red.first(DRIFTED)
    if failed is not None and (command := _Commands.of(config, session, failed)):
        yield command.accepting(failed, session.mode)
    broken = red.first(BROKEN)
    if broken is not None:
        yield f"harness explain {broken.cause.code}"
    said = red.first(FAILED, lambda cause: cause.turn > 0)
    if said is not None and (command := _Commands.of(config, session, said)):
        yield command.chatting(said)


class _Commands:
    """Writes commands about one project, as they can be typed in the folder of the run."""

    def __init__(self, root: Path, here: Path, top: Path) -> None:
        self._root = root
        self._top = top
        """The folder from which pytest names files."""
        is_inside = here.is_relative_to(root)
        self._from = here if is_inside else root
        folder = shlex.quote(os.path.relpath(root, here))
        self._before = "" if is_inside else f"cd {folder} && "

    @classmethod
    def of(
        cls, config: pytest.Config, session: ScenarioSession, red: RedScenario
    ) -> _Commands | None:
        """For the project of a scenario; None if that cannot be read any more."""
        suite = session.suite_for(str(config.rootpath / red.file))
        if not isinstance(suite, Suite):
            return None
        return cls(suite.project.config.root, config.invocation_params.dir, config.rootpath)

    def accepting(self, red: RedScenario, mode: Mode) -> str:
        """The command that accepts the new reply; live, the one that records it first."""
        accept = shlex.join(["harness", "accept", self._shown(red.cause)])
        if mode not in (Mode.LIVE, Mode.DRIFT):
            return f"{self._before}{accept}  # if the new reply is right"
        file = self._path(self._top / red.file)
        record = shlex.join(["harness", "run", "--mode", "refresh", file])
        return f"{self._before}{record}  # if the new reply is right; then {accept}"

    def chatting(self, red: RedScenario) -> str:
        """The command that says the turns before the failed one, and goes on by hand."""
        file, turn = self._path(self._top / red.file), str(red.cause.turn)
        words = ["harness", "chat", red.provider, "--from", file, "--turn", turn]
        words += ["--row", red.row] if red.row else []
        return f"{self._before}{shlex.join(words)}  # to go on by hand"

    def _shown(self, cause: Cause) -> str:
        """The file of a cause and, if an expectation is there, its line."""
        file, _, line = cause.at.rpartition(":")
        shown = self._path(self._root / file)
        return shown if cause.code == DRIFT else f"{shown}:{line}"

    def _path(self, file: Path) -> str:
        return Path(os.path.relpath(file, self._from)).as_posix()
