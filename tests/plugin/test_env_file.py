from __future__ import annotations

import os
import subprocess

from tests.plugin.echo_bot import API_KEY
from tests.plugin.project import scenario_text

LIVE = "--harness-mode=live"


def write_env(project, echo, monkeypatch, *more):
    """The address and the key of the bot in `.env`, and not in the environment."""
    for name in ("ECHO_URL", "ECHO_API_KEY"):
        monkeypatch.delenv(name)
    lines = (f"ECHO_URL={echo.url}", f"ECHO_API_KEY='{API_KEY}'", *more)
    (project / ".env").write_text("\n".join((*lines, "")))


def test_pytest_reads_the_file(run, project, echo, monkeypatch):
    """Plain pytest plays live with the variables of the file, and `os.environ` has none of them."""
    write_env(project, echo, monkeypatch)

    run(LIVE, "scenarios/greet.yaml").assert_outcomes(passed=1)

    assert "ECHO_API_KEY" not in os.environ


def test_the_environment_wins(run, project, echo, monkeypatch):
    """A variable that is set in the environment is used, not that of the file."""
    write_env(project, echo, monkeypatch)
    monkeypatch.setenv("ECHO_API_KEY", "wrong-key")

    result = run(LIVE, "scenarios/greet.yaml")

    result.assert_outcomes(errors=1)
    result.stdout.no_fnmatch_line("*wrong-key*")


def test_workers_read_the_file(pytester, run, project, echo, monkeypatch):
    """The workers of pytest-xdist use the variables of the file, too."""
    write_env(project, echo, monkeypatch)

    pytester.runpytest_subprocess("-p", "no:randomly", "-n2", LIVE).assert_outcomes(passed=4)


def test_a_secret_of_the_file_is_redacted(run, project, echo, monkeypatch):
    """A bot repeats a key of the file, and the recording does not contain it."""
    write_env(project, echo, monkeypatch)
    (project / "scenarios/leak.yaml").write_text(scenario_text("leak", says=f"It is {API_KEY}"))

    run("--harness-mode=record", "scenarios/leak.yaml").assert_outcomes(passed=1)

    recording = (project / "cassettes/echo/leak.yaml").read_text()
    assert API_KEY not in recording
    assert "<redacted:api_key>" in recording


def test_a_broken_line_is_an_error_with_its_place(run, project):
    """Nothing is played if the file has a line that is not a variable, in a replay either."""
    (project / ".env").write_text("ECHO_URL=http://127.0.0.1:9\nECHO_API_KEY abc\n")

    result = run()

    assert result.ret == 4
    result.stderr.fnmatch_lines(["*.env:2:1: this line is not a variable*[[]wrong-variable]*"])


def test_a_tracked_file_is_noted_once(pytester, project, echo, monkeypatch):
    """The closing lines have a note if git tracks the file, one for all workers."""
    write_env(project, echo, monkeypatch)
    for words in (["init"], ["add", ".env"]):
        subprocess.run(["git", *words], cwd=project, check=True, capture_output=True)

    result = pytester.runpytest_subprocess("-p", "no:randomly", "-n2")

    result.assert_outcomes(passed=4)
    assert sum("[tracked-secrets]" in line for line in result.outlines) == 1


def test_variables_without_effect_are_noted(run, project, echo, monkeypatch):
    """A mode in the file, and a misspelt variable, have no effect, which the closing lines say."""
    write_env(project, echo, monkeypatch, "HARNESS_MODE=live", "HARNESS_HISTROY=none")

    result = run()

    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(
        [
            "note: HARNESS_HISTROY: *did you mean 'HARNESS_HISTORY'?*",
            "note: .env: HARNESS_MODE is not read from this file;*",
        ]
    )
    assert echo.requests == []


def test_the_history_of_the_file_is_used(run, project, echo, monkeypatch):
    """HARNESS_HISTORY of the file says where the history is stored."""
    write_env(project, echo, monkeypatch, "HARNESS_HISTORY=runs.sqlite")

    run("--harness-reports=reports").assert_outcomes(passed=4)

    assert (project / "runs.sqlite").is_file()
