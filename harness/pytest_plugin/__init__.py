"""Scenario files as pytest tests.

Active where a harness.yaml lies in pytest's root folder or above the folder pytest was called
in; elsewhere this plugin does nothing.
"""

from __future__ import annotations

import os
from argparse import ArgumentTypeError
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.pytest_plugin.suite import Suite

MODES = ("replay", "record", "refresh", "live", "drift")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options that scenario runs understand."""
    group = parser.getgroup("harness", "conversations (harness)")
    group.addoption(
        "--harness-mode",
        choices=MODES,
        default=None,
        help="where answers come from; replay where neither this nor HARNESS_MODE is given",
    )
    group.addoption(
        "--harness-provider",
        action="append",
        default=[],
        metavar="NAME",
        help="play against this provider of harness.yaml; may be given several times",
    )
    group.addoption(
        "--harness-concurrency",
        type=_at_least_one,
        default=None,
        metavar="N",
        help="conversations at once in all modes but replay",
    )
    group.addoption(
        "--harness-fail-on",
        default="",
        metavar="KINDS",
        help="in drift mode: fail where a turn drifted so, such as shape,state",
    )
    group.addoption(
        "--harness-holding",
        default=None,
        metavar="FOLDER",
        help="write new recordings into this folder, and leave the old ones as they are",
    )
    group.addoption(
        "--harness-reports",
        default=None,
        metavar="FOLDER",
        help="write results.json and the reports that are made of it into this folder",
    )
    group.addoption(
        "--harness-history",
        default="",
        metavar="URL",
        help="add a run with reports to this history: a file, a PostgreSQL URL, or none; "
        "history.sqlite beside the reports where nothing is said",
    )
    group.addoption(
        "--harness-update",
        action="store_true",
        help="rewrite the golden files of 'same_as' from the recordings, and tell what differed",
    )
    group.addoption(
        "--harness-config",
        default=None,
        metavar="FILE",
        help="the harness.yaml to use; found from the root folder where left out",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Read harness.yaml, where there is one."""
    file = _config_file(config)
    if file is None:
        return
    # Late: a project without harness.yaml pays nothing for this plugin.
    from harness.pytest_plugin.suite import SUITE, open_suite  # noqa: PLC0415

    mode = _mode(config)
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


def _at_least_one(text: str) -> int:
    """Reads the value of an option. Raises `ArgumentTypeError`."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"'{text}' is no whole number of at least 1")
    return int(text)


def _suite(config: pytest.Config) -> Suite | None:
    from harness.pytest_plugin.keys import SUITE  # noqa: PLC0415  # a module of two lines

    return config.stash.get(SUITE, None)


def _register_views(config: pytest.Config, suite: Suite) -> None:
    """What only some runs have: `-v`, JUnit, GitHub."""
    if config.get_verbosity(pytest.Config.VERBOSITY_TEST_CASES) > 0:
        from harness.pytest_plugin.conversation_view import ConversationView  # noqa: PLC0415

        config.pluginmanager.register(ConversationView(config), "harness_conversation_view")
    if config.getoption("xmlpath", None):
        from harness.pytest_plugin.junit import JunitLines  # noqa: PLC0415

        config.pluginmanager.register(JunitLines(config), "harness_junit_lines")
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from harness.pytest_plugin.github import GithubLog  # noqa: PLC0415

        config.pluginmanager.register(GithubLog(suite.reports), "harness_github")


def _config_file(config: pytest.Config) -> Path | None:
    given = config.getoption("--harness-config")
    if given:
        file = Path(config.invocation_params.dir, given).resolve()
        if not file.is_file():
            raise pytest.UsageError(f"--harness-config: there is no file {given}")
        return file
    for start in (config.rootpath, config.invocation_params.dir):
        for folder in (start, *start.parents):
            if (folder / "harness.yaml").is_file():
                return folder / "harness.yaml"
    return None


def _mode(config: pytest.Config) -> str:
    mode = config.getoption("--harness-mode") or os.environ.get("HARNESS_MODE") or "replay"
    if mode not in MODES:
        known = ", ".join(MODES)
        raise pytest.UsageError(f"HARNESS_MODE is '{mode}', expected one of {known}")
    return str(mode)
