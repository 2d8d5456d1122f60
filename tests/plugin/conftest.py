from __future__ import annotations

import os
import shutil
import subprocess
from importlib import import_module
from pathlib import Path

import pytest

from tests.plugin.echo_bot import API_KEY, serving_echo
from tests.plugin.project import write_project
from tests.processes import PYTEST

# A run inside this process forgets every module that it was the first to import, and some
# extension modules cannot be imported twice.
for module in (
    "harness.cli.commands.run",
    "harness.pytest_plugin.allure_seat",
    "harness.pytest_plugin.chats",
    "harness.pytest_plugin.scenario_files",
    "harness.pytest_plugin.closing_lines",
    "harness.checks.diff",
    "harness.evaluation",
    "harness.running",
    "harness.history.store",
    "harness.formats.json_schema.explanation",
    "harness.transport.cassette.cassette_writing",
    "harness.transport.live",
    "jsonpath_rfc9535",
    "jsonschema",
    "jsonschema_rs",
    "sqlalchemy.dialects.sqlite",
    "vcr",
):
    import_module(module)

WITHOUT = ("-p", "no:randomly", "-p", "no:socket", "-p", "no:hypothesispytest")
"""Plugins that a run inside this process goes without: one would shuffle, one would take away
the network block of the test around it, and one costs 200 ms a run."""

OURS = (
    *("HARNESS_MODE", "ECHO_URL", "ECHO_API_KEY"),
    *("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE", "CI_PROJECT_DIR"),
)
"""What a run inside a test shall not inherit, beside all that starts with PYTEST_XDIST."""


def _without_ours() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if name not in OURS and not name.startswith(("PYTEST_XDIST", "PYTEST_CURRENT_TEST"))
    }


@pytest.fixture(scope="session")
def echo_server():
    with serving_echo() as bot:
        yield bot


@pytest.fixture
def echo(echo_server, project, monkeypatch):
    """The bot of the project, running; its address and key stand in the environment."""
    echo_server.forget()
    monkeypatch.setenv("ECHO_URL", echo_server.url)
    monkeypatch.setenv("ECHO_API_KEY", API_KEY)
    yield echo_server
    echo_server.settle()
    # Fixtures of whole modules meet the same server, in any order.
    echo_server.forget()


@pytest.fixture(scope="session")
def recorded(echo_server, tmp_path_factory) -> Path:
    """The project with a cassette for each of its plays, recorded over real sockets."""
    folder = tmp_path_factory.mktemp("recorded")
    write_project(folder)
    both = ["--harness-provider=echo", "--harness-provider=parrot"]
    subprocess.run(
        [*PYTEST, "-p", "no:cacheprovider", "--harness-mode=record", *both],
        cwd=folder,
        env={**_without_ours(), "ECHO_URL": echo_server.url, "ECHO_API_KEY": API_KEY},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return folder


@pytest.fixture
def project(recorded, pytester, monkeypatch) -> Path:
    """A copy of the recorded project; pytester runs in it, and nothing is set for it."""
    for name in set(os.environ) - set(_without_ours()):
        if name != "PYTEST_CURRENT_TEST":
            monkeypatch.delenv(name)
    shutil.copytree(recorded, pytester.path, dirs_exist_ok=True)
    return pytester.path


@pytest.fixture
def run_here(pytester):
    """Runs pytest in pytester's folder inside this process, in the order of the files."""
    return lambda *arguments: pytester.runpytest_inprocess(*WITHOUT, *arguments)


@pytest.fixture
def run(project, run_here):
    """The same over the recorded project."""
    del project
    return run_here
