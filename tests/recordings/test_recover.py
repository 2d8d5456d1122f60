from __future__ import annotations

import re

import pytest

from harness.conversation import UserMessage
from harness.play.context_factory import ContextFactory
from harness.play.runner import Runner
from harness.project.loading import load_scenario
from harness.project.plan import Mode
from harness.providers.session import Session
from harness.transport.cassette import read_cassette
from harness.transport.journal import Journal, journal_path
from tests.plugin.echo_bot import API_KEY

GREET = "cassettes/echo/greet.yaml"
TRIP = "cassettes/echo/trip.yaml"


def test_a_whole_journal_becomes_its_cassette(here):
    """What was heard to the end is written, byte for byte as the run would have done."""
    file = here.folder / TRIP
    journal = here.journal(TRIP, 5)
    written = file.read_bytes()
    file.unlink()

    result = here.call("recover")

    assert result.exit_code == 0
    assert result.output.endswith(f"\n{TRIP}: written\n")
    assert "  assistant   You said: I go to Oslo\n" in result.output
    assert file.read_bytes() == written
    assert not journal.exists()


@pytest.mark.parametrize(
    ("heard", "missing"),
    [
        (1, 'turn 1, turn 2 "place" and turn 3 are missing'),
        (2, 'turn 2 "place" and turn 3 are missing'),
        (3, "turn 3 is missing"),
        (4, "the closing is missing"),
    ],
    ids=["opened", "turn-1", "turn-2", "turn-3"],
)
def test_a_journal_that_is_not_whole_stays(here, heard, missing):
    """The turns that are missing are named; neither journal nor cassette is touched."""
    journal = here.journal(TRIP, heard)
    (here.folder / TRIP).unlink()

    result = here.call("recover", TRIP)

    assert result.exit_code == 1
    assert result.output.endswith(
        f"cassettes/echo/.trip.yaml.journal: {missing}; harness run --mode record "
        "scenarios/trip.yaml, or harness cassettes recover --discard "
        "cassettes/echo/.trip.yaml.journal [journal-incomplete]\n"
    )
    assert journal.exists()
    assert not (here.folder / TRIP).exists()


def test_a_broken_interaction_is_not_taken_up(here):
    """An answer that broke off is told with its reason."""
    here.journal(TRIP, 3, broken="the connection was closed")

    result = here.call("recover")

    sentence = "turn 3 is missing; an answer was interrupted: the connection was closed; "
    assert sentence in result.output
    assert result.exit_code == 1


def test_a_journal_of_another_conversation_is_not_taken_up(here):
    """Where the scenario was edited since, its recording would be stale."""
    here.journal(GREET, 3)
    here.edit("scenarios/greet.yaml", "user: Hello there", "user: Good day")

    result = here.call("recover")

    sentence = "it does not match: the user's message in turn 1 differs from the recording"
    assert sentence in result.output
    assert "[journal-stale]" in result.output


def test_a_later_recording_is_not_replaced(here):
    """A journal that is older than the cassette has nothing to give."""
    here.journal(GREET, 3, recorded_at="2020-01-01")
    before = (here.folder / GREET).read_bytes()

    result = here.call("recover")

    assert re.search(
        rf"\.journal: {GREET} was recorded later, 20\S+ \S+ UTC; "
        r"harness cassettes recover --discard cassettes/echo/\.greet\.yaml\.journal "
        r"\[journal-outdated\]\n$",
        result.output,
    )
    assert (here.folder / GREET).read_bytes() == before


def test_a_journal_without_a_scenario_stays(here):
    """What nothing plays cannot be told to be whole."""
    here.journal(GREET, 3)
    (here.folder / "scenarios/greet.yaml").unlink()

    result = here.call("recover")

    assert ".journal: no scenario plays this recording; " in result.output
    assert result.output.endswith("[journal-unplayed]\n")


def test_a_journal_is_removed_where_it_is_asked_for(here):
    """`--discard` removes journals, older ones too, and leaves cassettes alone."""
    journal = here.journal(GREET, 1)
    older = journal.rename(f"{journal}.old")

    result = here.call("recover", "--discard")

    assert result.output == "cassettes/echo/.greet.yaml.journal.old: removed\n"
    assert not older.exists()
    assert (here.folder / GREET).exists()


def test_an_empty_journal_stays(here):
    """A journal of which not even the beginning was written says nothing."""
    (here.folder / "cassettes/echo/.greet.yaml.journal").touch()

    result = here.call("recover")

    assert result.exit_code == 1
    assert result.output == (
        "cassettes/echo/.greet.yaml.journal: the journal does not say what was recorded; "
        "harness cassettes "
        "recover --discard cassettes/echo/.greet.yaml.journal [journal-unplayed]\n"
    )


def test_a_journal_without_an_answer_stays(here):
    """A run that was killed before the first answer left nothing to recover."""
    file = here.folder / TRIP
    head = read_cassette(file).head
    journal = Journal(file, head.recorded_at)
    journal.write_head(head)
    path = journal_path(file)
    content = path.read_bytes()
    journal.close()
    path.write_bytes(content)
    file.unlink()

    result = here.call("recover")

    assert result.exit_code == 1
    assert (
        '.trip.yaml.journal: turn 1, turn 2 "place" and turn 3 are missing; harness run --mode'
        " record scenarios/trip.yaml, or harness cassettes recover --discard" in result.output
    )


def test_without_a_journal_there_is_nothing_to_do(here):
    """The status is 0."""
    result = here.call("recover")

    assert (result.exit_code, result.output) == (0, "there is no journal\n")


def test_a_journal_that_holds_a_secret_is_not_taken_up(here, monkeypatch):
    """The scan that guards every recording guards this one."""
    here.journal(GREET, 3)
    monkeypatch.setenv("ECHO_API_KEY", "Hello there")

    result = here.call("recover")

    assert "would contain the secret 'echo.api_key'" in result.output
    assert result.exit_code == 1


def test_what_a_real_recording_left_can_be_taken_up(here, bot):
    """A run that ends without finishing leaves a journal that says all a cassette needs."""
    project, play = here.runner(bot)
    (here.folder / GREET).unlink()
    scenario = load_scenario(project, play.file)
    context = ContextFactory(project).live(scenario, play, is_recorded=True)
    session = Session(context.provider, context.transport, seed=context.seed)
    session.say(UserMessage(text="Hello there"), 1)
    session.close()
    context.transport.close()

    result = here.call("recover")
    checked = here.call("check")

    assert result.output.endswith(f"\n{GREET}: written\n")
    assert API_KEY not in (here.folder / GREET).read_text()
    assert checked.output == "5 cassettes, 0 findings\n"


def test_a_journal_that_is_being_written_is_left_alone(here, bot):
    """What another run is recording is neither told, taken up nor removed."""
    project, play = here.runner(bot)
    scenario = load_scenario(project, play.file)
    context = ContextFactory(project).live(scenario, play, is_recorded=True)
    session = Session(context.provider, context.transport, seed=context.seed)
    session.say(UserMessage(text="Hello there"), 1)

    told = here.call("check")
    removed = here.call("recover", "--discard")
    session.close()
    context.recorder.transport.discard()
    context.transport.close()

    assert told.output == "5 cassettes, 0 findings\n"
    assert removed.output == "there is no journal\n"


RECORDED = r'"recorded_at": "[^"]+"'
LEFT = {
    "whole-without-a-cassette": (3, "", False),
    "half-without-a-cassette": (1, "", False),
    "whole-beside-a-later-cassette": (3, "2020-01-01T00:00:00+00:00", True),
    "half-beside-a-later-cassette": (1, "2020-01-01T00:00:00+00:00", True),
    "half-beside-an-older-cassette": (1, "2099-01-01T00:00:00+00:00", True),
    "whole-beside-an-older-cassette": (3, "2099-01-01T00:00:00+00:00", True),
    "nothing-heard": (0, "", True),
}


@pytest.mark.parametrize("is_old", [False, True], ids=["journal", "older-journal"])
@pytest.mark.parametrize("case", LEFT)
def test_d14_what_check_advises_mends_it(here, bot, case, is_old):
    """Whatever a run left, the first command that `check` names takes it away."""
    heard, moment, has_cassette = LEFT[case]
    journal = here.folder / "cassettes/echo/.greet.yaml.journal"
    if heard:
        here.journal(GREET, heard)
    else:
        journal.touch()
    if moment:
        text = journal.read_text()
        journal.write_text(re.sub(RECORDED, f'"recorded_at": "{moment}"', text, count=1))
    if is_old:
        journal.rename(f"{journal}.old")
    if not has_cassette:
        (here.folder / GREET).unlink()
    told = here.call("check").output
    (line,) = [one for one in told.split("\n") if one.endswith("[cassette-leftover]")]

    command = line.partition("; harness ")[2].partition(" [")[0].partition(", or ")[0].split()
    if command[0] == "cassettes":
        here.call(*command[1:])
    else:
        project, play = here.runner(bot)
        Runner(project, Mode(command[2])).run(play)

    assert "cassette-leftover" not in here.call("check").output
    assert (here.folder / GREET).exists()


FLIPPED = {
    "body": ("I go to Oslo", "I go to Osla"),
    "status": ('"status": 200', '"status": 201'),
    "head": ('"scenario": "trip"', '"scenario": "trap"'),
    "checksum": ('"sum": "', '"sun": "'),
    "format": ('{"journal": 2', '{"journal": 1'),
}


@pytest.mark.parametrize(("old", "new"), FLIPPED.values(), ids=FLIPPED)
def test_a_changed_line_of_a_journal_is_noticed(old, new, here):
    """One character is another: nothing is made of the journal, and the line is named."""
    journal = here.journal(TRIP, 5)
    (here.folder / TRIP).unlink()
    first, found, rest = journal.read_text().partition(old)
    assert found
    journal.write_text(first + new + rest)
    line = first.count("\n") + 1

    result = here.call("recover")

    assert result.exit_code == 1
    assert result.output.endswith(
        f"cassettes/echo/.trip.yaml.journal: line {line} was changed, so the journal is not "
        "used; harness run --mode record scenarios/trip.yaml, or harness cassettes"
        " recover --discard cassettes/echo/.trip.yaml.journal [journal-damaged]\n"
    )
    assert journal.exists()
    assert not (here.folder / TRIP).exists()


def test_a_missing_line_of_a_journal_is_noticed(here):
    """The checksum of a line is over that of the line before, too."""
    journal = here.journal(TRIP, 5)
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join((*lines[:3], *lines[4:])))

    result = here.call("recover")

    assert "line 4 was changed" in result.output
    assert "[journal-damaged]" in result.output


def test_a_journal_without_checksums_is_read_as_before(here):
    """One that an earlier version left becomes its cassette."""
    journal = here.journal(TRIP, 5)
    written = (here.folder / TRIP).read_bytes()
    (here.folder / TRIP).unlink()
    text = re.sub(r', "sum": "[0-9a-f]{16}"', "", journal.read_text())
    journal.write_text(text.replace('{"journal": 2', '{"journal": 1'))

    result = here.call("recover")

    assert result.exit_code == 0
    assert (here.folder / TRIP).read_bytes() == written
    assert not journal.exists()
