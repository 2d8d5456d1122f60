from __future__ import annotations

import json

import pytest
from vcr.serialize import deserialize
from vcr.serializers import yamlserializer

from harness.conversation import Outcome
from harness.core.errors import TransportError
from harness.play.runner import Runner
from harness.project.plan import Mode
from harness.transport.cassette import read_cassette
from harness.transport.cassette.cassette_reading import parse_cassette
from harness.transport.journal import Journal

GREET = "cassettes/echo/greet.yaml"
TRIP = "cassettes/echo/trip.yaml"
REASON = "http://127.0.0.1:1 closed the connection in the middle of its answer; 9 bytes had come"
BREAK = {"code": "connection-broken", "reason": REASON, "details": ["attempt 1: 503; waited 1 s"]}


@pytest.fixture
def broken(here):
    """Leave the journal of a run whose so-manieth interaction the network broke."""

    def leave(name, count):
        path = here.folder / name
        cassette = parse_cassette(path.read_bytes(), name)
        journal = Journal(path, cassette.head.recorded_at)
        journal.write_head(cassette.head)
        *rows, last = cassette.interactions.plain[:count]
        for row in rows:
            journal.add(row)
        journal.add({**last, "body": last["body"][:9], "broken": BREAK}, REASON)
        journal.close()
        return path.with_name(f".{path.name}.journal")

    return leave


def test_a_break_is_taken_up_only_where_that_is_asked_for(here, broken):
    """Else the journal stays, the recording too, and the message names the command."""
    journal = broken(TRIP, 3)
    before = (here.folder / TRIP).read_bytes()

    result = here.call("recover")

    assert result.exit_code == 1
    assert result.output.endswith(
        f'cassettes/echo/.trip.yaml.journal: turn 2 "place" and turn 3 are missing; an answer '
        f"was interrupted: {REASON}; harness run --mode refresh scenarios/trip.yaml, "
        "harness cassettes "
        "recover --broken cassettes/echo/.trip.yaml.journal, or harness cassettes recover "
        "--discard cassettes/echo/.trip.yaml.journal [journal-incomplete]\n"
    )
    assert journal.exists()
    assert (here.folder / TRIP).read_bytes() == before


def test_a_break_that_was_taken_up_breaks_again(here, broken, bot):
    """The recording holds the conversation up to the break, and its replay raises the same."""
    journal = broken(GREET, 2)
    project, play = here.runner(bot)

    result = here.call("recover", "--broken")
    replayed = Runner(project, Mode.REPLAY).run(play)
    kept = Runner(project, Mode.RECORD).run(play)

    assert result.exit_code == 0
    assert result.output.endswith(f"\n{GREET}: written\n")
    assert not journal.exists()
    for one in (replayed, kept):
        assert one.outcome is Outcome.BROKEN
        assert isinstance(one.error, TransportError)
        assert (one.error.code, one.error.message) == ("connection-broken", REASON)
        assert one.error.details == tuple(BREAK["details"])
        assert one.notes == (
            (
                "the recording ends there with a failure; --mode refresh records the "
                "conversation again"
            ),
        )


def test_what_breaks_is_an_ordinary_recording(here, broken):
    """`check` finds nothing wrong with it, `show` prints it, and stock vcrpy loads it."""
    broken(GREET, 2)
    here.call("recover", "--broken")
    here.edit("scenarios/greet.yaml", "title: The bot", "title: This bot")
    text = (here.folder / GREET).read_text()

    checked = here.call("check", GREET)
    shown = here.call("show", GREET)
    requests, answers = deserialize(text, yamlserializer)
    last = read_cassette(here.folder / GREET).interactions[-1]

    assert checked.output.startswith("1 cassette, 0 findings\n")
    assert REASON in " ".join(shown.output.split())
    assert len(requests) == 2
    assert answers[-1]["body"]["string"] == last.response.body == b'{"reply":'
    assert last.broken.code == "connection-broken"


def test_what_breaks_is_compared_with_a_live_conversation(here, broken, bot):
    """Where the server answers again, the turn that broke has drifted in its state."""
    broken(GREET, 2)
    here.call("recover", "--broken")
    project, play = here.runner(bot)

    result = Runner(project, Mode.DRIFT).run(play)

    drift = result.compared[0].drift
    assert [kind.value for kind in drift.kinds] == ["state"]
    assert drift.lines == ("recorded no reply (connection-broken), now a reply",)


def test_a_refresh_replaces_what_breaks(here, broken, bot):
    """A conversation that is whole takes the place of one that breaks off."""
    broken(GREET, 2)
    here.call("recover", "--broken")
    project, play = here.runner(bot)

    result = Runner(project, Mode.REFRESH).run(play)

    assert result.outcome is Outcome.PASSED
    assert "broken" not in (here.folder / GREET).read_text()


def test_a_break_without_a_reason_is_damaged(here, broken):
    """A key that a hand has emptied is named, and no break without a reason is replayed."""
    broken(GREET, 2)
    here.call("recover", "--broken")
    text = (here.folder / GREET).read_text()
    start = text.index("broken: {")
    end = text.index("}", start) + 1
    (here.folder / GREET).write_text(f"{text[:start]}broken: {{code: x}}{text[end:]}")

    result = here.call("check", GREET)

    assert "interaction 2 of 2 lacks 'reason'" in result.output
    assert "[cassette-damaged]" in result.output


def test_the_older_form_of_a_journal_is_read(here):
    """A journal that tells a break only in words is still told as incomplete."""
    journal = here.journal(GREET, 1, broken="the connection was closed")
    lines = [json.loads(line) for line in journal.read_text().splitlines()]

    result = here.call("recover", "--broken")

    assert "broken" not in lines[-1]["row"]
    assert "an answer was interrupted: the connection was closed" in result.output
    assert result.exit_code == 1
