from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.history.address import address_of
from harness.history.ever_failed import ever_failed
from harness.history.store import History
from tests.plugin.project import GREET


@pytest.fixture(autouse=True)
def not_named(monkeypatch, project):
    """The environment names no history."""
    monkeypatch.delenv("HARNESS_HISTORY", raising=False)


def pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", *arguments]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)


def outcomes(project, name: str = "reports/history.sqlite") -> list[tuple[int, int]]:
    """How many conversations passed and failed in each run."""
    with History(address_of(name, below=project)) as history:
        return [(run.passed, run.failed) for run in history.runs()]


def test_every_run_with_reports_is_added(run, project):
    """With its mode, the project's name, and outcomes; without reports there is no history."""
    run()
    assert not (project / "reports").exists()
    run("--harness-reports=reports")
    (project / "scenarios/greet.yaml").write_text(GREET.replace("contains: H", "contains: J"))
    run("--harness-reports=reports")

    with History(address_of("reports/history.sqlite", below=project)) as history:
        last = history.runs()[-1]
        [greet] = history.conversations(last.run, scenario="greet")
        turns = history.turns([(last.run, greet.number)])
    assert outcomes(project) == [(4, 0), (3, 1)]
    assert (last.mode, last.project, last.exit_status) == ("replay", project.name, 1)
    assert (greet.outcome, greet.codes, greet.is_replayed) == ("failed", "contains", True)
    assert [(one.turn, one.outcome) for one in turns[last.run, greet.number]] == [(1, "failed")]


PLACES = """\
scenario: places
turns:
  - include: ../fragments/hello.yaml
  - user: Hello
    expect:
      contains: Hello
  - user: Good day
    id: day
    expect: {contains: day, not: {contains: night}}
expect:
  always: {max_words: 9}
  never: {contains: Goodbye}
  messages: {count: 3}
"""
HELLO = "turns:\n  - {user: Hello there, id: first, expect: {contains: there}}\n"


def test_the_place_of_a_check_does_not_change_with_its_line(run, project, echo):
    """Only the block counts, with the id of its turn; a fragment is named by its file."""
    scenario, fragment = project / "scenarios/places.yaml", project / "fragments/hello.yaml"
    fragment.parent.mkdir()
    scenario.write_text(PLACES)
    fragment.write_text(HELLO)
    arguments = ("--harness-mode=record", "--harness-reports=reports", "scenarios/places.yaml")
    run(*arguments)
    scenario.write_text(
        PLACES.replace("turns:", "# More\n\nturns:").replace("Hello\n    e", "Hello\n\n    e")
    )
    fragment.write_text(f"# Said first\n{HELLO}")
    run(*arguments)

    address = address_of("reports/history.sqlite", below=project)
    counts = ever_failed(address, ["places"], project=project.name)

    assert counts is not None
    assert {(one.place, one.kind): (count.runs, count.passed) for one, count in counts.items()} == {
        ("fragments/hello.yaml turns.first.expect", "contains"): (2, 2),
        ("turns[1].expect", "contains"): (2, 2),
        ("turns.day.expect", "contains"): (2, 2),
        ("turns.day.expect", "not"): (2, 2),
        ("expect.always", "max_words"): (2, 6),
        ("expect.never", "never contains"): (2, 6),
        ("expect", "messages"): (2, 2),
    }


def test_an_edited_scenario_has_another_fingerprint(run, project):
    """So that an outcome that changed by an edit is no flip."""
    run("--harness-reports=reports", "scenarios/greet.yaml")
    (project / "scenarios/greet.yaml").write_text(f"{GREET}# edited\n")
    run("--harness-reports=reports", "scenarios/greet.yaml")

    with History(address_of("reports/history.sqlite", below=project)) as history:
        rows = [row for one in history.runs() for row in history.conversations(one.run)]
    assert len({row.fingerprint for row in rows}) == len(rows) == 2


def test_a_run_that_was_killed_is_added_when_its_reports_are_built(run, project):
    """`harness report build` adds what it had played, and adds it once."""
    run("--harness-reports=reports", "--harness-history=none")
    results = (project / "reports/results.json").read_bytes()
    (project / "reports/results.json").write_bytes(results[: results.rindex(b"\n,")] + b"\n")

    said = [CliRunner().invoke(app, ["report", "build"]).stdout for _ in range(2)]

    assert all("reports/history.sqlite" in one for one in said)
    with History(address_of("reports/history.sqlite", below=project)) as history:
        [killed] = history.runs()
    assert (killed.passed, killed.ended, killed.exit_status) == (3, None, None)


def test_no_text_that_was_said_is_kept(run, project):
    """Neither the user's nor the bot's."""
    run("--harness-reports=reports")

    content = (project / "reports/history.sqlite").read_bytes()
    assert b"greet" in content
    assert b"Hello there" not in content
    assert b"You said" not in content


def test_several_processes_of_one_run_are_one_run(project):
    """Under xdist the process that starts the others adds it."""
    ended = pytest_in(project, "-n", "2", "--harness-reports=reports")

    assert ended.returncode == 0, ended.stdout
    assert outcomes(project) == [(4, 0)]


@pytest.mark.parametrize("way", ["option", "environment", "file"])
def test_another_place_may_be_named(run, project, monkeypatch, way):
    """By the option, the environment or harness.yaml."""
    options = ["--harness-reports=reports"]
    if way == "option":
        options.append("--harness-history=kept/runs.sqlite")
    if way == "environment":
        monkeypatch.setenv("HARNESS_HISTORY", "sqlite:///kept/runs.sqlite")
    if way == "file":
        file = project / "harness.yaml"
        file.write_text(f"{file.read_text()}history: {{url: kept/runs.sqlite}}\n")

    run(*options)

    assert outcomes(project, "kept/runs.sqlite") == [(4, 0)]
    assert not (project / "reports/history.sqlite").exists()


def test_none_keeps_no_history(run, project):
    """The other reports are written."""
    run("--harness-reports=reports", "--harness-history=none")

    assert (project / "reports/results.json").exists()
    assert not (project / "reports/history.sqlite").exists()


def test_a_wrong_url_ends_the_run_before_it_plays(run):
    """It is wrong use, as any wrong option is."""
    result = run("--harness-reports=reports", "--harness-history=mysql://db/runs")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*--harness-history: a history is a file or a Postgre*history-url*"]
    )


def test_a_server_that_is_not_there_changes_no_outcome(project):
    """The summary says why the run was not added, without the password."""
    url = "postgresql://ci:pl4nted@127.0.0.1:1/runs"

    ended = pytest_in(project, "--harness-reports=reports", f"--harness-history={url}")

    assert ended.returncode == 0, ended.stdout
    assert (project / "reports/results.json").exists()
    assert "postgresql://127.0.0.1:1/runs: the history cannot be used: " in ended.stdout
    assert "pl4nted" not in f"{ended.stdout}{ended.stderr}"


def test_a_replay_without_reports_does_not_import_sqlalchemy(project):
    """Its import takes longer than replaying a hundred scenarios."""
    code = (
        "import sys, pytest; status = pytest.main(['-q', '-p', 'no:randomly']);"
        "sys.exit(status or any(name.startswith(('sqlalchemy', 'harness.history'))"
        " for name in sys.modules))"
    )

    ended = subprocess.run([sys.executable, "-c", code], cwd=project, check=False)

    assert ended.returncode == 0
