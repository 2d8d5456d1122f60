from __future__ import annotations

import json

import pytest

from harness.conversation import Outcome
from harness.formats.parsed_cache import ParsedCache
from harness.project.plan import Mode
from harness.reports.failure import failure_screen
from tests.recordings.desk import serving_desk

STEPS = """\
send:
  - request: {post: /talk, json: {text: '${message.text}'}}
    reply: {text: $.text, actions: $.buttons}
"""
TURNS = """\
  - {user: Hello, expect: {contains: Good day}}
  - {user: {press: Go on}, expect: none}
"""
CAUSE = "there is no button 'Go on'; the last reply has no buttons [no-such-button]"


def desk(visit) -> None:
    """Repeats what it is told, without buttons."""
    text = json.loads(visit.body)["text"]
    if text == "break":
        visit.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\npart")
        visit.connection.close()
        return
    visit.answer(json.dumps({"text": text, "buttons": {}}).encode())


@pytest.fixture
def project(tmp_path):
    """A project with that API, and with a cache."""
    with serving_desk(tmp_path, desk, STEPS) as project:
        project.project.cache = ParsedCache(tmp_path / "cache.sqlite")
        yield project


def test_d4_the_cause_of_broken_stands_first(project):
    """A turn that failed before is told behind it."""
    result = project.play(TURNS, Mode.RECORD)
    first, *_, last = failure_screen(result).splitlines()

    assert result.outcome is Outcome.BROKEN
    assert first == f"scenarios/x.yaml:4:6: turn 2: {CAUSE}"
    assert "Good day" in "".join(failure_screen(result).splitlines()[2:])
    assert last


def test_d4_what_was_not_recorded_says_why(project):
    """The note of the run that did not record it, and again the replay that misses it."""
    live = project.play(TURNS, Mode.RECORD)
    replayed = project.play(TURNS, Mode.REPLAY)

    assert live.notes == (f"not recorded, because {CAUSE}",)
    assert str(replayed.error) == (
        "cassettes/desk/x.yaml: there is no recording; harness run --mode record "
        f"scenarios/x.yaml [cassette-missing]\n  it was not recorded, because {CAUSE}"
    )


def test_d4_the_reason_goes_with_a_recording(project):
    """Once it was recorded, a recording that is missing is missing for another reason."""
    project.play(TURNS, Mode.RECORD)
    project.play("  - {user: Hello, expect: none}\n", Mode.RECORD)
    project.cassette.unlink()

    assert project.play(TURNS, Mode.REPLAY).error.details == ()


def test_d4_a_broken_network_is_a_reason_too(project):
    """What was heard stays in the journal."""
    turns = "  - {user: break, expect: none}\n"

    live, replayed = project.play(turns, Mode.RECORD), project.play(turns, Mode.REPLAY)

    (note,) = live.notes
    assert note.startswith("not recorded, because http://127.0.0.1:")
    assert replayed.error.details == (f"it was {note}",)
    assert project.journal.exists()
