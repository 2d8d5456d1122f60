"""Scenario files as pytest tests.

Active where a harness.yaml lies in pytest's root folder or above the folder pytest was called
in; elsewhere this plugin does nothing.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.pytest_plugin.options import config_file, mode_of, pytest_addoption

if TYPE_CHECKING:
    from harness.pytest_plugin.suite import Suite

__all__ = [
    "conversation",
    "pytest_addoption",
    "pytest_collect_file",
    "pytest_collection_finish",
    "pytest_configure",
    "pytest_runtest_makereport",
    "pytest_runtestloop",
    "pytest_terminal_summary",
    "pytest_unconfigure",
]


def pytest_configure(config: pytest.Config) -> None:
    """Read harness.yaml, where there is one."""
    file = config_file(config)
    if file is None:
        return
    # Late: a project without harness.yaml pays nothing for this plugin.
    from harness.pytest_plugin.suite import SUITE, open_suite  # noqa: PLC0415

    mode = mode_of(config)
    if config.getoption("--harness-update"):
        from harness.pytest_plugin.golden_updates import (  # noqa: PLC0415  # seldom
            require_recordings,
            update_goldens,
        )

        require_recordings(mode)
    suite = config.stash[SUITE] = open_suite(config, file, mode)
    if config.getoption("--harness-update"):
        update_goldens(config, suite)
    if suite.reports is not None:
        config.pluginmanager.register(suite.reports, "harness_reports")
    if not config.option.collectonly:
        _register_views(config, suite)
    if config.getoption("allure_report_dir", None) and not config.option.collectonly:
        # Late: importing Allure takes 200 ms.
        from harness.pytest_plugin.allure_seat import AllureSeat  # noqa: PLC0415

        config.pluginmanager.register(AllureSeat(config, suite), "harness_allure")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give back what the run held."""
    suite = _suite(config)
    if suite is not None:
        suite.close()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Scenario files are the YAML files in the project's scenario folder, or named outright."""
    if file_path.suffix.lower() not in (".yaml", ".yml"):
        return None
    suite = _suite(parent.config)
    if suite is None or not suite.holds(file_path, is_named=parent.session.isinitpath(file_path)):
        return None
    from harness.pytest_plugin.nodes import ScenarioFile  # noqa: PLC0415  # as in pytest_configure

    return ScenarioFile.from_parent(parent, path=file_path)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Keep what was parsed, for the next run."""
    suite = _suite(session.config)
    if suite is not None:
        suite.collected()


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """In live modes, play the selected scenarios ahead of pytest."""
    suite = _suite(session.config)
    if suite is None or session.config.option.collectonly:
        return (yield)
    with suite.playing(session.items):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A scenario's failure is its own text, in set-up as in the call, without a traceback."""
    report = yield
    text = getattr(item, "failure_text", None)
    if call.excinfo is not None and text is not None:
        shown = text(call.excinfo.value)
        if shown is not None:
            report.longrepr = shown
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:  # noqa: ANN401  # pytest names no public type
    """Close with what was played, by provider."""
    suite = _suite(config)
    if suite is not None:
        from harness.pytest_plugin.summary import write_summary  # noqa: PLC0415  # as above

        write_summary(terminalreporter, suite)


@pytest.fixture
def conversation(request: pytest.FixtureRequest) -> Generator[Any]:
    """Opens conversations for a Python test, each with a provider of harness.yaml.

    `chat = conversation("connectly")`; without a name, with the project's default provider.

    Every chat is closed when the test ends, and recorded as a scenario's conversation is.
    """
    suite = _suite(request.config)
    if suite is None:
        pytest.fail("there is no harness.yaml, so there are no providers to talk to", pytrace=False)
    from harness.pytest_plugin.chats import opening  # noqa: PLC0415  # as in pytest_configure

    with opening(suite, request.node) as open_chat:
        yield open_chat


def _suite(config: pytest.Config) -> Suite | None:
    from harness.pytest_plugin.keys import SUITE  # noqa: PLC0415  # a module of two lines

    return config.stash.get(SUITE, None)


def _register_views(config: pytest.Config, suite: Suite) -> None:
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

        config.pluginmanager.register(GithubLog(suite.reports), "harness_github")
