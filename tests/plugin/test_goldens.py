from __future__ import annotations

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from harness.cli.app import app

UPDATE = "--harness-update"


@pytest.fixture
def expecting(project):
    """Adds a check to the greeting; its recording stays as it is."""

    def write(check):
        file = project / "scenarios/greet.yaml"
        file.write_text(file.read_text().replace("schema: short-answer", check))

    return write


def golden(project, name="greeting.json"):
    return project / "scenarios" / name


def test_a_missing_golden_breaks_the_scenario_and_names_the_command(run, project, expecting):
    """Without the option, nothing is written."""
    expecting("same_as: greeting.json")

    result = run("scenarios/greet.yaml")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*no golden file 'scenarios/greeting.json'*harness run --update*"])
    assert not golden(project).exists()


@pytest.mark.parametrize("name", ["greeting.json", "greeting.yaml"])
def test_a_golden_is_created_told_of_and_compared_with(run, project, expecting, name):
    """`--harness-update` writes it from the recording, and the next run passes without."""
    expecting(f"same_as: {name}")

    result = run("scenarios/greet.yaml", UPDATE)

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"created scenarios/{name} (greet?echo?, turn 1)"])
    assert "You said: Hello there" in golden(project, name).read_text()
    run("scenarios/greet.yaml").assert_outcomes(passed=1)


def test_a_golden_that_differs_is_rewritten_with_the_difference_shown(run, project, expecting):
    """Without the option it fails and stays; with it, what differed is told."""
    expecting("same_as: greeting.json")
    golden(project).write_text(json.dumps({"reply": {"text": "Good day", "words": 2}}))

    failed = run("scenarios/greet.yaml")
    before = golden(project).read_text()
    updated = run("scenarios/greet.yaml", UPDATE)

    failed.assert_outcomes(failed=1)
    assert "Good day" in before
    updated.assert_outcomes(passed=1)
    updated.stdout.fnmatch_lines(
        [
            "rewritten scenarios/greeting.json *",
            "  ~ $.reply.text is 'You said: Hello there', expected 'Good day'",
        ]
    )
    assert "Good day" not in golden(project).read_text()


def test_nothing_is_written_where_nothing_differs(run, project, expecting):
    """The summary says so, and the file keeps its bytes."""
    expecting("same_as: {file: greeting.json, path: $.reply.text}")
    golden(project).write_text('  "You said: Hello there"')

    result = run("scenarios/greet.yaml", UPDATE)

    result.stdout.fnmatch_lines(["no golden file was written"])
    assert golden(project).read_text() == '  "You said: Hello there"'


def test_an_ignored_path_that_leads_to_nothing_is_noted(run, project):
    """The closing lines tell of it, though the payload is the one in the golden."""
    file = project / "scenarios/greet.yaml"
    same = "same_as: {file: greet.json, path: $.reply, ignore: $.txt}"
    file.write_text(file.read_text().replace("schema: short-answer", same))
    run("scenarios/greet.yaml", UPDATE)

    result = run("scenarios/greet.yaml")

    result.assert_outcomes(passed=1)
    told = "'same_as' ignores $.txt, which matches nothing in the payload or in the golden file"
    assert f"note: greet: turn 1: {told}; did you mean 'text'?" in result.outlines


@pytest.mark.parametrize("mode", ["record", "refresh", "live", "drift"])
def test_goldens_are_written_from_recordings_only(run, mode):
    """In every mode that talks to a server, the option is refused before anything is asked."""
    result = run("scenarios/greet.yaml", UPDATE, f"--harness-mode={mode}")

    assert result.ret == 4
    result.stderr.fnmatch_lines(
        [f"*--harness-update: it has no effect in mode '{mode}'; it is for replay;*"]
    )


def rows_with_one_golden(project):
    file = project / "scenarios/shop/colours.yaml"
    text = file.read_text().replace("{ends_with: '${colour}'}", "{same_as: colour.json}")
    file.write_text(text)
    return file


def test_two_rows_with_different_answers_do_not_overwrite_one_another(run, project):
    """The second is an error that names both, and the golden is that of the first."""
    rows_with_one_golden(project)

    result = run("scenarios/shop/colours.yaml", UPDATE)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*colours?echo?, turn 1 and colours?echo?, turn 1*"])
    assert "red" in golden(project, "shop/colour.json").read_text()


def test_a_golden_named_after_its_row_is_one_for_each(run, project):
    """Variables are filled in before the file is looked for."""
    file = rows_with_one_golden(project)
    file.write_text(file.read_text().replace("colour.json", "'colour-${colour}.json'"))

    run("scenarios/shop/colours.yaml", UPDATE).assert_outcomes(passed=2)

    for colour in ("red", "blue"):
        assert colour in golden(project, f"shop/colour-{colour}.json").read_text()


def test_several_processes_share_what_was_settled(project):
    """With xdist, different answers for one golden are an error, and the summary tells once."""
    rows_with_one_golden(project)
    command = [sys.executable, "-m", "pytest", "-n2", "-p", "no:cacheprovider", UPDATE]

    found = subprocess.run(
        [*command, "scenarios/shop/colours.yaml"],
        cwd=project,
        check=False,
        capture_output=True,
        text=True,
    )

    assert "1 passed, 1 error" in found.stdout
    assert found.stdout.count("created scenarios/shop/colour.json") == 1
    assert "golden-conflict" in found.stdout


def test_harness_run_passes_the_option_on(project, monkeypatch):
    """`harness run --update` is the command that the error names."""
    monkeypatch.chdir(project)
    given = []
    monkeypatch.setattr(
        "harness.cli.commands.run.run_pytest", lambda words: given.extend(words) or 0
    )

    result = CliRunner().invoke(app, ["run", "scenarios/greet.yaml", "--update"])

    assert result.exit_code == 0, result.output
    assert UPDATE in given


def test_a_python_test_compares_with_goldens_too(run, project):
    """`reply.expect(same_as=…)` looks beside the test file."""
    (project / "test_chat.py").write_text(
        "def test_greeting(conversation):\n"
        "    conversation().say('Hello there').expect(same_as='greeting.json')\n"
    )
    cassettes = project / "cassettes/echo"
    (cassettes / "test_chat-test_greeting.yaml").write_bytes(
        (cassettes / "greet.yaml").read_bytes()
    )

    result = run("test_chat.py", UPDATE)

    result.assert_outcomes(passed=1)
    assert (project / "greeting.json").is_file()
