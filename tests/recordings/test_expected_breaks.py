from __future__ import annotations

import json

import pytest
from vcr.serialize import deserialize
from vcr.serializers import yamlserializer

from harness.conversation import Outcome
from harness.core.errors import ScenarioError
from harness.project.loading import load_scenario
from harness.project.plan import Mode
from tests.recordings.desk import serving_desk

STEPS = """\
open:
  - request: {post: /open}
    capture: {room: $.room}
send:
  - request: {post: '/talk/${room}', json: {text: '${message.text}'}}
    reply: {text: $.text}
close:
  - request: {post: '/close/${room}'}
    answer: {as: none}
"""
BEGIN = "  - {user: hello, expect: {contains: hello}}\n"
FAILS = "  - {user: %s, error: {transport: %s}}\n"
END = "  - {user: again, expect: {contains: again}}\n"


def desk(visit) -> None:
    """Hangs up where it is asked to."""
    text = json.loads(visit.body)["text"] if visit.body else ""
    if text == "cut":
        visit.raw(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"text": "par')
        visit.connection.close()
    elif text == "hang up":
        visit.connection.close()
    elif text == "silence":
        visit.wait()
    else:
        visit.answer(json.dumps({"room": "r1", "text": f"you said {text}"}).encode())


@pytest.fixture
def project(tmp_path):
    """A project with that API."""
    with serving_desk(tmp_path, desk, STEPS, timeout="300ms") as project:
        yield project


@pytest.mark.parametrize(
    ("said", "code", "written"),
    [
        ("cut", "connection-broken", "connection-broken"),
        ("hang up", "connection-broken", "connection-broken"),
        ("silence", "total-timeout", "timeout"),
        ("cut", "connection-broken", "[timeout, connection-broken]"),
    ],
    ids=["in its answer", "before it answers", "any time-out", "one of several"],
)
def test_a_break_that_is_expected_is_recorded_and_breaks_again(project, said, code, written):
    """The conversation goes on after it, and passes live and in replay; nothing is left over."""
    turns = BEGIN + FAILS % (said, written) + END

    recorded, replayed = project.play(turns, Mode.RECORD), project.play(turns, Mode.REPLAY)

    assert (recorded.outcome, recorded.error) == (Outcome.PASSED, None)
    assert (replayed.outcome, replayed.error, replayed.notes) == (Outcome.PASSED, None, ())
    for result in (recorded, replayed):
        assert result.transcript.turns[1].refusal.code == code
        assert [(one.name, one.turn) for one in result.checks][1] == ("transport", 2)
    before, after = (one.transcript.turns[1].refusal for one in (recorded, replayed))
    assert before.message == after.message
    assert f"code: {code}" in project.cassette.read_text()
    assert [one.name for one in project.cassettes.iterdir()] == ["x.yaml"]


def test_a_reply_instead_fails(project):
    """The provider answers where the network was expected to fail."""
    turns = BEGIN + FAILS % ("hello", "connection-broken")

    result = project.play(turns, Mode.LIVE)

    assert result.outcome is Outcome.FAILED
    assert [(one.message, one.expected, one.actual) for one in result.checks if one.message] == [
        (
            "the network was expected to fail, but the provider answered",
            "connection-broken",
            "you said hello",
        )
    ]


@pytest.mark.parametrize("expected", ["{transport: timeout}", "{status: 500}"])
def test_another_break_is_broken_and_nothing_is_recorded(project, expected):
    """What is not the expected fault tells nothing, as without `transport`."""
    turns = BEGIN + f"  - {{user: cut, error: {expected}}}\n"

    result = project.play(turns, Mode.REFRESH)

    assert result.outcome is Outcome.BROKEN
    assert result.error.code == "connection-broken"
    assert not project.cassette.exists()


def test_a_break_is_recorded_where_secrets_are_still_to_come(project):
    """What is held back for a later capture ends as any other break does."""
    turns = FAILS % ("cut", "connection-broken") + (
        "  - user: hello\n    expect: none\n    capture: {it: {json: $.text, secret: true}}\n"
    )

    recorded, replayed = project.play(turns, Mode.RECORD), project.play(turns, Mode.REPLAY)

    assert (recorded.outcome, replayed.outcome) == (Outcome.PASSED, Outcome.PASSED)
    assert "you said hello" not in project.cassette.read_text()


def test_stock_vcrpy_loads_it(project):
    """An interaction without an answer is one with the status 0 and no body."""
    project.play(FAILS % ("hang up", "connection-broken"), Mode.RECORD)

    requests, answers = deserialize(project.cassette.read_text(), yamlserializer)

    assert [one.path for one in requests] == ["/open", "/talk/r1", "/close/r1"]
    assert answers[1]["status"] == {"code": 0, "message": ""}


@pytest.mark.parametrize(
    ("block", "code"),
    [
        ("{transport: conection-broken}", "wrong-value"),
        ("{transport: connection-broken, status: 500}", "expect-and-error"),
        ("{transport: []}", "wrong-value"),
    ],
)
def test_what_cannot_be_expected_is_refused(project, block, code):
    """An unknown fault, a fault with checks beside it, and no fault at all."""
    file = project.folder / "scenarios/x.yaml"
    file.write_text(f"scenario: x\nturns:\n  - user: a\n    error: {block}\n")

    with pytest.raises(ScenarioError) as caught:
        load_scenario(project.project, file)

    assert [problem.code for problem in caught.value.problems] == [code]
