from __future__ import annotations

import sys

import pytest

from tests.plugin.project import PROJECT, write_project

HEAVY = ("vcr", "deepdiff", "allure", "httpx", "jsonschema", "rich")
"""What neither collecting nor replaying may import: together more than a second."""

TELLTALE = """\
import sys
import pytest_socket

pytest_socket.disable_socket()

def pytest_unconfigure(config):
    heavy = [name for name in {heavy} if name in sys.modules]
    ours = [name for name in sys.modules if name.startswith("harness.")]
    with open("telltale.txt", "w") as file:
        print(*heavy, file=file)
        print(*sorted(ours), file=file)
"""

WITHOUT = ("-p", "no:randomly", "-p", "no:allure_pytest", "-p", "no:hypothesispytest")
"""Plugins of others that import heavy packages wherever they are installed."""


@pytest.fixture
def told(pytester):
    """Runs pytest in a process without sockets; gives its result, and what it imported."""
    pytester.makeconftest(TELLTALE.format(heavy=HEAVY))

    def run_and_tell(*arguments: str) -> tuple[pytest.RunResult, list[str], list[str]]:
        result = pytester.run(sys.executable, "-m", "pytest", "-q", *WITHOUT, *arguments)
        heavy, ours = (pytester.path / "telltale.txt").read_text().split("\n")[:2]
        return result, heavy.split(), ours.split()

    return run_and_tell


def test_a_project_of_somebody_else_needs_no_file_of_ours(run_here, pytester, project, echo):
    """harness.yaml, a definition and scenarios are a project: it records, and then replays."""
    assert {file.split("/")[0] for file in PROJECT} == {
        "harness.yaml",
        "definitions",
        "schemas",
        "scenarios",
    }
    for cassette in (project / "cassettes").rglob("*.yaml"):
        cassette.unlink()

    run_here("--harness-mode=record").assert_outcomes(passed=4)
    heard = len(echo.created)
    run_here().assert_outcomes(passed=4)

    assert heard == len(echo.created) == 4


def test_a_broken_contract_of_a_definition_of_ones_own_fails(run, project):
    """The project's own definition is held against its own schemas, as a built-in one is."""
    schema = project / "definitions/echo/schemas/answer.schema.json"
    schema.write_text(schema.read_text().replace('"integer"', '"string"'))

    result = run("scenarios/greet.yaml")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*turn 1: the answer of step send.1 violates the contract*"])


def test_a_conftest_may_list_the_plugin_too(run, pytester):
    """The entry point has the module's own name, so listing it again registers nothing twice."""
    pytester.makeconftest("pytest_plugins = ['harness.pytest_plugin']")

    result = run("scenarios/greet.yaml")

    result.assert_outcomes(passed=1)


def test_their_own_tests_run_beside_scenarios(run, pytester):
    """Python tests and scenarios are collected and counted in one run."""
    pytester.makepyfile(test_theirs="def test_sum():\n    assert 1 + 1 == 2\n")

    run().assert_outcomes(passed=5)


def test_the_plugin_works_from_a_folder_inside_the_project(run, project, monkeypatch):
    """harness.yaml is found above the folder that pytest is called in."""
    monkeypatch.chdir(project / "scenarios" / "shop")

    result = run("only-echo.yaml")

    result.assert_outcomes(passed=1)


def test_harness_yaml_may_be_named(run_here, pytester):
    """--harness-config names the file where it is not found from the root folder."""
    write_project(pytester.path / "qa")

    result = run_here("--collect-only", "-q", "--harness-config=qa/harness.yaml")

    result.stdout.fnmatch_lines(["qa/scenarios/greet.yaml::greet[[]echo[]]"])


def test_a_wrong_harness_yaml_is_wrong_use(run, project):
    """A mistake in harness.yaml ends the run before collection, with its place."""
    (project / "harness.yaml").write_text("provider: echo\nprovders: {}\n")

    result = run()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*harness.yaml:2:1: unknown key 'provders'*"])
    result.stderr.no_fnmatch_line("*Traceback*")


def test_a_replay_opens_no_socket_and_imports_little(project, told):
    """Nothing is set in the environment, sockets are forbidden, and heavy packages stay away."""
    result, heavy, _ = told()

    result.assert_outcomes(passed=4)
    assert heavy == []


def test_collecting_imports_little(project, told):
    """--collect-only needs what reads scenarios, and nothing that plays or explains."""
    result, heavy, _ = told("--collect-only")

    result.stdout.fnmatch_lines(["*4 tests collected*"])
    assert heavy == []


def test_without_harness_yaml_nothing_is_imported(pytester, told):
    """Elsewhere, having the package installed costs few small modules of it."""
    pytester.makepyfile("def test_own(): pass")

    result, heavy, ours = told()

    result.assert_outcomes(passed=1)
    assert heavy == []
    assert ours == [
        "harness.project_file",
        "harness.pytest_plugin",
        "harness.pytest_plugin.nothing_played",
        "harness.pytest_plugin.options",
        "harness.pytest_plugin.project_files",
        "harness.run_options",
    ]
