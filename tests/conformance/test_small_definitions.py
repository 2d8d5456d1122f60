"""Eleven small definitions: each is refused, warned about, or played as its author meant it."""

from __future__ import annotations

import json

import pytest

from harness.conversation import Outcome
from harness.core.errors import DefinitionError
from harness.project.impossible import impossible_checks
from harness.project.loading import load_scenario
from harness.project.plan import Mode
from harness.project.verifying_providers import doubts_in
from harness.reports.failure import failure_screen
from tests.recordings.desk import serving_desk

RUN_ERROR = [
    {"type": "TEXT", "delta": "Your order "},
    {"type": "TEXT", "delta": "ships"},
    {"type": "RUN_ERROR", "message": "boom"},
]
PADDED = b'data: {"type":"TEXT","delta":"Hi"}\n\ndata: {"type":"message_stop"    }\n\n'
ANSWERS = {
    "error200": {"status": "error", "text": "username missing"},
    "empty": [],
    "cards": {"messages": [{"id": "7", "text": "Here you are."}, {"id": "8", "image": "x.png"}]},
    "newline": {"text": "two\nlines"},
}


def talk(visit):
    """The server of all of them: what it answers is a parameter of the query."""
    case = visit.head.split()[1].partition("case=")[2]
    stream = "Content-Type: text/event-stream"
    if case == "runerror":
        events = "".join(f"data: {json.dumps(one)}\n\n" for one in RUN_ERROR)
        visit.answer(events.encode(), "200 OK", stream)
    elif case == "padded":
        visit.answer(PADDED, "200 OK", stream)
    else:
        said = ANSWERS.get(case, {"text": visit.body.decode() or "empty"})
        visit.answer(json.dumps(said).encode())


def asking(case, rest, kind="request"):
    """A step that asks for a case; the rest of its keys."""
    return f"send:\n  - {kind}: {{post: /talk, query: {{case: {case}}}}}\n{rest}"


def expecting(checks):
    return f"  - user: hi\n    expect: {checks}\n"


DELTAS = "    events: json\n    reply: {messages: \"$.events[?@.type == 'TEXT']\", text: $.delta}\n"
JOINED = "    events: json\n    reply: {text: {join: \"$.events[?@.type == 'TEXT'].delta\"}}\n"
FAILS = "    fail_if: {'$.events[*].type': RUN_ERROR}\n"
WANT = asking("cards", "    capture: {want: '$.messages[0].id'}\n") + (
    "  - request: {post: /talk, query: {case: cards}}\n"
    "    reply: {messages: \"$.messages[?@.id == '${want}']\", text: $.text}\n"
)
REFUSED = {
    "bodies": (
        "send:\n  - request: {post: /talk, json: {a: 1}, form: {b: 2}}\n    reply: {text: $.a}\n",
        "'form' is used together with 'json'",
    ),
    "noreply": ("send:\n  - request: {post: /talk}\n", "no step of 'send' reads messages"),
    "jsonpath": (WANT, "${…} is written inside quotes, but brings its own"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_definition_that_is_refused(case, tmp_path):
    """What a definition says in vain is an error when it is read."""
    steps, message = REFUSED[case]

    with (
        serving_desk(tmp_path, talk, steps) as desk,
        pytest.raises(DefinitionError) as wrong,
    ):
        desk.project.provider("desk")

    assert message in str(wrong.value)


PASSES = {
    "jsonpath without quotes": (
        WANT.replace("'${want}'", "${want}"),
        expecting("{equals: Here you are.}"),
    ),
    "cards": (
        asking(
            "cards", "    reply: {messages: '$.messages[*]', text: $.text, text_optional: true}\n"
        ),
        expecting("{equals: Here you are., messages: {count: 2}}"),
    ),
    "deltas that are joined": (
        asking("runerror", JOINED, "stream"),
        expecting("{equals: Your order ships}"),
    ),
    "ended, by a condition": (
        asking("padded", "    done: {if: {$.type: message_stop}}\n" + DELTAS, "stream"),
        expecting("{equals: Hi}"),
    ),
    "failif": (
        asking("error200", "    fail_if: {$.status: error}\n    reply: {text: $.text}\n"),
        "  - user: hi\n    error: {json: {$.text: {contains: username}}}\n",
    ),
    "failstream": (
        asking("runerror", FAILS + DELTAS, "stream"),
        "  - user: hi\n    error: {json: {'$.events[2].message': {equals: boom}}}\n",
    ),
    "silent, where it is allowed": (
        asking("empty", "    reply: {messages: '$[*]', text: $.text, messages_optional: true}\n"),
        expecting("{messages: {count: 0}}"),
    ),
    "newline": (
        asking("newline", "    reply: {text: $.text}\n"),
        expecting('{equals: "two\\nlines"}'),
    ),
}


@pytest.mark.parametrize("case", PASSES)
def test_a_definition_that_is_right(case, tmp_path):
    """It is live as it is recorded and replayed."""
    steps, turns = PASSES[case]
    with serving_desk(tmp_path, talk, steps) as desk:
        live, recorded = (desk.play(turns, mode) for mode in (Mode.LIVE, Mode.RECORD))
    replayed = desk.play(turns, Mode.REPLAY)

    assert [str(one.error or "") for one in (live, recorded, replayed)] == ["", "", ""]
    assert [one.outcome for one in (live, recorded, replayed)] == [Outcome.PASSED] * 3


BROKEN = {
    "ended": (
        asking("padded", '    done: \'{"type":"message_stop"}\'\n' + DELTAS, "stream"),
        "stream-cut",
    ),
    "failif": (
        asking("error200", "    fail_if: {$.status: error}\n    reply: {text: $.text}\n"),
        "answer-refused",
    ),
    "failstream": (asking("runerror", FAILS + DELTAS, "stream"), "answer-refused"),
    "silent": (asking("empty", "    reply: {messages: '$[*]', text: $.text}\n"), "no-reply"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_an_answer_that_cannot_be_judged(case, tmp_path):
    """It is BROKEN, whatever is expected of the reply."""
    steps, code = BROKEN[case]
    with serving_desk(tmp_path, talk, steps) as desk:
        result = desk.play(expecting("none"), Mode.LIVE)

    assert (result.outcome, result.codes) == (Outcome.BROKEN, (code,))


def test_deltas_that_are_read_as_messages(tmp_path):
    """Lint and `providers check` warn, and no check sees the sentence as one text."""
    with serving_desk(tmp_path, talk, asking("runerror", DELTAS, "stream")) as desk:
        result = desk.play(expecting("{equals: Your order ships}"), Mode.LIVE)

    assert result.outcome is Outcome.FAILED
    codes = {one.code for one in doubts_in(desk.project, desk.folder / "definitions/desk")}
    assert "token-stream" in codes


def test_a_silent_bot_that_the_definition_does_not_allow(tmp_path):
    """Lint says that the count can never be right, and names the key to add."""
    steps, _ = BROKEN["silent"]
    with serving_desk(tmp_path, talk, steps) as desk:
        desk.play(expecting("{messages: {count: 0}}"), Mode.LIVE)
        scenario = load_scenario(desk.project, desk.folder / "scenarios/x.yaml")

    (problem,) = impossible_checks(desk.project, scenario)
    assert "messages_optional: true" in problem.hint


def test_a_line_break_that_looks_like_a_space(tmp_path):
    """The failure names the characters that make the two texts differ."""
    with serving_desk(tmp_path, talk, asking("newline", "    reply: {text: $.text}\n")) as desk:
        result = desk.play(expecting("{contains: two lines}"), Mode.LIVE)

    assert result.outcome is Outcome.FAILED
    assert "U+000A" in failure_screen(result)


HISTORY = """\
send:
  - request:
      post: /talk
      json:
        messages:
          - {role: system, content: Be brief.}
%s
          - {role: user, content: '${message.text}'}
    reply: {text: $.text}
"""
TURNS = """\
          - for_each: turns
            as: t
            yield:
              - {role: user, content: '${t.user.text}'}
              - {role: assistant, content: '${t.reply.text}'}"""
TRANSCRIPT = """\
          - for_each: transcript
            as: said
            yield: {role: '${said.role}', content: '${said.text}'}"""
SAID = """\
  - assistant: Welcome!
  - user: one
    expect: none
  - user: two
    expect: {contains: two}
"""


@pytest.mark.parametrize(
    ("source", "greeting"),
    [(TURNS, []), (TRANSCRIPT, [("assistant", "Welcome!")])],
    ids=["turns", "transcript"],
)
def test_a_history_of_roles_is_a_flat_list(source, greeting, tmp_path):
    """Each turn gives two items of the list, not a list in it; a greeting is in `transcript`."""
    with serving_desk(tmp_path, talk, HISTORY % source) as desk:
        result = desk.play(SAID, Mode.LIVE)

    assert result.outcome is Outcome.PASSED
    replies = [turn.reply.text for turn in result.transcript.turns]
    first, second = (roles(json.loads(text)["messages"]) for text in replies)
    begun = [("system", "Be brief."), *greeting, ("user", "one")]
    assert first == begun
    assert second == [*begun, ("assistant", replies[0]), ("user", "two")]


def roles(messages):
    return [(one["role"], one["content"]) for one in messages]
