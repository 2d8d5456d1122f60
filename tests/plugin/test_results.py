from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema_rs
import pytest
from defusedxml import ElementTree
from typer.testing import CliRunner

from harness.cli.app import app
from harness.history.address import address_of
from harness.history.store import History
from harness.reports.results import RESULTS_SCHEMA, read_results
from tests.plugin.echo_bot import API_KEY
from tests.plugin.project import GREET, scenario_text


@pytest.fixture
def red(project):
    """The project with a scenario that fails, one that breaks, and three that pass."""
    wrong = GREET.replace("contains: Hello there", "contains: Good morning")
    (project / "scenarios/greet.yaml").write_text(wrong)
    (project / "scenarios/unheard.yaml").write_text(scenario_text("unheard"))
    return project


def conversations(folder: Path) -> dict[str, dict]:
    return {one["id"]: one for one in read_results(folder / "reports/results.json")}


def pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", *arguments]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)


def undescribed(value: object, schema: dict, path: str = "") -> set[str]:
    """Keys that stand in a value and not in its schema."""
    if "$ref" in schema:
        schema = RESULTS_SCHEMA["$defs"]["conversation"]
    if isinstance(value, dict) and "properties" in schema:
        known = schema["properties"]
        unknown = {f"{path}/{key}" for key in value if key not in known}
        inner = (
            undescribed(value[key], known[key], f"{path}/{key}") for key in value if key in known
        )
        return unknown.union(*inner)
    if isinstance(value, list) and "items" in schema:
        return set().union(*(undescribed(one, schema["items"], path) for one in value))
    return set()


def test_results_hold_every_conversation_with_its_checks(run, red):
    """A line for each play: outcome, codes, checks with their lines, and what was said."""
    run("--harness-reports=reports")

    found = conversations(red)
    outcomes = sorted(one["outcome"] for one in found.values())
    greet = found["scenarios/greet.yaml::greet[echo]"]
    check = next(check for check in greet["checks"] if check["name"] == "contains")
    assert outcomes == ["broken", "failed", "passed", "passed", "passed"]
    assert (check["outcome"], check["line"], check["expected"]) == (
        "failed",
        7,
        "a text with 'Good morning'",
    )
    assert greet["transcript"]["turns"][0]["reply"]["messages"][0]["text"].startswith("You said")
    assert greet["failure"].startswith("scenarios/greet.yaml:7:")


def test_results_fit_the_published_schema_and_no_key_is_left_undescribed(run, red):
    """The schema says of every key what it is."""
    run("--harness-reports=reports")

    value = json.loads((red / "reports/results.json").read_text())

    jsonschema_rs.validate(RESULTS_SCHEMA, value)
    assert undescribed(value, dict(RESULTS_SCHEMA)) == set()


def test_a_file_that_cannot_be_read_stands_among_the_errors(run, project):
    """A run that collected nothing says why in its results as well."""
    (project / "scenarios/greet.yaml").write_text("scenario: greet\nturns: 3\n")

    run("--harness-reports=reports")

    [error] = read_results(project / "reports/results.json").head["errors"]
    assert error["file"] == "scenarios/greet.yaml"
    assert "[wrong-value]" in error["message"]


def test_several_processes_write_one_file_in_the_order_of_the_run(project, run):
    """Under xdist the results are complete, and in the order in which pytest collected."""
    run("--harness-reports=alone")

    ended = pytest_in(project, "-n", "2", "--harness-reports=together")

    assert ended.returncode == 0, ended.stdout
    alone, together = (
        [one["id"] for one in read_results(project / name / "results.json")]
        for name in ("alone", "together")
    )
    assert together == alone
    assert not (project / "together/.parts").exists()


def test_a_scenario_that_is_skipped_is_written_with_its_reason(run, project):
    """It was not played, and the results say why."""
    (project / "scenarios/greet.yaml").write_text(f"{GREET}skip: not ready\n")

    run("--harness-reports=reports")

    greet = conversations(project)["scenarios/greet.yaml::greet[echo]"]
    assert (greet["outcome"], greet["notes"]) == ("skipped", ["not ready"])


def test_an_expected_failure_is_marked(run, red):
    """Reports can tell it from a failure that nobody knew of."""
    file = red / "scenarios/greet.yaml"
    file.write_text(f"{file.read_text()}xfail: known since May\n")

    run("--harness-reports=reports")

    greet = conversations(red)["scenarios/greet.yaml::greet[echo]"]
    assert (greet["outcome"], greet["expected_failure"]) == ("skipped", "known since May")


def test_reports_are_made_of_what_a_killed_run_left(run, red):
    """The rest of a file that was cut is enough, and the command says that there was more."""
    run("--harness-reports=reports")
    file = red / "reports/results.json"
    file.write_bytes(file.read_bytes()[:-2000])

    ended = CliRunner().invoke(app, ["report", "build"])

    assert ended.exit_code == 0
    assert "the run was killed before its end" in ended.stdout


def test_results_of_shards_are_merged(run, red):
    """`harness report merge` puts the results of several runs into one file."""
    run("--harness-reports=one", "scenarios/greet.yaml")
    run("--harness-reports=two", "scenarios/shop")

    ended = CliRunner().invoke(
        app, ["report", "merge", "one/results.json", "two/results.json", "-o", "all.json"]
    )

    assert ended.stdout == "all.json: 4 conversations of 2 files\n"
    assert len(list(read_results(red / "all.json"))) == 4


def test_no_secret_stands_in_the_results(run, echo, project):
    """Live, the API key is sent with every request; the results show a mark in its place."""
    run("--harness-mode=live", "--harness-reports=reports")

    text = (project / "reports/results.json").read_text()
    assert "<redacted:" in text
    assert "echo-key" not in text


def test_every_report_names_the_command_without_secrets(run, echo, project):
    """The API key is known from the environment; pytest's options are as they were typed."""
    run("--harness-reports=reports", "--junitxml=junit.xml", "-k", f"greet or {API_KEY}")

    head = read_results(project / "reports/results.json").head
    with History(address_of("reports/history.sqlite", below=project)) as history:
        [kept] = history.runs()
    properties = ElementTree.parse(project / "junit.xml").find("testsuite/properties")
    texts = [head["command"], kept.command, properties.find("*[@name='command']").get("value")]
    assert len(set(texts)) == 1
    assert texts[0].startswith("pytest ")
    assert texts[0].endswith("-k 'greet or <redacted:api_key>'")


def test_a_folder_that_cannot_be_written_ends_the_run_before_it_plays(run, project):
    """The option is named, with the reason."""
    (project / "taken").write_text("a file")

    result = run("--harness-reports=taken")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--harness-reports: *taken*cannot be written: *"])


@pytest.mark.parametrize(
    "arguments",
    [("scenarios/typo.yaml",), ("-k", "nothing"), ("scenarios/typo.yaml", "-n", "1")],
    ids=["no such file", "nothing selected", "no such file with a worker"],
)
def test_a_run_that_collects_nothing_keeps_the_results(red, arguments):
    """After a path with a typing error, the results are still those of the last run."""
    pytest_in(red, "--harness-reports=reports")
    before = {file.name: file.read_bytes() for file in (red / "reports").glob("*.*")}

    ended = pytest_in(red, "--harness-reports=reports", *arguments)

    assert ended.returncode in (4, 5), ended.stdout
    assert {file.name: file.read_bytes() for file in (red / "reports").glob("*.*")} == before


@pytest.mark.parametrize("arguments", [("-k", "nothing"), ("-k", "nothing", "-n", "1")])
def test_a_run_that_collects_nothing_keeps_the_reports_of_junit_and_allure(red, arguments):
    """They stay as they are, and pytest does not say that it wrote one."""
    reports = ("--junitxml=reports/junit.xml", "--alluredir=reports/allure", "--clean-alluredir")
    pytest_in(red, *reports)
    before = _contents(red / "reports")

    ended = pytest_in(red, *reports, *arguments)

    assert ended.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, ended.stdout
    assert _contents(red / "reports") == before
    assert len(before) > 3
    assert "generated xml file" not in ended.stdout


def test_allure_s_folder_is_emptied_once_something_is_collected(red):
    """The second run leaves no result of the first."""
    reports = ("--alluredir=reports/allure", "--clean-alluredir")
    pytest_in(red, *reports)

    pytest_in(red, *reports, "-k", "greet")

    assert len([*(red / "reports/allure").glob("*-result.json")]) == 1


def test_a_file_that_cannot_be_read_is_in_the_reports_of_junit_and_allure(red):
    """Nothing was played, but there is an error to report."""
    reports = ("--junitxml=reports/junit.xml", "--alluredir=reports/allure", "--clean-alluredir")
    pytest_in(red, *reports)
    (red / "scenarios/greet.yaml").write_text("scenario: greet\nturn: []\n")

    pytest_in(red, *reports, "scenarios/greet.yaml")

    [error] = (red / "reports/allure").glob("*-result.json")
    assert "turn" in error.read_text()
    assert "turn" in (red / "reports/junit.xml").read_text()


def _contents(folder: Path) -> dict[str, bytes]:
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}
