"""Scenario files as pytest tests.

Active if there is a harness.yaml above or below what pytest is called with; otherwise this plugin
does nothing.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.project_file import YAML_ENDINGS
from harness.pytest_plugin.nothing_played import pytest_cmdline_main
from harness.pytest_plugin.options import pytest_addoption
from harness.pytest_plugin.project_files import (
    NO_PROJECT,
    files_above,
    files_below,
    given_file,
    looks_like_scenario,
    require_no_options,
)

if TYPE_CHECKING:
    from harness.pytest_plugin.scenario_session import ScenarioSession

__all__ = [
    "conversation",
    "pytest_addoption",
    "pytest_cmdline_main",
    "pytest_collect_file",
    "pytest_collection_finish",
    "pytest_configure",
    "pytest_runtest_makereport",
    "pytest_runtestloop",
    "pytest_terminal_summary",
    "pytest_unconfigure",
]


SESSION: pytest.StashKey[ScenarioSession] = pytest.StashKey()
"""What plays scenarios; missing in the stash if there is no harness.yaml."""


def pytest_configure(config: pytest.Config) -> None:
    """Read the harness.yaml files above or below what pytest is called with, if there are any."""
    named = given_file(config)
    above = [named] if named is not None else files_above(config)
    below = [] if above else files_below(config)
    if _has_workers(config):
        # Late: only a run with workers needs it here, for their notes.
        from harness.pytest_plugin.notes import notes_of  # noqa: PLC0415

        notes_of(config)
    if not above and not below:
        require_no_options(config)
        return
    # Late: a project without harness.yaml pays nothing for this plugin.
    from harness.pytest_plugin.starting import new_session, open_projects  # noqa: PLC0415

    # In the stash first: it is closed also if a project cannot be opened.
    session = config.stash[SESSION] = new_session(config, named)
    open_projects(config, session, above=above, below=below, is_named=named is not None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close what the run opened."""
    session = _session(config)
    if session is not None:
        session.close()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Scenario files are the YAML files in a project's scenario folder, or named explicitly."""
    if not file_path.name.lower().endswith(YAML_ENDINGS):
        return None
    is_named = parent.session.isinitpath(file_path)
    session = _session(parent.config)
    if session is not None:
        # Late, as in pytest_configure.
        from harness.pytest_plugin.scenario_files import collector_of  # noqa: PLC0415

        return collector_of(session, file_path, parent, is_named=is_named)
    if looks_like_scenario(str(file_path)):
        from harness.pytest_plugin.notes import notes_of  # noqa: PLC0415  # seldom

        notes_of(parent.config).add_stray(str(file_path), NO_PROJECT)
    return None


def pytest_collection_finish(session: pytest.Session) -> None:
    """Store what was parsed, for the next run."""
    scenarios = _session(session.config)
    if scenarios is not None:
        scenarios.collected()


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """In live modes, play the selected scenarios ahead of pytest."""
    scenarios = _session(session.config)
    if scenarios is None or session.config.option.collectonly:
        return (yield)
    # Late, as in pytest_configure.
    from harness.pytest_plugin.playing_ahead import playing_ahead  # noqa: PLC0415

    with playing_ahead(scenarios, session.config, session.items):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A scenario's failure is its own text, in set-up as in the call, without a traceback."""
    # Of a ScenarioItem, whose module is imported only where a scenario is.
    reported = getattr(item, "reported", None)
    if reported is None:
        return (yield)
    item.forget_traceback(call)  # type: ignore[attr-defined]  # as above
    report = yield
    reported(call, report)
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:  # noqa: ANN401  # pytest names no public type
    """Write what was played, by provider."""
    session = _session(config)
    if session is not None:
        from harness.pytest_plugin.closing_lines import (  # noqa: PLC0415  # as above
            write_closing_lines,
        )

        session.attempts.settle()
        write_closing_lines(terminalreporter, session)


@pytest.fixture
def conversation(request: pytest.FixtureRequest) -> Generator[Any]:
    """Opens conversations for a Python test, each with a provider of harness.yaml.

    `chat = conversation("connectly")`; without a name, with the project's default provider. The
    project is that of the nearest harness.yaml above the test's file.

    Every chat is closed when the test ends, and recorded as a scenario's conversation is.
    """
    session = _session(request.config)
    suite = None if session is None else session.suite_for(str(request.path))
    if session is None or suite is None:
        pytest.fail(
            "there is no harness.yaml above the test, so there are no providers [no-project]",
            pytrace=False,
        )
    if isinstance(suite, Exception):
        pytest.fail(str(suite), pytrace=False)
    from harness.pytest_plugin.chats import opening  # noqa: PLC0415  # as in pytest_configure

    with opening(session, suite, request.node) as open_chat:
        yield open_chat


def _session(config: pytest.Config) -> ScenarioSession | None:
    return config.stash.get(SESSION, None)


def _has_workers(config: pytest.Config) -> bool:
    """Whether this is one of several processes of xdist."""
    return config.getoption("dist", "no") != "no" or hasattr(config, "workerinput")
