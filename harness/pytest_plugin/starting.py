"""Opens the projects of a pytest session, and registers what shows and reports them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

import pytest

from harness.config.env_file import env_file_doubts
from harness.core import AuthoringError, Problem, did_you_mean, quote
from harness.project.plan import Mode
from harness.pytest_plugin.no_effect import note_variables, require_effect
from harness.pytest_plugin.notes import notes_of
from harness.pytest_plugin.options import MODES_OF, mode_of
from harness.pytest_plugin.project_files import files_below
from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.pytest_plugin.stopping import Stopping

GOLDEN_UPDATES = "golden_updates.GoldenUpdates"
AFFECTED_ONLY = "affected_only.AffectedOnly"
PART_ONLY = "part_only.PartOnly"
REPORTERS: Mapping[str, Callable[[pytest.Config, ScenarioSession], bool]] = {
    "journal_notes.JournalNotes": lambda config, session: (
        _is_alone(config) and session.mode.is_recorded
    ),
    "reporting.RunReports": lambda config, _: bool(config.getoption("--harness-reports")),
    "allure_seat.AllureSeat": lambda config, _: bool(config.getoption("allure_report_dir", None)),
    "crashed_workers.CrashedWorkers": lambda config, _: (
        _is_alone(config) and config.getoption("dist", "no") != "no"
    ),
    "screens.Screens": lambda config, _: _is_alone(config),
    "live_progress.LiveProgress": lambda config, session: _is_alone(config) and session.is_live,
    "conversation_view.ConversationView": lambda config, _: (
        config.get_verbosity(pytest.Config.VERBOSITY_TEST_CASES) > 0
    ),
    "junit.JunitLines": lambda config, _: bool(config.getoption("xmlpath", None)),
    "github_log.GithubLog": lambda *_: os.environ.get("GITHUB_ACTIONS") == "true",
}
"""The reporters of a run: module and class in this package, and which runs need it.

Each is called with pytest's configuration and the session, and is a plugin of pytest. If it has a
method `listen`, that is called with the session's events. It is imported only if it is needed:
Allure alone takes 200 ms.
"""


def new_session(config: pytest.Config, named: Path | None) -> ScenarioSession:
    """A session without projects; `named` is the harness.yaml of all files, if one is named.

    Raises `pytest.UsageError` if an option is wrong.
    """
    if config.getoption("--harness-plan"):
        # Late: few runs have a plan.
        from harness.pytest_plugin.plan_option import take_plan  # noqa: PLC0415

        take_plan(config)
    return ScenarioSession(config, Mode(mode_of(config)), named=named)


def open_projects(
    config: pytest.Config,
    session: ScenarioSession,
    *,
    above: Sequence[Path],
    below: Sequence[Path],
    is_named: bool,
) -> None:
    """Open the projects of a session, and register what takes part in it.

    Those `below` what pytest is called with are perhaps not played; what is wrong with them is
    reported with their scenarios. Raises `pytest.UsageError` if one that is played is wrong.
    """
    mode = session.mode.value
    if _is_alone(config):
        # The process that starts the workers of pytest-xdist reports it for all of them.
        require_effect(config, mode)
    if config.getoption("--harness-update") and mode in MODES_OF["--harness-update"]:
        _register(GOLDEN_UPDATES, config, session)
    for file in above:
        opened = session.open(file)
        if isinstance(opened, AuthoringError):
            raise pytest.UsageError(f"\n{opened}") from opened
    for file in below:
        session.open(file)
    _require_known(config, session, is_named=is_named)
    if config.getoption("--harness-affected"):
        _register(AFFECTED_ONLY, config, session)
    if config.getoption("--harness-part") or config.getoption("--harness-plan"):
        # After it, because the last hook that is registered is the last that chooses.
        _register(PART_ONLY, config, session)
    notes_of(config).watch_providers(lambda: session.provider_notes)
    if _is_alone(config):
        _note_environment(config, session)
    else:
        notes_of(config).hand_over(lambda: session.notes)
    if not config.option.collectonly:
        _register_all(config, session)


def _note_environment(config: pytest.Config, session: ScenarioSession) -> None:
    """Note what is doubtful about the variables of the process and of the projects' files."""
    environments = (os.environ, *(suite.project.environment for suite in session.suites))
    names = dict.fromkeys(name for environment in environments for name in environment)
    note_variables(config, names, session.sources())
    for suite in session.suites:
        for doubt in env_file_doubts(suite.project.config.root):
            notes_of(config).add(str(doubt))


def _register_all(config: pytest.Config, session: ScenarioSession) -> None:
    """Register what takes part in playing, and listens to it."""
    if session.attempts.may_follow:
        config.pluginmanager.register(session.attempts, "harness_attempts")
    config.pluginmanager.register(session, "harness_session")
    config.pluginmanager.register(session.red_tests, "harness_red_tests")
    config.pluginmanager.register(Stopping(is_live=session.is_live), "harness_stopping")
    for reporter, is_wanted in REPORTERS.items():
        if is_wanted(config, session):
            _register(reporter, config, session)


def _register(reporter: str, config: pytest.Config, session: ScenarioSession) -> None:
    module, _, name = reporter.partition(".")
    plugin = getattr(import_module(f"harness.pytest_plugin.{module}"), name)(config, session)
    if hasattr(plugin, "listen"):
        session.listeners.append(plugin.listen)
    config.pluginmanager.register(plugin, f"harness_{module}")


def _require_known(config: pytest.Config, session: ScenarioSession, *, is_named: bool) -> None:
    """Raise `pytest.UsageError` if no project has a provider that is chosen."""
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


def _is_alone(config: pytest.Config) -> bool:
    """Whether no other process started this one, as xdist starts its workers."""
    return not hasattr(config, "workerinput")
