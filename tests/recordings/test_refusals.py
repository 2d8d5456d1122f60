"""Refusals inside a successful answer, by each kind of step and in each phase."""

from __future__ import annotations

import json

import pytest

from harness.conversation import Outcome
from harness.project.plan import Mode
from tests.recordings.desk import serving_desk

KINDS = {
    "request": "request: {post: /PHASE}\n    fail_if: {CONDITION}\n",
    "poll": (
        "poll: {get: /PHASE}\n    fail_if: {CONDITION}\n    until: {$.text: {exists: true}}\n"
        "    every: 10ms\n    timeout: 5s\n"
    ),
    "stream": (
        "stream: {post: /PHASE}\n    framing: ndjson\n    done: {if: {$.last: true}}\n"
        "    fail_if: {CONDITION}\n"
    ),
}
CONDITIONS = {
    "a value": ("$.status: [error, aborted]", {"status": "aborted"}),
    "something": ("$.error: {exists: true}", {"error": None}),
    "nothing": ("$.text: {exists: false}", {"status": "lost"}),
}
SEND = "send:\n  - request: {post: /send}\n    reply: {text: $.text}\n"


def step(kind, condition, phase):
    """A step of a phase that fails on a condition, and reads a reply if the phase does."""
    is_stream = kind == "stream"
    condition = condition.replace("$.", "$.events[*].") if is_stream else condition
    path, _, values = condition.partition(": ")
    text = KINDS[kind].replace("CONDITION", f"'{path}': {values}").replace("PHASE", phase)
    reads = "$.events[*].text" if is_stream else "$.text"
    reply = f"    reply: {{text: '{reads}'}}\n" if phase in ("send", "late") else ""
    return f"{phase}:\n  - {text}{reply}"


def desk_of(payload, refusing):
    """A desk that refuses in one phase, and answers the others."""

    def answer(visit):
        phase = visit.head.split()[1].strip("/")
        said = payload if phase == refusing else {"text": "Hello", "last": True}
        visit.answer(json.dumps(said).encode(), "200 OK", "Content-Type: application/json")

    return answer


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture(params=CONDITIONS)
def condition(request):
    return CONDITIONS[request.param]


@pytest.mark.parametrize("phase", ["prepare", "open", "send"])
def test_a_refusal_that_a_turn_expects(phase, kind, condition, tmp_path):
    """`error:` expects it and judges its payload; it is recorded, and replayed alike."""
    fails, payload = condition
    steps = step(kind, fails, phase) + (SEND if phase != "send" else "")
    place, value = next((f"$.{key}", one) for key, one in payload.items())
    place = place.replace("$.", "$.events[0].") if kind == "stream" else place
    expected = f"    error: {{json: {{'{place}': {{equals: {json.dumps(value)}}}}}}}\n"
    with serving_desk(tmp_path, desk_of(payload, phase), steps) as desk:
        recorded = desk.play(f"  - user: Hi\n{expected}", Mode.RECORD)
    replayed = desk.play(f"  - user: Hi\n{expected}", Mode.REPLAY)
    unexpected = desk.play("  - user: Hi\n    expect: none\n", Mode.REPLAY)
    other = desk.play(
        f"  - user: Hi\n{expected.replace(json.dumps(value), '[other]')}", Mode.REPLAY
    )

    assert (recorded.error, recorded.outcome) == (None, Outcome.PASSED)
    assert (replayed.error, replayed.outcome) == (None, Outcome.PASSED)
    assert (unexpected.outcome, unexpected.codes) == (Outcome.BROKEN, (code(kind),))
    assert other.outcome is Outcome.FAILED


def test_a_refusal_that_no_turn_expects(kind, condition, tmp_path):
    """It is BROKEN, and nothing is recorded."""
    fails, payload = condition
    with serving_desk(tmp_path, desk_of(payload, "send"), step(kind, fails, "send")) as desk:
        result = desk.play("  - user: Hi\n    expect: none\n", Mode.RECORD)

    assert (result.outcome, result.codes) == (Outcome.BROKEN, (code(kind),))
    assert not desk.cassette.exists()


def code(kind):
    return "task-failed" if kind == "poll" else "answer-refused"


AFTERWARDS = {
    "late": "expect: {messages: {count: 2, within: 5s}}",
    "history": "expect: {history: {json: {$.text: Hello}}}",
}


@pytest.mark.parametrize("phase", AFTERWARDS)
def test_a_refusal_after_the_reply(phase, kind, condition, tmp_path):
    """What a check waits for or asks for is refused: it is BROKEN, never passed or skipped."""
    fails, payload = condition
    steps = SEND + step(kind, fails, phase)
    with serving_desk(tmp_path, desk_of(payload, phase), steps) as desk:
        result = desk.play(f"  - user: Hi\n    {AFTERWARDS[phase]}\n", Mode.RECORD)

    assert (result.outcome, result.codes) == (Outcome.BROKEN, (code(kind),))


def test_a_refusal_at_the_end(kind, condition, tmp_path):
    """The conversation passes and is recorded; a note says that it could not be closed."""
    fails, payload = condition
    steps = SEND + step(kind, fails, "close")
    turns = "  - user: Hi\n    expect: {equals: Hello}\n"
    with serving_desk(tmp_path, desk_of(payload, "close"), steps) as desk:
        recorded = desk.play(turns, Mode.RECORD)
    replayed = desk.play(turns, Mode.REPLAY)

    assert [recorded.outcome, replayed.outcome] == [Outcome.PASSED] * 2
    assert recorded.notes == replayed.notes
    assert recorded.notes[0].startswith("the conversation was not closed: the ")
