"""Scenario files and scenarios as nodes of pytest's collection."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from harness.conversation import Outcome
from harness.engine.loading import entry_of
from harness.engine.plan import Play
from harness.engine.result import ScenarioResult
from harness.errors import AuthoringError
from harness.pytest_plugin.keys import SUITE
from harness.reports.failure import failure_screen
from harness.reports.properties import properties_of


class ScenarioBroken(Exception):
    """It could not be told whether the bot was right."""


class ScenarioFailed(AssertionError):
    """The bot was wrong."""


class ScenarioFile(pytest.File):
    """A scenario file."""

    def collect(self) -> Iterable[ScenarioItem]:
        """One item for each provider and row."""
        suite = self.config.stash[SUITE]
        entry = entry_of(suite.project, self.path)
        for play in suite.plays_of(self.path, entry):
            # Given as a text, because pytest 9.2 tells a variant's brackets apart only in one that
            # it reads: made from the name, the id is not the one that --lf kept.
            nodeid = f"{self.nodeid}::{play.name}"
            item = ScenarioItem.from_parent(
                self, name=play.name, nodeid=nodeid, play=play, line=entry.line
            )
            for tag in entry.tags:
                item.add_marker(suite.mark_of(tag))
            yield item

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:  # noqa: ANN401  # pytest's signature
        """What is wrong with the file, without a traceback."""
        if isinstance(excinfo.value, AuthoringError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args)


class ScenarioItem(pytest.Item):
    """A scenario, played in set-up and judged in the call."""

    def __init__(self, *, play: Play, line: int, **kwargs: Any) -> None:  # noqa: ANN401  # pytest's own arguments
        super().__init__(**kwargs)
        self.play = play
        self._line = line
        self.result: ScenarioResult | None = None

    def setup(self) -> None:
        """Play. Broken scenarios raise here, so that pytest counts them as errors."""
        suite = self.config.stash[SUITE]
        result = suite.result(self.play)
        self.result = result
        suite.tally.add(self.play.provider, result)
        self.user_properties += properties_of(result)
        if result.outcome is Outcome.BROKEN:
            raise ScenarioBroken(_headline(result))

    def runtest(self) -> None:
        """Judge."""
        if self.result is not None and self.result.outcome is Outcome.FAILED:
            raise ScenarioFailed(_headline(self.result))

    def teardown(self) -> None:
        """Report, and let go of the transcript: 10,000 scenarios shall not hold them all."""
        if self.result is not None:
            self.config.stash[SUITE].report(self.play, self.result)
        self.result = None

    def failure_text(self, error: BaseException) -> str | None:
        """What to show for an error of this item; None leaves it to pytest."""
        if isinstance(error, AuthoringError):
            return str(error)
        if self.result is not None and isinstance(error, (ScenarioBroken, ScenarioFailed)):
            return failure_screen(self.result)
        return None

    def reportinfo(self) -> tuple[Path, int, str]:
        """The scenario's line, counted from 0 as pytest wants it."""
        return self.path, self._line - 1, self.name


def _headline(result: ScenarioResult) -> str:
    """The first line of the failure screen; Allure shows it as the message."""
    return failure_screen(result).partition("\n")[0]
