"""Tokens that expire during a conversation."""

from __future__ import annotations

import json

import pytest

from harness.conversation import Outcome
from harness.core.errors import AuthoringError, Refused
from harness.project.plan import Mode
from tests.recordings.desk import serving_desk

STEPS = """\
on: {401: open}
open:
  - request: {post: /log-in}
    capture: {access: {json: $.access, secret: true}}
send:
  - request:
      post: /talk
      headers: {X-Access: '${access}'}
      json: {text: '${message.text}'}
    capture: {number: $.number}
  - poll: {get: '/talk/${number}', headers: {X-Access: '${access}'}}
    until: {$.text: {exists: true}}
    every: 10ms
    timeout: 5s
    reply: {text: $.text}
history:
  - request: {get: /history, headers: {X-Access: '${access}'}}
"""
TURNS = """\
  - user: Hi
    expect: {equals: You said Hi}
  - user: Bye
    expect: {equals: You said Bye}
"""


class Doorkeeper:
    """Gives tokens, each for a few requests."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.tokens = 0
        self.left = 0
        self.requests = 2
        """That a token is good for."""
        self.said: list[str] = []

    @property
    def token(self) -> str:
        return f"t0ken-{self.tokens}-Kx72-Qp"

    def __call__(self, visit) -> None:
        method, path, _ = visit.head.split(" ", 2)
        self.asked.append(f"{method} {path}")
        if path == "/log-in":
            self.tokens += 1
            self.left = self.requests
            return visit.answer(json.dumps({"access": self.token}).encode())
        if self.left <= 0 or f"X-Access: {self.token}" not in visit.head:
            return visit.answer(b'{"error": "expired"}', "401 Unauthorized")
        self.left -= 1
        if method == "POST":
            self.said.append(json.loads(visit.body)["text"])
            return visit.answer(json.dumps({"number": len(self.said)}).encode())
        said = f"You said {self.said[-1]}"
        return visit.answer(json.dumps({"text": said, "all": self.said}).encode())


@pytest.fixture
def keeper():
    return Doorkeeper()


@pytest.fixture
def desk(tmp_path, keeper):
    """A project whose tokens expire."""
    with serving_desk(tmp_path, keeper, STEPS) as desk:
        yield desk


def test_an_expired_token_is_replaced_and_the_step_repeated(desk, keeper):
    """Each step that is refused logs in once, and continues with the new token."""
    keeper.requests = 3

    result = desk.play(TURNS, Mode.LIVE)

    assert result.outcome is Outcome.PASSED
    assert keeper.asked == [
        "POST /log-in",
        *("POST /talk", "GET /talk/1"),
        *("POST /talk", "GET /talk/2", "POST /log-in", "GET /talk/2"),
    ]


def test_what_was_refused_is_recorded_and_replayed(desk, keeper):
    """A replay logs in at the same place, and no token is in the recording."""
    recorded = desk.play(TURNS, Mode.RECORD)
    asked = list(keeper.asked)
    again = desk.edited("open:", "# Changed.\nopen:").play(TURNS, Mode.REPLAY)
    text = desk.cassette.read_text()

    assert recorded.outcome is Outcome.PASSED
    assert again.outcome is Outcome.PASSED
    assert again.notes == ()
    assert keeper.asked == asked
    assert len(asked) == text.count("    method: ") == 7
    assert "t0ken" not in text
    assert [
        (exchange.request.origin.step, exchange.response.status)
        for exchange in again.transcript.turns[1].exchanges
    ] == [("send.1", 401), ("open.1", 200), ("send.1", 200), ("send.2", 200)]


def test_a_second_refusal_is_the_error_that_it_was(desk, keeper):
    """A new token that is not taken either ends the turn."""
    keeper.requests = 0

    error = desk.play(TURNS, Mode.LIVE).error

    assert isinstance(error, Refused)
    assert (error.code, error.status) == ("unexpected-status", 401)
    assert error.details[-1] == (
        "the 'open' steps ran again, because the first answer of step send.1 was 401"
    )
    assert keeper.asked == ["POST /log-in", "POST /talk", "POST /log-in", "POST /talk"]


def test_a_refusal_that_is_expected_is_the_answer(desk, keeper):
    """Where the turn expects 401, nobody logs in again."""
    keeper.requests = 0

    result = desk.play("  - user: Hi\n    error: {status: 401}\n", Mode.RECORD)
    again = desk.play("  - user: Hi\n    error: {status: 401}\n", Mode.REPLAY)

    assert (result.outcome, again.outcome) == (Outcome.PASSED, Outcome.PASSED)
    assert keeper.asked == ["POST /log-in", "POST /talk"]


def test_a_history_logs_in_again(desk, keeper):
    """The steps of other phases do so too."""
    turns = "  - user: Hi\n    expect: {equals: You said Hi, history: {json: {$.all: [Hi]}}}\n"

    desk.play(turns, Mode.RECORD)
    again = desk.play(turns, Mode.REPLAY)

    assert keeper.asked[-3:] == ["GET /history", "POST /log-in", "GET /history"]
    assert again.outcome is Outcome.PASSED


def test_a_step_may_say_it_for_itself(desk, keeper):
    """Without `on` at the top, other steps are refused as ever."""
    own = desk.edited("on: {401: open}\n", "").edited(
        "    capture: {number", "    on: {401: open, 403: open}\n    capture: {number"
    )
    keeper.requests = 3

    error = own.play(TURNS, Mode.LIVE).error

    assert (error.code, error.status) == ("unexpected-status", 401)
    assert keeper.asked[-1] == "GET /talk/2"


WRONG = {
    "phase": ("{401: open}", "{401: opn}", "wrong-value", "opn"),
    "status": ("{401: open}", "{200: open}", "wrong-name", "200"),
    "word": ("{401: open}", "{expired: open}", "wrong-name", "expired"),
    "text": ("{401: open}", "open", "wrong-value", "a text"),
    "elsewhere": (
        "    capture: {access",
        "    on: {401: open}\n    capture: {access",
        "no-effect",
        "a step of 'open' cannot open the conversation again",
    ),
    "expected": (
        "    capture: {number",
        "    answer: {status: [200, 401]}\n    on: {401: open}\n    capture: {number",
        "no-effect",
        "'on' has no effect for 401, which 'answer' expects",
    ),
    "nothing-to-open": (
        STEPS[STEPS.index("open:\n") : STEPS.index("send:")],
        "prepare:\n" + STEPS[STEPS.index("open:\n") : STEPS.index("send:")].removeprefix("open:\n"),
        "no-effect",
        "there are no 'open' steps to run",
    ),
    "in-the-request": (
        "      post: /talk\n",
        "      post: /talk\n      on: {}\n",
        "unknown-key",
        "'on'",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_log_in_that_is_written_wrong(case, desk):
    """Each mistake is named at its place when the definition is read."""
    old, new, code, message = WRONG[case]

    with pytest.raises(AuthoringError) as wrong:
        desk.edited(old, new).play(TURNS, Mode.LIVE)

    assert wrong.value.problems[0].code == code
    assert message in wrong.value.problems[0].message
    assert wrong.value.problems[0].place is not None
