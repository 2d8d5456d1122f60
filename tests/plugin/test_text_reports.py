from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from defusedxml import ElementTree
from typer.testing import CliRunner

from harness.cli.app import app
from tests.plugin.project import GREET, scenario_text

ALL = "--harness-reports=reports"
XML = ("--junitxml=junit.xml", "-o", "junit_family=xunit1")


@pytest.fixture
def red(project):
    """The project with a scenario that fails, one that breaks, and three that pass."""
    spoil(project)
    (project / "scenarios/unheard.yaml").write_text(f"\n\n{scenario_text('unheard')}")
    return project


def spoil(project: Path) -> None:
    wrong = GREET.replace("contains: Hello there", "contains: Good morning")
    (project / "scenarios/greet.yaml").write_text(wrong)


def summary(project: Path) -> str:
    return (project / "reports/summary.md").read_text(encoding="utf-8")


def cases(file: Path) -> dict:
    return {case.get("name", ""): case for case in ElementTree.parse(file).iter("testcase")}


def test_the_summary_tells_what_changed_since_the_run_before(run, project):
    """The results that stood in the folder are those of the run before, whatever came then."""
    run(ALL)
    first = summary(project)
    spoil(project)

    run(ALL)
    second = summary(project)
    (project / "scenarios/greet.yaml").write_text(GREET)
    run(ALL)

    assert "There are no results of a previous run to compare with." in first
    assert "Since the previous run: 1 newly red.\n" in second
    assert "| FAILED, newly red | `scenarios/greet.yaml::greet[echo]` | 1 | `contains` `" in second
    assert "Since the previous run: 1 repaired.\n" in summary(project)


def test_reports_made_of_results_alone_are_the_same(run, red):
    """`harness report build` writes what the run wrote."""
    run(ALL, "scenarios/shop")
    run(ALL)
    names = ("summary.md", "code-quality.json", "results.sarif")
    written = {name: (red / "reports" / name).read_text() for name in names}

    ended = CliRunner().invoke(app, ["report", "build", "--into", "again"])

    assert ended.exit_code == 0
    assert {name: (red / "again" / name).read_text() for name in names} == written
    assert "newly red" not in written["summary.md"]
    assert "not played before" in written["summary.md"]


def test_on_github_the_log_ends_with_annotations(run, red, monkeypatch):
    """Each is a command on a line of its own, and names the line of the expectation."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(red / "step.md"))

    result = run(ALL)

    commands = [line for line in result.outlines if line.startswith("::error")]
    assert [one.partition(",title=")[0] for one in commands] == [
        "::error file=scenarios/unheard.yaml,line=3",
        "::error file=scenarios/greet.yaml,line=7,col=7",
    ]
    assert summary(red) in (red / "step.md").read_text()


def test_on_github_what_a_bot_says_is_no_command(run, project, monkeypatch):
    """Commands are off while failures are shown, and on again for the annotations."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    spoil(project)

    lines = run(ALL).outlines

    off = next(line for line in lines if line.startswith("::stop-commands::"))
    on = f"::{off.removeprefix('::stop-commands::')}::"
    failure = next(line for line in lines if line.startswith("  assistant "))
    error = next(line for line in lines if line.startswith("::error "))
    places = [lines.index(line) for line in (off, failure, on, error)]
    assert places == sorted(places)
    assert len(on) == 36


def test_elsewhere_the_log_holds_no_commands(run, red):
    """They are of use to GitHub alone."""
    result = run(ALL)

    assert not [line for line in result.outlines if line.startswith("::")]
    assert not (red / "reports/github-annotations.txt").exists()


def test_a_file_that_cannot_be_read_is_annotated_on_its_line(run, project):
    """Each problem of the file, in every format."""
    (project / "scenarios/greet.yaml").write_text(GREET.replace("contains:", "containz:"))

    run(ALL)

    [found] = json.loads((project / "reports/code-quality.json").read_text())
    assert (found["check_name"], found["severity"]) == ("unknown-check", "blocker")
    assert found["location"] == {"path": "scenarios/greet.yaml", "lines": {"begin": 7}}
    assert "`scenarios/greet.yaml:7`" in summary(project)


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one-process", "two-processes"])
def test_junit_holds_file_line_properties_and_kind(red, processes):
    """The scenario's line from 1; BROKEN is an error, FAILED a failure; each case stands once."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", *XML, *processes]

    subprocess.run(command, cwd=red, check=False, stdout=subprocess.DEVNULL)

    found = cases(red / "junit.xml")
    told = {
        name: (case.get("file"), case.get("line"), [one.tag for one in case])
        for name, case in found.items()
    }
    properties = {
        one.get("name"): one.get("value") for one in found["greet[echo]"].iter("property")
    }
    assert told == {
        "greet[echo]": ("scenarios/greet.yaml", "1", ["properties", "failure"]),
        "colours[echo-red]": ("scenarios/shop/colours.yaml", "1", ["properties"]),
        "colours[echo-blue]": ("scenarios/shop/colours.yaml", "1", ["properties"]),
        "only-echo[echo]": ("scenarios/shop/only-echo.yaml", "1", ["properties"]),
        "unheard[echo]": ("scenarios/unheard.yaml", "3", ["properties", "error"]),
    }
    assert len(list(ElementTree.parse(red / "junit.xml").iter("testcase"))) == 5
    assert {name: properties[name] for name in ("provider", "outcome", "turns", "codes")} == {
        "provider": "echo",
        "outcome": "failed",
        "turns": "1",
        "codes": "contains",
    }
    assert float(properties["latency_seconds"]) > 0


def test_junit_keeps_to_the_family_that_was_asked_for(run, project):
    """The family xunit2 knows no lines, and servers that read it strictly refuse them."""
    run("--junitxml=junit.xml", "-o", "junit_family=xunit2", "scenarios/greet.yaml")

    assert {*cases(project / "junit.xml")["greet[echo]"].attrib} == {"classname", "name", "time"}


def test_a_replay_without_reports_imports_none_of_them(project):
    """Whoever asks for no report waits for none."""
    (project / "conftest.py").write_text(
        "import sys\n"
        "def pytest_unconfigure():\n"
        "    wrong = ('harness.reports.markdown', 'harness.reports.annotations',\n"
        "             'harness.pytest_plugin.live_progress')\n"
        "    print('imported', [name for name in wrong if name in sys.modules])\n"
    )
    command = [sys.executable, "-m", "pytest", "-q"]

    ended = subprocess.run(command, cwd=project, check=False, capture_output=True, text=True)

    assert "imported []" in ended.stdout
