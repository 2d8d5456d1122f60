"""Opens the projects of a pytest session, and registers what shows and reports them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from harness.core.errors import AuthoringError, Problem, did_you_mean, quote
from harness.project.plan import Mode
from harness.pytest_plugin.keys import SESSION
from harness.pytest_plugin.no_effect import note_variables, require_effect
from harness.pytest_plugin.options import MODES_OF, mode_of
from harness.pytest_plugin.project_files import files_below
from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.pytest_plugin.stopping import Stopping


def open_session(
    config: pytest.Config, *, named: Path | None, above: Sequence[Path], below: Sequence[Path]
) -> None:
    """Open the projects in sight. Raises `pytest.UsageError` where one that is played is wrong.

    Those `below` what pytest is called with are perhaps not played; what is wrong with them is
    told with their scenarios.
    """
    mode = mode_of(config)
    session = config.stash[SESSION] = ScenarioSession(config, Mode(mode), named=named)
    is_alone = not hasattr(config, "workerinput")
    if is_alone:
        # What the processes of pytest-xdist are given is told by the one that starts them.
        require_effect(config, mode)
    if config.getoption("--harness-update") and mode in MODES_OF["--harness-update"]:
        from harness.pytest_plugin.golden_updates import ledger_of  # noqa: PLC0415  # seldom

        session.ledger = ledger_of(config)
    for file in above:
        opened = session.open(file)
        if isinstance(opened, AuthoringError):
            raise pytest.UsageError(f"\n{opened}") from opened
    for file in below:
        session.open(file)
    _require_known(config, session, is_named=named is not None)
    if is_alone:
        note_variables(config, os.environ, session.sources())
    if not config.option.collectonly:
        _register(config, session, is_alone=is_alone)


def _register(config: pytest.Config, session: ScenarioSession, *, is_alone: bool) -> None:
    """Register what takes part in playing; `is_alone` where no other process reports."""
    if session.attempts.may_follow:
        config.pluginmanager.register(session.attempts, "harness_attempts")
    config.pluginmanager.register(session.classes, "harness_classes")
    config.pluginmanager.register(Stopping(is_live=session.mode.is_live), "harness_stopping")
    if is_alone and session.mode.is_recorded:
        from harness.pytest_plugin.journal_notes import JournalNotes  # noqa: PLC0415  # seldom

        config.pluginmanager.register(JournalNotes(config, session), "harness_journals")
    _register_reports(config, session)
    if is_alone and config.getoption("dist", "no") != "no":
        # Late: only the process that starts the workers of pytest-xdist needs it.
        from harness.pytest_plugin.crashed_workers import CrashedWorkers  # noqa: PLC0415

        config.pluginmanager.register(CrashedWorkers(config, session), "harness_crashes")
    _register_views(config, session)


def _require_known(config: pytest.Config, session: ScenarioSession, *, is_named: bool) -> None:
    """Raise `pytest.UsageError` where no project knows a provider that is chosen."""
    chosen: Iterable[str] = config.getoption("--harness-provider")
    unknown = [name for name in chosen if name not in session.providers]
    if unknown and not is_named:
        for file in files_below(config):
            session.open(file)
    for name in unknown:
        if name not in session.providers:
            problem = Problem(
                code="unknown-provider",
                message=f"unknown provider {quote(name)}",
                hint=did_you_mean(name, session.providers),
            )
            raise pytest.UsageError(f"\n{problem}")


def _register_reports(config: pytest.Config, session: ScenarioSession) -> None:
    if config.getoption("--harness-reports"):
        # Late: most runs of pytest alone ask for none.
        from harness.pytest_plugin.reporting import reports_of  # noqa: PLC0415

        session.reports = reports_of(config, session)
        config.pluginmanager.register(session.reports, "harness_reports")
    if config.getoption("allure_report_dir", None):
        # Late: importing Allure takes 200 ms.
        from harness.pytest_plugin.allure_seat import AllureSeat  # noqa: PLC0415

        config.pluginmanager.register(AllureSeat(config, session), "harness_allure")


def _register_views(config: pytest.Config, session: ScenarioSession) -> None:
    """Failure screens, and what only some runs have: `-v`, JUnit, GitHub."""
    from harness.pytest_plugin.screens import Screens  # noqa: PLC0415

    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Screens(), "harness_screens")
    if config.get_verbosity(pytest.Config.VERBOSITY_TEST_CASES) > 0:
        from harness.pytest_plugin.conversation_view import ConversationView  # noqa: PLC0415

        config.pluginmanager.register(ConversationView(config), "harness_conversation_view")
    if config.getoption("xmlpath", None):
        from harness.pytest_plugin.junit import JunitLines  # noqa: PLC0415

        config.pluginmanager.register(JunitLines(config), "harness_junit_lines")
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from harness.pytest_plugin.github import GithubLog  # noqa: PLC0415

        config.pluginmanager.register(GithubLog(config, session.reports), "harness_github")
