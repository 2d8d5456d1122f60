"""Times in requests: those of the recording in a replay."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from harness.conversation import Outcome
from harness.core.errors import AuthoringError
from harness.project.plan import Mode
from tests.recordings.desk import serving_desk

STEPS = """\
prepare:
  - request: {get: "/prepare/${now('epoch_ms')}"}
    answer: {as: none}
open:
  - request: {post: /open, json: {at: '${now()}', tomorrow: '${now(days=1)}'}}
    answer: {as: none}
send:
  - poll:
      get: /poll/${now('epoch_ms')}
      query: {day: "${now('%Y-%m-%d', hours=-1)}"}
    until: {$.state: done}
    every: 10ms
    timeout: 5s
  - request: {post: '/talk', json: {again: "${now('iso')}", text: '${message.text}'}}
    reply: {text: $.text}
close:
  - request: {post: "/close/${now('epoch')}"}
    answer: {as: none}
"""
TURNS = "  - user: Hi\n    expect: {contains: You said Hi}\n"


class Clerk:
    """Notes what it is asked, and when."""

    def __init__(self) -> None:
        self.asked: list[tuple[float, str, bytes]] = []

    def __call__(self, visit) -> None:
        self.asked.append((time.time(), visit.head.split(" ")[1], visit.body))
        polls = sum(path.startswith("/poll") for _, path, _ in self.asked)
        said = json.loads(visit.body or b"{}").get("text", "")
        state = "done" if polls > 1 else "busy"
        visit.answer(json.dumps({"state": state, "text": f"You said {said}"}).encode())


@pytest.fixture
def clerk():
    return Clerk()


@pytest.fixture
def desk(tmp_path, clerk):
    """A project whose every request says the time."""
    with serving_desk(tmp_path, clerk, STEPS) as desk:
        yield desk


def test_each_request_says_when_it_is_sent(desk, clerk):
    """Its time is that of the request, the same in all its parts, and not of the conversation."""
    assert desk.play(TURNS, Mode.LIVE).outcome is Outcome.PASSED

    (_, prepare, _), (opened, _, body), first, second, (talked, _, said), closed = clerk.asked
    at = datetime.fromisoformat(json.loads(body)["at"])
    assert prepare.startswith("/prepare/")
    assert abs(at.timestamp() - opened) < 5
    assert datetime.fromisoformat(json.loads(body)["tomorrow"]) == at + timedelta(days=1)
    moments = [int(path.split("/")[2].split("?")[0]) for _, path, _ in (first, second)]
    assert moments[0] < moments[1]
    assert abs(datetime.fromisoformat(json.loads(said)["again"]).timestamp() - talked) < 5
    assert abs(int(closed[1].split("/")[2]) - closed[0]) < 5


def test_a_replay_says_the_times_of_the_recording(desk, clerk):
    """Addresses with times fit, and nothing of what is sent has changed."""
    desk.play(TURNS, Mode.RECORD)
    asked = len(clerk.asked)
    text = desk.cassette.read_text()

    again = desk.edited("open:", "# Changed.\nopen:").play(TURNS, Mode.REPLAY)

    assert len(clerk.asked) == asked
    assert again.outcome is Outcome.PASSED
    assert again.notes == ()
    assert text.count(", now: ") == 5


def test_a_time_that_a_recording_lacks(desk):
    """A definition that says the time since then says about when it was recorded."""
    without = STEPS.replace("json: {again: \"${now('iso')}\", ", "json: {")
    edited = desk.edited(STEPS.partition("send:")[2], without.partition("send:")[2])
    edited.play(TURNS, Mode.RECORD)
    year = datetime.now(UTC).year

    (note,) = (
        edited.edited("json: {text", "json: {again: '${now()}', text")
        .play(TURNS, Mode.REPLAY)
        .notes
    )

    assert f"send.2 sends a different request: /again: recorded nothing, now '{year}-" in note


def test_a_scenario_says_when_the_conversation_began(desk, clerk):
    """The time of a scenario can be moved and written in other ways, and is that of the start."""
    turns = "  - user: \"${now('%d.%m.%Y', weeks=-1)} and ${now() | date('%Y')}\"\n"
    desk.play(f"{turns}    expect: {{contains: and 2}}\n", Mode.RECORD)
    said = json.loads(next(body for _, path, body in clerk.asked if path == "/talk"))["text"]
    asked = len(clerk.asked)

    again = desk.play(f"{turns}    expect: {{contains: '{said}'}}\n", Mode.REPLAY)

    day = datetime.strptime(said.split(" ")[0], "%d.%m.%Y").replace(tzinfo=UTC)
    assert timedelta(days=6) < datetime.now(UTC) - day < timedelta(days=9)
    assert again.outcome is Outcome.PASSED
    assert len(clerk.asked) == asked


WRONG = {
    "unit": ("now(days=1)", "now(day=1)", "bad-time", "now() has no argument 'day'"),
    "format": ("'%Y-%m-%d'", "'%Y-%q'", "bad-time", "'%q' is not a part of the format of a time"),
    "name": ("'epoch'", "'epoc'", "bad-time", "'epoc' is not the format of a time"),
    "filter": ("${now()}", "${now() | dat}", "unknown-filter", "unknown filter 'dat'"),
    "elsewhere": (
        "$.state: done",
        "$.state: '${now()}'",
        "unknown-capture",
        "step send.1 uses now() outside of its request",
    ),
    "capture": (
        "    reply:",
        "    capture: {now: $.text}\n    reply:",
        "reserved-name",
        "the capture 'now' has the name of a built-in value",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_time_that_is_written_wrong(case, desk):
    """Each mistake is named at its place when the definition is read."""
    old, new, code, message = WRONG[case]

    with pytest.raises(AuthoringError) as wrong:
        desk.edited(old, new).play(TURNS, Mode.LIVE)

    assert wrong.value.problems[0].code == code
    assert message in wrong.value.problems[0].message
    assert wrong.value.problems[0].place is not None


def test_a_function_that_is_not_called(desk):
    """Without parentheses, the conversation is BROKEN with the step, its line, and a hint."""
    error = desk.edited("'${now()}'", "'${now}'").play(TURNS, Mode.LIVE).error

    assert (error.code, error.hint) == ("not-a-value", "call it with ()")
    assert str(error).startswith("step open.1 cannot be filled in")
    assert error.details == ("at definitions/desk/provider.yaml:8:40",)
