"""Replays that other processes play ahead, while pytest runs its items in this one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pytest

from harness.conversation import Outcome
from harness.core.errors import AuthoringError
from harness.core.values import value_class
from harness.play.result import ScenarioResult
from harness.project.plan import Play
from harness.providers.catalogue import definition_of
from harness.pytest_plugin.nodes import ScenarioItem
from harness.pytest_plugin.processes import further_processes
from harness.reports.properties import Properties, properties_of

if TYPE_CHECKING:
    from harness.pytest_plugin.scenario_session import ScenarioSession
    from harness.pytest_plugin.suite import Suite
    from harness.reports.results import Record


@value_class(frozen=True, slots=True, kw_only=True)
class PassedSummary:
    """What a run must know of a scenario that passed, and that has nothing to tell otherwise."""

    turns: int
    checks: int
    properties: Properties
    record: Record | None
    """For the results of the run, where they are written."""


class Replays:
    """Plays the scenarios of a run ahead.

    What did not simply pass is not told: it is played again in pytest's process, which needs the
    whole of it, so that a failure reads the same wherever it was found.
    """

    def __init__(
        self, session: ScenarioSession, items: Sequence[ScenarioItem], processes: int
    ) -> None:
        """`processes` are forked for it."""
        # Late: most runs are small.
        from harness.parallel.shared_work import SharedWork  # noqa: PLC0415

        self._session = session
        self._items = items
        self._numbers = {item.play: number for number, item in enumerate(items)}
        self._work = SharedWork(
            self._tell,
            len(items),
            processes=processes,
            begin=session.cache.reopen,
            end=session.cache.close,
        )

    def told(self, play: Play) -> PassedSummary | None:
        """What came of a play; None where it is to be played here."""
        number = self._numbers.get(play)
        return None if number is None else self._work.result(number)

    def stop(self) -> None:
        """End the other processes."""
        self._work.stop()

    def _tell(self, number: int) -> PassedSummary | None:
        item = self._items[number]
        try:
            return self._told(item)
        except Exception:  # noqa: BLE001  # whoever plays it again raises it where pytest sees it
            return None

    def _told(self, item: ScenarioItem) -> PassedSummary | None:
        result = self._session.result(item.suite, item.play)
        if not _is_plain(result):
            return None
        reports = self._session.reports
        return PassedSummary(
            turns=len(result.transcript.turns),
            checks=len(result.checks),
            properties=properties_of(result),
            record=None if reports is None else reports.record_of(item, item.play, result),
        )


def replays_of(
    session: ScenarioSession, items: Sequence[pytest.Item], config: pytest.Config
) -> Replays | None:
    """The replays that are played ahead; None where all are played in pytest's own process."""
    if not further_processes(config, len(items)) or _needs_results(config):
        return None
    plain = list(_plain_items(items))
    processes = further_processes(config, len(plain))
    return Replays(session, plain, processes) if processes else None


def _needs_results(config: pytest.Config) -> bool:
    """Whether somebody looks at the whole of a scenario that passed, or writes while it plays."""
    seats = ("harness_allure", "harness_conversation_view")
    return config.getoption("--harness-update") or any(map(config.pluginmanager.has_plugin, seats))


def _plain_items(items: Sequence[pytest.Item]) -> Iterator[ScenarioItem]:
    """Those that are played once and run no code of the project, which may print or count."""
    runs_code: dict[tuple[Suite, str], bool] = {}
    for item in items:
        if type(item) is not ScenarioItem or item.get_closest_marker("skip") is not None:
            continue
        key = (item.suite, item.play.provider)
        if key not in runs_code:
            runs_code[key] = _runs_code(*key)
        if not runs_code[key]:
            yield item


def _runs_code(suite: Suite, provider: str) -> bool:
    project = suite.project
    if project.has_own_checks:
        return True
    try:
        definition = definition_of(project.config, project.provider_config(provider))
    except AuthoringError:
        # It is raised again where the scenario is played.
        return True
    return definition.client is not None


def _is_plain(result: ScenarioResult) -> bool:
    return result.outcome is Outcome.PASSED and not (result.notes or result.skips)
