from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import harness
from harness.cli.app import app
from harness.core.printable import printable, without_commands
from harness.transport.live.faults import redirect_refused

ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
SCENARIO = """\
scenario: hostile
turns:
  - user: "##[add-mask]Hello \\e[31m \\x9b2J \\u202e ##vso[task.setvariable]x ##teamcity[a]"
    expect: {equals: nothing}
  - user: "a\\n::set-output name=a::b\\n  ::error::c"
    expect: {equals: nothing}
"""


@pytest.fixture
def hostile(run, echo, project):
    """A project whose only scenario hears commands, and is recorded."""
    del echo
    for file in (project / "scenarios").rglob("*.yaml"):
        file.unlink()
    (project / "scenarios/hostile.yaml").write_text(SCENARIO)
    run("--harness-mode=record")
    return project


@pytest.mark.parametrize(
    "text",
    ["##[add-mask]x", "a ##[set-env name=x]y", "##vso[task.setvariable]x", "##teamcity[x]"],
)
def test_b11_a_command_to_a_runner_is_marked(text):
    """GitHub, Azure Pipelines and TeamCity read these anywhere in a line."""
    assert printable(text) == text.replace("##", "#\ufffd")


def test_b11_headings_and_paths_are_left():
    """What only looks like a command is shown as it is."""
    assert printable("## A heading\n#[x] a::b std::error") == "## A heading\n#[x] a::b std::error"
    assert without_commands("a::b\n  :: c\n::d::") == "a::b\n  \ufffd: c\n\ufffd:d::"


@pytest.mark.parametrize("options", [(), ("-v",), ("-vv", "-rA", "--tb=long")], ids=str)
def test_b11_the_terminal_shows_what_acts_as_marks(run, hostile, options):
    """Neither a control character nor a command of a runner reaches the terminal."""
    del hostile

    output = "\n".join(run(*options).outlines)

    assert "\ufffd[add-mask]" in output
    assert not ACTING.search(output)
    assert "##[" not in output
    assert "##vso" not in output


def test_b11_commands_are_off_before_anything_is_shown(run, hostile, monkeypatch):
    """Under -v as well, and on again for what we tell GitHub ourselves."""
    del hostile
    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    lines = run("-v", "--harness-reports=reports").outlines

    off = next(line for line in lines if line.startswith("::stop-commands::"))
    on = f"::{off.removeprefix('::stop-commands::')}::"
    said = [n for n, line in enumerate(lines) if "set-output" in line]
    told = [n for n, line in enumerate(lines) if line.startswith("::error file=")]
    assert lines.index(off) < min(said)
    assert max(said[:-1]) < lines.index(on) < min(told)


def test_b11_a_run_without_a_summary_switches_commands_on(run, hostile, monkeypatch):
    """Whatever ends the run: later steps may write commands."""
    del hostile
    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    lines = run("--no-summary").outlines

    off = next(line for line in lines if line.startswith("::stop-commands::"))
    assert f"::{off.removeprefix('::stop-commands::')}::" in lines


@pytest.mark.parametrize(
    "command",
    [("cassettes", "show", "cassettes"), ("cassettes", "check"), ("check", "reports/results.json")],
    ids=lambda command: command[0] + "-" + command[1],
)
def test_b11_commands_show_what_acts_as_marks(run, hostile, monkeypatch, command):
    """The same holds for what the command line prints."""
    run("--harness-reports=reports")
    monkeypatch.chdir(hostile)

    output = CliRunner().invoke(app, list(command)).output

    assert output
    assert not ACTING.search(output)
    assert not re.search(r"##\[|##vso|^\s*::", output, re.MULTILINE)


@pytest.mark.parametrize("report", ["summary.md", "results.sarif", "code-quality.json"])
def test_b11_reports_hold_marks(run, hostile, report):
    """What others render is inert."""
    run("--harness-reports=reports", "--junitxml=reports/junit.xml")

    written = (hostile / "reports" / report).read_text(encoding="utf-8")
    junit = (hostile / "reports/junit.xml").read_text(encoding="utf-8")

    assert not ACTING.search(written + junit)


def test_commands_print_in_one_way():
    """Nothing is printed that did not go through `echo`, which makes it inert."""
    folder = Path(harness.__file__).parent / "cli"
    printing = {
        file.name
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"echo", "secho"}
    }

    assert printing == {"terminal.py"}


def test_b11_an_error_shows_the_address_of_a_redirect_with_marks():
    """A server may write anything into a host name; a Python test's failure shows the sentence."""
    error = redirect_refused("http://127.0.0.1:1", "http://\x9b31mevil\x1b[2J")

    assert not ACTING.search(str(error))
    assert "\ufffd31mevil" in str(error)
