"""Scenarios of several takes as items of pytest."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from harness.conversation import Outcome
from harness.evaluation.takes import Takes, judged_in
from harness.play.result import ScenarioResult
from harness.project.plan import Entry, Play
from harness.project.planning import repeat_of
from harness.pytest_plugin.scenario_items import ScenarioItem
from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.pytest_plugin.suite import Suite
from harness.scenario import Repeat


class RepeatedItem(ScenarioItem):
    """A scenario of several takes, which are played in set-up and judged together in the call."""

    def __init__(
        self,
        *,
        suite: Suite,
        scenarios: ScenarioSession,
        entry: Entry,
        **kwargs: Any,  # noqa: ANN401  # pytest's own arguments
    ) -> None:
        super().__init__(suite=suite, scenarios=scenarios, entry=entry, **kwargs)
        self._repeat = repeat_of(suite.project, entry, scenarios.mode)
        self._lock = threading.Lock()
        self._outcomes: dict[int, Outcome] = {}
        """Of the takes that were held ahead, by number."""
        self._ahead = self._repeat.needed(0, 0)
        """The last take that is held ahead."""
        self._only: tuple[int, ...] = ()
        """The only takes that are played, if other parts play the rest."""

    @property
    def repeat(self) -> Repeat:
        """How often it is played."""
        return self._repeat

    def play_only(self, numbers: tuple[int, ...]) -> None:
        """Leave the other takes to other parts."""
        self._only = numbers

    @property
    def plays(self) -> tuple[Play, ...]:
        """The takes that are played in any case, in order."""
        if self._only:
            return tuple(map(self.play.as_take, self._only))
        return self.play.takes(self._repeat.needed(0, 0))

    def played(self, play: Play) -> ScenarioResult:
        """The result of one of its takes."""
        return self.suite.runner.run_take(play)

    def further(self, play: Play, result: ScenarioResult) -> Sequence[Play]:
        """The takes that are needed in any case, given those that have ended.

        Takes count in the order of their numbers, so those after one that goes on do not.
        """
        if self._only:
            return ()
        with self._lock:
            self._outcomes[play.take] = result.outcome
            ended: list[Outcome] = []
            while (outcome := self._outcomes.get(len(ended) + 1)) is not None:
                ended.append(outcome)
            last = len(ended) + self._repeat.needed(*judged_in(ended))
            further = range(self._ahead + 1, last + 1)
            self._ahead = max(self._ahead, last)
        return tuple(map(self.play.as_take, further))

    def play_all(self) -> Takes:
        """The takes, judged together."""
        takes = Takes.played(self._repeat, self._take, self._only)
        self.suite.runner.drop_takes(self.play, takes.unplayed)
        return takes

    def _take(self, number: int) -> ScenarioResult:
        return self.result_of(self.play.as_take(number))
