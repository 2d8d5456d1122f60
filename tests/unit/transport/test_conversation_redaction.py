from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

import harness
from harness.conversation import (
    Attachment,
    Attempt,
    Ballot,
    Direction,
    Exchange,
    Frame,
    JudgedQuestion,
    Opinion,
    Opinions,
    Origin,
    Outcome,
    ProviderAnswer,
    Question,
    Reply,
    ReplyMessage,
    Request,
    Response,
    Stop,
    ToolCall,
    ToolResult,
    Transcript,
    Turn,
    UserEnd,
    UserEnding,
    UserMessage,
    Vote,
)
from harness.core.errors import Refused
from harness.formats.template import compile_template
from harness.play.result import CheckResult, ScenarioResult, redact_result
from harness.scenario import Scenario
from harness.secrets.conversation_redaction import (
    redact_error,
    redact_exchange,
    redact_transcript,
    without_answers,
)
from harness.secrets.redaction import Redactor

SECRET = "Zk9planted+Vx7"
BY_VALUE = Redactor({"own": SECRET})
ORIGIN = Origin(turn=1, step="send.1", message="a hash")
ATTEMPT = {"status": 503, "reason": SECRET, "waited": 1.0}
FRAME = {
    "origin": ORIGIN,
    "direction": Direction.SENT,
    "at": 1.0,
    "content": SECRET,
    "waited": 1.0,
    "code": 1011,
    "fault": "too-large",
    "now": 1.0,
    "hashes": (SECRET,),
    "reason": SECRET,
}
REQUEST = {
    "method": "POST",
    "url": f"http://x/{SECRET}",
    "headers": (("x-own", SECRET),),
    "body": SECRET.encode(),
    "origin": ORIGIN,
    "is_stream": True,
    "is_socket": True,
    "is_repeatable": True,
    "accepted": frozenset({429}),
    "timeout": 1.0,
    "now": 1.0,
    "hashes": (SECRET,),
}
RESPONSE = {
    "status": 200,
    "reason": SECRET,
    "headers": (("x-own", SECRET),),
    "body": SECRET.encode(),
    "started": 1.0,
    "first_byte": 1.0,
    "seconds": 1.0,
    "chunks": ((0.5, len(SECRET)),),
    "attempts": (Attempt(**ATTEMPT),),
    "frames": (Frame(**FRAME),),
    "passed": (("set-cookie", f"a={SECRET}"),),
}
EXCHANGE = {
    "request": Request(**REQUEST),
    "response": Response(**RESPONSE),
    "contract": (f"'{SECRET}' is wrong",),
    "notes": (f"'{SECRET}' was replaced",),
}
ATTACHMENT = {"name": SECRET, "content": SECRET}
USER_MESSAGE = {
    "text": SECRET,
    "display_text": SECRET,
    "attachments": (Attachment(**ATTACHMENT),),
    "metadata": {SECRET: [SECRET]},
}
REPLY_MESSAGE = {"text": SECRET, "id": SECRET, "payload": {"text": SECRET}, "is_late": True}
TOOL_RESULT = {"value": {"text": SECRET}, "is_error": True}
TOOL_CALL = {
    "name": SECRET,
    "arguments": {"key": SECRET},
    "id": SECRET,
    "result": ToolResult(**TOOL_RESULT),
}
REPLY = {
    "messages": (ReplyMessage(**REPLY_MESSAGE),),
    "payload": {"text": SECRET},
    "actions": {SECRET: SECRET},
    "ambiguous_actions": {SECRET: (SECRET, f"{SECRET} too")},
    "products": ({"name": SECRET},),
    "attachments": (Attachment(**ATTACHMENT),),
    "tools": (ToolCall(**TOOL_CALL),),
    "usage": {"tokens": 1.0},
}
REFUSED = {
    "code": "unexpected-status",
    "message": f"the server says {SECRET}",
    "hint": SECRET,
    "details": (SECRET,),
    "status": 400,
    "state": SECRET,
    "payload": {"error": SECRET},
}


def refused() -> Refused:
    """The error of these fields; the first two are the arguments of an exception."""
    code, message, *_ = REFUSED.values()
    more = {name: REFUSED[name] for name in [*REFUSED][2:]}
    return Refused(code, message, **more)


TURN = {
    "number": 1,
    # A scenario's own text is redacted when the result is shown.
    "user": UserMessage(text="hi"),
    "reply": Reply(**REPLY),
    "refusal": refused(),
    "exchanges": (Exchange(**EXCHANGE),),
    "looked_up": (Exchange(**EXCHANGE),),
    "missing": (("it", f"'{SECRET}' does not match"),),
    "history": [SECRET],
    "variables": {"it": SECRET},
}
USER_END = {"ending": UserEnding.GAVE_UP, "reason": SECRET}
QUESTION = {
    "provider": "referee",
    "text": SECRET,
    "schema": {"type": "object"},
    "sample": 2,
    "judge": "careful",
}
PROVIDER_ANSWER = {
    "text": SECRET,
    "payload": [SECRET],
    "code": "judge-failed",
    "reason": SECRET,
    "model": SECRET,
    "settings": {"model": SECRET},
    "usage": {"tokens": 1.0},
    "is_recorded": True,
}
OPINION = {"question": Question(**QUESTION), "answer": ProviderAnswer(**PROVIDER_ANSWER)}
VOTE = {"verdict": "no", "level": 2, "reason": SECRET, "quote": SECRET}
BALLOT = {
    "model": SECRET,
    "sample": 2,
    "votes": {"criterion": Vote(**VOTE)},
    "code": "judge-misquoted",
    "fault": SECRET,
    "opinions": (Opinion(**OPINION),),
}
JUDGED = {
    "judge": "careful",
    "prompt": "criterion@1",
    "calibration": "kappa 0.8",
    "agree": 2,
    "seen": "the bot's reply",
    "criteria": {"criterion": SECRET},
    "scale": "at least 4 of 1 to 5",
    "reference": SECRET,
    "ballots": (Ballot(**BALLOT),),
}
TRANSCRIPT = {
    "scenario": "x",
    "provider": "desk",
    "turns": (Turn(**TURN),),
    "around": (Exchange(**EXCHANGE),),
    # An error is redacted when the result is shown.
    "stop": None,
    "user_end": UserEnd(**USER_END),
    "is_recorded": False,
    # What models are asked is redacted before it is asked.
    "opinions": Opinions({"a key": ProviderAnswer(**PROVIDER_ANSWER)}),
}
CHECK = {
    "name": "equals",
    "outcome": Outcome.FAILED,
    "turn": 1,
    "place": None,
    "path": ("turns", 0),
    "message": SECRET,
    "expected": SECRET,
    "actual": SECRET,
    "difference": (SECRET,),
    "code": "",
    "opinions": (Opinion(**OPINION),),
    "judged": (JudgedQuestion(**JUDGED),),
}
PLANTED = {
    Question: QUESTION,
    ProviderAnswer: PROVIDER_ANSWER,
    Opinion: OPINION,
    Vote: VOTE,
    Ballot: BALLOT,
    JudgedQuestion: JUDGED,
    Attempt: ATTEMPT,
    Frame: FRAME,
    Request: REQUEST,
    Response: RESPONSE,
    Exchange: EXCHANGE,
    Attachment: ATTACHMENT,
    UserMessage: USER_MESSAGE,
    ReplyMessage: REPLY_MESSAGE,
    ToolResult: TOOL_RESULT,
    ToolCall: TOOL_CALL,
    Reply: REPLY,
    Refused: REFUSED,
    Turn: TURN,
    UserEnd: USER_END,
    Transcript: TRANSCRIPT,
    CheckResult: CHECK,
}
"""A value for each field, with a secret wherever one can stand."""


@pytest.mark.parametrize("kind", PLANTED, ids=lambda kind: kind.__name__)
def test_every_field_has_a_planted_secret(kind):
    """A new field needs a value here, and the redaction of its class a line for it."""
    assert PLANTED[kind].keys() == {field.name for field in fields(kind)}


@pytest.mark.parametrize("kind", PLANTED, ids=lambda kind: kind.__name__)
def test_no_planted_value_is_the_default(kind):
    """A field that a redaction forgets is not hidden by its default."""
    same = [
        field.name
        for field in fields(kind)
        if field.default is not MISSING and PLANTED[kind][field.name] == field.default
    ]

    assert set(same) <= {"place", "code", "stop", "is_recorded"}


def test_no_other_code_takes_an_exchange_apart():
    """Outside of `secrets/`, nobody redacts a URL, headers or a body."""
    package = Path(harness.__file__).parent
    files = [one for one in package.rglob("*.py") if package / "secrets" not in one.parents]

    found = [
        f"{file.name}: {call}"
        for file in files
        for call in re.findall(
            r"\w*(?:redactor|SECRET)\.(?:url|headers|body|stream)\(", file.read_text()
        )
    ]

    assert len(files) > 300
    assert found == []


def test_an_exchange_is_redacted_in_every_field():
    """No field keeps a secret; what holds none stays as it is."""
    exchange = Exchange(**EXCHANGE)

    shown = redact_exchange(exchange, BY_VALUE)

    assert "Zk9planted" not in repr(shown)
    # What only served to learn from is left out.
    assert repr(shown).count("<redacted:own>") == repr(exchange).count(SECRET) - 3
    assert shown.request.hashes == ()
    assert shown.response.frames[0].hashes == ()
    assert shown.response.passed == ()
    assert shown.response.chunks == ((0.5, len("<redacted:own>")),)
    assert shown.request.origin == ORIGIN


def test_what_was_answered_is_redacted_in_every_field():
    """Replies, refusals, tools, histories and captures of a transcript keep no secret."""
    transcript = Transcript(**TRANSCRIPT)

    shown = redact_transcript(transcript, {"it"}, BY_VALUE)

    assert "Zk9planted" not in repr(shown)
    assert shown.turns[0].reply.tools[0].arguments == {"key": "<redacted:own>"}
    assert shown.turns[0].reply.usage == {"tokens": 1.0}


def test_a_refusal_is_redacted_in_every_field():
    """An error is another one: the one that was raised stays as it is."""
    error = refused()

    shown = redact_error(error, BY_VALUE)

    assert "Zk9planted" not in repr(vars(shown))
    assert (shown.code, shown.status) == ("unexpected-status", 400)
    assert error.state == SECRET


def test_a_result_is_redacted_in_every_field():
    """What the user said, why the conversation stopped, and what checks say keep no secret."""
    turn = Turn(number=1, user=UserMessage(**USER_MESSAGE), variables={"it": SECRET})
    stop = Stop(turn=1, error=refused())
    transcript = Transcript(scenario="x", provider="desk", turns=(turn,), stop=stop)
    scenario = Scenario(id="x", place=None, turns=(), session=compile_template({}))
    result = ScenarioResult(
        scenario=scenario, transcript=transcript, checks=(CheckResult(**CHECK),)
    )

    shown = redact_result(result, BY_VALUE, in_bodies=True)

    assert "Zk9planted" not in repr(shown)
    assert "Zk9planted" not in repr(vars(shown.transcript.stop.error))


def test_nothing_of_a_withheld_answer_is_left():
    """Where no search was possible, no field that an answer filled is kept."""
    shown = without_answers(Transcript(**TRANSCRIPT))

    (exchange,) = shown.turns[0].exchanges
    assert "Zk9planted" not in repr(exchange.response)
    assert (exchange.contract, exchange.notes) == ((), ())
    assert (exchange.response.status, exchange.response.body) == (200, b"<redacted:answer>")
    assert "Zk9planted" not in repr((shown.turns[0].reply, shown.turns[0].variables))
