from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.core.errors import HarnessError
from harness.transport.cassette import Cassette, dump_cassette
from harness.transport.cassette.cassette_reading import parse_cassette
from tests.first_format import in_first_format

ROOT = Path(__file__).resolve().parents[2]


def test_a_project_in_order_has_no_findings(here):
    """Where every play has its recording and nothing was edited, the status is 0."""
    result = here.call("check")

    assert (result.exit_code, result.output) == (0, "5 cassettes, 0 findings\n")


def test_a_missing_recording_is_told(here):
    """A play without a cassette is named, with the command that records it."""
    (here.folder / "cassettes/echo/colours--blue.yaml").unlink()

    result = here.call("check")

    assert result.exit_code == 1
    assert result.output == (
        "cassettes/echo/colours--blue.yaml: there is no recording; "
        "harness run --mode record scenarios/shop/colours.yaml [cassette-missing]\n"
        "4 cassettes, 1 finding: 1 cassette-missing\n"
    )


def test_recordings_that_nothing_plays_are_told(here):
    """A scenario that is gone, a row that is gone and a take too many leave orphans."""
    cassettes = here.folder / "cassettes/echo"
    (here.folder / "scenarios/shop/only-echo.yaml").unlink()
    here.edit("scenarios/shop/colours.yaml", "[red, blue]", "[red]")
    shutil.copy(cassettes / "greet.yaml", cassettes / "greet.take-02.yaml")

    result = here.call("check")

    assert result.exit_code == 1
    assert result.output == (
        "cassettes/echo/colours--blue.yaml: no scenario plays this recording; "
        "harness cassettes prune cassettes/echo/colours--blue.yaml [cassette-orphaned]\n"
        "cassettes/echo/greet.take-02.yaml: no scenario plays this recording; "
        "harness cassettes prune cassettes/echo/greet.take-02.yaml [cassette-orphaned]\n"
        "cassettes/echo/only-echo.yaml: no scenario plays this recording; "
        "harness cassettes prune cassettes/echo/only-echo.yaml [cassette-orphaned]\n"
        "6 cassettes, 3 findings: 3 cassette-orphaned\n"
        "1 recorded before an edit of the scenario or definition, and still correct\n"
    )


def test_a_provider_that_only_the_command_line_names_has_no_orphans(here):
    """A scenario that names no provider may be recorded with any; its command names it."""
    shutil.copytree(here.folder / "cassettes/echo", here.folder / "cassettes/parrot")
    (here.folder / "cassettes/parrot/only-echo.yaml").unlink()
    here.edit("scenarios/greet.yaml", "user: Hello there", "user: Good day")

    result = here.call("check", "cassettes/parrot")

    assert result.output == (
        "cassettes/parrot/greet.yaml: the user's message in turn 1 changed since it was recorded; "
        "harness run --mode record --provider parrot scenarios/greet.yaml [cassette-stale]\n"
        "4 cassettes, 1 finding: 1 cassette-stale\n"
    )


def test_a_changed_message_names_its_turns(here):
    """Turns are compared one by one; one that says a new `uuid()` says the recorded one."""
    here.edit("scenarios/trip.yaml", "user: I go to Oslo", "user: I go to Rome")

    result = here.call("check", "scenarios/trip.yaml")

    assert result.exit_code == 1
    assert result.output == (
        'cassettes/echo/trip.yaml: the user\'s message in turn 2 "place" changed since it was '
        "recorded; harness run --mode record scenarios/trip.yaml [cassette-stale]\n"
        "1 cassette, 1 finding: 1 cassette-stale\n"
    )


def test_every_changed_turn_is_named(here):
    """Not only the first one, which is all that a replay can tell."""
    here.edit("scenarios/trip.yaml", "I go to Oslo", "I go to Rome")
    here.edit("scenarios/trip.yaml", "That was ${words} words", "Good bye")

    result = here.call("check", "scenarios/trip.yaml")

    assert 'in turn 2 "place" and turn 3 changed since' in result.output


def test_a_changed_message_with_a_capture_is_told(here):
    """What a turn says with a capture is told by holding the conversation from the cassette."""
    here.edit("scenarios/trip.yaml", "That was ${words} words", "These were ${words} words")

    result = here.call("check", "scenarios/trip.yaml")

    assert result.output == (
        "cassettes/echo/trip.yaml: it no longer matches: the user's message in turn 3 "
        "differs from the "
        "recording (interaction 4 of 5, turn 3 send.1); "
        "harness run --mode record scenarios/trip.yaml [cassette-stale]\n"
        "1 cassette, 1 finding: 1 cassette-stale\n"
    )


def test_a_turn_more_is_told(here):
    """A turn that was added is named as one that was not recorded."""
    with (here.folder / "scenarios/trip.yaml").open("a") as file:
        file.write("  - user: Good bye\n    expect: {contains: bye}\n")

    result = here.call("check", "scenarios/trip.yaml")

    assert re.fullmatch(
        r"cassettes/echo/trip\.yaml: it no longer matches: turn 4, step send\.1 was not recorded: "
        r"POST /sessions/session-\d+/messages; "
        r"harness run --mode record scenarios/trip\.yaml \[cassette-stale\]\n"
        r"1 cassette, 1 finding: 1 cassette-stale\n",
        result.output,
    )


def test_a_turn_fewer_leaves_interactions_unused(here):
    """What is recorded and no longer asked for is counted, with its turn."""
    text = (here.folder / "scenarios/trip.yaml").read_text()
    (here.folder / "scenarios/trip.yaml").write_text(text.partition("  - user: That")[0])

    result = here.call("check", "scenarios/trip.yaml")

    assert result.output == (
        "cassettes/echo/trip.yaml: 1 recorded interaction not used, of turn 3; "
        "harness run --mode refresh scenarios/trip.yaml [cassette-unused]\n"
        "1 cassette, 1 finding: 1 cassette-unused\n"
    )


def test_an_edited_check_leaves_the_recording_right(here):
    """Where the same would be sent, an edit is counted and is no finding."""
    here.edit("scenarios/greet.yaml", "contains: Hello there", "contains: Hello")

    result = here.call("check")

    assert result.exit_code == 0
    assert result.output == (
        "5 cassettes, 0 findings\n"
        "1 recorded before an edit of the scenario or definition, and still correct\n"
    )


def test_a_definition_that_sends_something_else_is_told(here):
    """A body that changed is stale, although a replay, which compares no bodies, would pass."""
    here.edit(
        "definitions/echo/provider.yaml",
        "json: {text: '${message.text}'}",
        "json: {text: '${message.text}', language: en}",
    )

    result = here.call("check", "scenarios/greet.yaml")

    assert result.exit_code == 1
    assert result.output == (
        "cassettes/echo/greet.yaml: it no longer matches: the request of step send.1 "
        "of turn 1 changed, "
        "at /language: recorded nothing, now 'en'; "
        "harness run --mode refresh scenarios/greet.yaml [cassette-stale]\n"
        "1 cassette, 1 finding: 1 cassette-stale\n"
    )


def test_a_definition_that_only_reads_otherwise_is_right(here):
    """A comment in the definition changes its hash and nothing else."""
    here.edit("definitions/echo/provider.yaml", "definition: echo", "# Repeats.\ndefinition: echo")

    result = here.call("check")

    assert result.exit_code == 0
    assert result.output.endswith(
        "5 recorded before an edit of the scenario or definition, and still correct\n"
    )


def test_old_recordings_are_told_where_an_age_is_given(here):
    """`--max-age` compares the time in the head; without it any age will do."""
    here.rehead("cassettes/echo/greet.yaml", recorded_at="2020-02-03T04:05:06+00:00")

    result = here.call("check", "--max-age", "90d")

    assert here.call("check").exit_code == 0
    assert result.exit_code == 1
    assert re.fullmatch(
        r"cassettes/echo/greet\.yaml: it was recorded 2020-02-03, \d+ days ago; "
        r"harness run --mode refresh scenarios/greet\.yaml \[cassette-old\]\n"
        r"5 cassettes, 1 finding: 1 cassette-old\n",
        result.output,
    )


def test_an_age_without_a_unit_is_wrong_use(here):
    """Ages have units, as durations do."""
    result = here.call("check", "--max-age", "90")

    assert result.exit_code == 2
    assert "'90' is not an age such as 90d, 12w or 36h" in result.output


def test_a_recording_of_another_tool_is_told(here):
    """A cassette without our head is foreign, whether or not a scenario plays it."""
    file = here.folder / "cassettes/echo/greet.yaml"
    text = dump_cassette(Cassette(interactions=parse_cassette(file.read_bytes()).interactions))
    plain = re.sub(r"- harness: .*\n  request:", "- request:", text)
    file.write_text(plain)
    (here.folder / "cassettes/others.yaml").write_text(plain)

    result = here.call("check")

    what = "another tool recorded this: it has no turns and no times"
    assert result.output == (
        f"cassettes/echo/greet.yaml: {what}; "
        "harness run --mode refresh scenarios/greet.yaml [cassette-foreign]\n"
        f"cassettes/others.yaml: {what}; keep it in another folder [cassette-foreign]\n"
        "6 cassettes, 2 findings: 2 cassette-foreign\n"
    )


def test_a_damaged_recording_is_told(here):
    """A cassette that is cut is neither missing nor an orphan."""
    file = here.folder / "cassettes/echo/greet.yaml"
    file.write_bytes(file.read_bytes()[:-20])

    result = here.call("check", "cassettes/echo/greet.yaml")

    assert result.output == (
        "cassettes/echo/greet.yaml: the recording is cut inside interaction 3 of 3; "
        "harness run --mode refresh scenarios/greet.yaml [cassette-cut]\n"
        "1 cassette, 1 finding: 1 cassette-cut\n"
    )


def test_what_killed_runs_left_is_told(here):
    """Journals, older journals and unfinished files are named with what takes them away."""
    for name in (".greet.yaml.journal", ".trip.yaml.journal.old", ".trip.yaml.1-ab.tmp"):
        (here.folder / "cassettes/echo" / name).touch()

    result = here.call("check")

    assert result.output == (
        "cassettes/echo/.greet.yaml.journal: an interrupted run left this; "
        "harness cassettes recover --discard cassettes/echo/.greet.yaml.journal "
        "[cassette-leftover]\n"
        "cassettes/echo/.trip.yaml.1-ab.tmp: a killed run left this; "
        "harness cassettes prune cassettes/echo/.trip.yaml.1-ab.tmp [cassette-leftover]\n"
        "cassettes/echo/.trip.yaml.journal.old: an interrupted run left this; "
        "harness cassettes recover --discard cassettes/echo/.trip.yaml.journal.old "
        "[cassette-leftover]\n"
        "5 cassettes, 3 findings: 3 cassette-leftover\n"
    )


def test_recordings_of_python_tests_are_no_orphans(here):
    """They have no scenario file, so they are counted and left alone."""
    here.rehead("cassettes/echo/greet.yaml", scenario_hash="")
    (here.folder / "scenarios/greet.yaml").unlink()

    result = here.call("check")

    assert (result.exit_code, result.output) == (
        0,
        "5 cassettes, 0 findings\n1 of Python tests, whose turns are not compared\n",
    )


def test_a_wrong_scenario_file_makes_no_orphans(here):
    """What a file plays that cannot be read is not known; its problem is told instead."""
    here.edit("scenarios/greet.yaml", "turns:", "truns:")

    result = here.call("check")

    assert result.exit_code == 1
    assert "[unknown-key]" in result.output
    assert "orphaned" not in result.output


def test_a_path_that_leads_nowhere_is_an_error(here):
    """A misspelt path is no clean bill of health."""
    result = here.call("check", "scenarios/nowhere.yaml")

    assert isinstance(result.exception, HarnessError)
    assert str(result.exception) == "scenarios/nowhere.yaml: there is no such file [no-such-file]"


@pytest.fixture
def examples(tmp_path, monkeypatch):
    """A copy of the part of the example suite whose definition prepares something."""
    for name in ("scenarios", "cassettes"):
        shutil.copytree(ROOT / name / "mister-turing", tmp_path / name / "mister-turing")
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    shutil.copytree(ROOT / "cassettes/mister-turing-raw", tmp_path / "cassettes/mister-turing-raw")
    shutil.copy(ROOT / "harness.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_missing_preparation_is_told(examples):
    """What comes once before the conversations is missed where they ask for it."""
    (examples / "cassettes/mister-turing/prepare.yaml").unlink()

    result = CliRunner().invoke(app, ["cassettes", "check"])

    assert result.exit_code == 1
    assert "cassettes/mister-turing/prepare.yaml: there is no recording; harness run" in (
        result.output
    )
    assert "1 finding: 1 cassette-missing" in result.output


def test_a_preparation_that_nothing_needs_is_an_orphan(examples):
    """With the last scenario without credentials goes the need for its preparation."""
    (examples / "scenarios/mister-turing/without-key.yaml").unlink()

    result = CliRunner().invoke(app, ["cassettes", "check"])

    assert "cassettes/mister-turing/prepare--none.yaml: no scenario plays this" in result.output


def test_the_example_suite_is_in_order(monkeypatch):
    """Every example is recorded as it is played today, and no recording is left over."""
    monkeypatch.chdir(ROOT)

    result = CliRunner().invoke(app, ["cassettes", "check", "cassettes", "scenarios"])

    assert result.exit_code == 0, result.output


def test_a6_recordings_of_format_1_are_listed(here):
    """They work, so they are no finding; what makes them anew is named."""
    file = here.folder / "cassettes/echo/greet.yaml"
    file.write_text(in_first_format(parse_cassette(file.read_bytes(), "x")))

    result = here.call("check")

    assert (result.exit_code, result.output) == (
        0,
        (
            "5 cassettes, 0 findings\n"
            "1 in format 1, whose checksum does not cover the head: cassettes/echo/greet.yaml; "
            "record them again with --mode refresh\n"
        ),
    )


def test_a3_a_line_of_the_assistant_is_compared(here):
    """What goes with a message is compared as what the user says is."""
    file = here.folder / "scenarios/greet.yaml"
    file.write_text(file.read_text().replace("  - user:", "  - assistant: Welcome\n  - user:", 1))

    result = here.call("check", "scenarios/greet.yaml")

    assert result.exit_code == 1
    assert "the user's message in turn 1 changed since it was recorded" in result.output
