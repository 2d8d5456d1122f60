from __future__ import annotations

import pytest

from tests.plugin.project import GREET, scenario_text

GREETING = "cassettes/echo/greet.yaml"
RECORD = "--harness-mode=record"


@pytest.fixture
def cassettes(project):
    """Every file beside the cassettes, by path, as bytes."""

    def read() -> dict[str, bytes]:
        folder = project / "cassettes"
        return {
            str(file.relative_to(project)): file.read_bytes()
            for file in sorted(folder.rglob("*"))
            if file.is_file()
        }

    return read


def test_replay_is_the_default_and_asks_nobody(run, echo, cassettes):
    """Without an option, answers come from the cassettes, which stay as they are."""
    before = cassettes()

    run().assert_outcomes(passed=4)

    assert echo.requests == []
    assert cassettes() == before


def test_the_mode_may_come_from_the_environment(run, echo, monkeypatch):
    """HARNESS_MODE chooses the mode, and --harness-mode wins over it."""
    monkeypatch.setenv("HARNESS_MODE", "live")

    run("scenarios/greet.yaml").assert_outcomes(passed=1)
    run("scenarios/greet.yaml", "--harness-mode=replay").assert_outcomes(passed=1)

    assert len(echo.created) == 1


def test_record_writes_what_is_missing_and_nothing_else(run, echo, project, cassettes):
    """One new conversation is held; whole recordings are played and keep their bytes."""
    before = cassettes()
    (project / "scenarios/new.yaml").write_text(scenario_text("new"))

    run(RECORD).assert_outcomes(passed=5)

    after = cassettes()
    assert set(after) - set(before) == {"cassettes/echo/new.yaml"}
    assert {name: after[name] for name in before} == before
    assert len(echo.created) == 1
    run().assert_outcomes(passed=5)


def test_record_records_anew_what_the_user_says_otherwise(run, echo, project):
    """A changed message makes a recording stale: replay says so, record replaces it."""
    (project / "scenarios/greet.yaml").write_text(GREET.replace("Hello there", "Good day"))
    stale = run("scenarios/greet.yaml")

    run("scenarios/greet.yaml", RECORD).assert_outcomes(passed=1)

    stale.assert_outcomes(errors=1)
    stale.stdout.fnmatch_lines(["*[[]message-changed[]]*"])
    assert len(echo.created) == 1
    assert "Good day" in (project / GREETING).read_text()
    run("scenarios/greet.yaml").assert_outcomes(passed=1)


def test_a_changed_expectation_needs_no_new_recording(run, echo, project, cassettes):
    """What is expected is not part of the recording, so it can be worked on offline."""
    before = cassettes()
    (project / "scenarios/greet.yaml").write_text(GREET.replace("contains", "ends_with"))

    run("scenarios/greet.yaml", RECORD).assert_outcomes(passed=1)

    assert echo.requests == []
    assert cassettes() == before


def test_refresh_records_anew_what_was_whole(run, echo, cassettes):
    """Every conversation is held again and replaces its recording."""
    before = cassettes()

    run("--harness-mode=refresh", "scenarios/greet.yaml").assert_outcomes(passed=1)

    after = cassettes()
    assert len(echo.created) == 1
    assert [name for name in before if after[name] != before[name]] == [GREETING]


def test_live_leaves_recordings_alone(run, echo, project, cassettes):
    """Live asks the server, writes nothing, and needs no recording."""
    before = cassettes()
    (project / "scenarios/new.yaml").write_text(scenario_text("new"))

    run("--harness-mode=live").assert_outcomes(passed=5)

    assert len(echo.created) == 5
    assert cassettes() == before


def test_a_failing_conversation_is_recorded(run, echo, project):
    """A wrong bot is worth a recording: it fails again offline, in the same way."""
    text = scenario_text("wrong").replace("You said", "I said")
    (project / "scenarios/wrong.yaml").write_text(text)

    live = run("scenarios/wrong.yaml", RECORD)
    offline = run("scenarios/wrong.yaml")

    live.assert_outcomes(failed=1)
    offline.assert_outcomes(failed=1)
    offline.stdout.fnmatch_lines(["*does not contain 'I said'*"])
    assert len(echo.created) == 1


def test_a_broken_conversation_is_not_recorded(run, echo, project, cassettes):
    """What could not be read leaves no recording behind, and no half of one."""
    before = cassettes()
    (project / "scenarios/odd.yaml").write_text(scenario_text("odd", says="[[broken]]"))

    run("scenarios/odd.yaml", RECORD).assert_outcomes(errors=1)

    assert cassettes() == before


@pytest.mark.parametrize("mode", ["record", "refresh"])
def test_a_broken_conversation_keeps_the_old_recording(run, echo, project, cassettes, mode):
    """Where recording anew breaks off, the old recording keeps every byte."""
    before = cassettes()
    (project / "scenarios/greet.yaml").write_text(GREET.replace("Hello", "[[broken]] Hello"))

    run("scenarios/greet.yaml", f"--harness-mode={mode}").assert_outcomes(errors=1)

    assert cassettes() == before


@pytest.mark.parametrize("mode", ["replay", "record"])
def test_a_damaged_recording_is_told_and_never_replaced(run, echo, project, mode):
    """A cassette that is cut short is an error in replay and record; nobody is asked anew."""
    file = project / GREETING
    file.write_bytes(file.read_bytes()[:-120])
    damaged = file.read_bytes()

    result = run("scenarios/greet.yaml", f"--harness-mode={mode}")

    result.assert_outcomes(errors=1)
    assert "cassette-missing" not in result.stdout.str()
    assert file.read_bytes() == damaged
    assert echo.requests == []


def test_a_recording_holds_no_secret(recorded):
    """The key that every request carried stands in no cassette."""
    texts = [file.read_text() for file in (recorded / "cassettes").rglob("*.yaml")]

    assert texts
    assert not [text for text in texts if "s3cret" in text]


@pytest.mark.parametrize(
    ("mode", "more"), [("refresh", ()), ("live", ("-n2",))], ids=["one process", "xdist"]
)
def test_a_secret_that_is_too_short_is_noted_once(pytester, project, echo, monkeypatch, mode, more):
    """It is not hidden; the note names the setting, never the value."""
    del echo, project
    monkeypatch.setenv("ECHO_API_KEY", "q7z")
    monkeypatch.setattr("tests.plugin.echo_bot.API_KEY", "q7z")

    result = pytester.runpytest_subprocess(f"--harness-mode={mode}", *more)

    result.assert_outcomes(passed=4)
    notes = [line for line in result.outlines if "secret-too-short" in line]
    assert [line[: line.index(",")] for line in notes] == [
        "note: harness.yaml:5:54: provider echo: the secret 'api_key' has fewer than 4 characters"
    ]
    result.stdout.no_fnmatch_line("*q7z*")


def test_a_secret_that_is_long_enough_is_not_noted(run, echo, monkeypatch):
    """Four characters are hidden."""
    monkeypatch.setenv("ECHO_API_KEY", "q7zv")
    monkeypatch.setattr("tests.plugin.echo_bot.API_KEY", "q7zv")

    result = run("--harness-mode=live")

    result.assert_outcomes(passed=4)
    assert echo.requests
    result.stdout.no_fnmatch_line("*secret-too-short*")


def test_a_live_run_needs_its_environment(run, project):
    """A missing variable breaks a live conversation, and is named with its line."""
    result = run("scenarios/greet.yaml", "--harness-mode=live")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*the environment variable ECHO_URL is not set*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_workers_of_xdist_record_as_one_process_does(pytester, echo, project):
    """With -n 2, items are spread over two processes, recorded once, and counted in one table."""
    for name in ("greet", "only-echo"):
        (project / f"cassettes/echo/{name}.yaml").unlink()

    result = pytester.runpytest_subprocess("-n2", "-v", RECORD)

    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines_random(
        ["*PASSED*scenarios/greet.yaml::greet[[]echo[]]*", "*PASSED*colours[[]echo-blue[]]*"]
    )
    result.stdout.fnmatch_lines(["echo * 4 * 0 * 0 * 6 * 7"])
    assert len(echo.created) == 2
    assert (project / GREETING).is_file()
