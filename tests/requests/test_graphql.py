"""GraphQL: variables beside a query with dollars and braces, and errors in answers with 200."""

from __future__ import annotations

import json

import pytest

from harness.conversation import Outcome
from harness.project.plan import Mode
from tests.recordings.desk import serving_desk

STEPS = """\
send:
  - request:
      post: /graphql
      json:
        query: |
          mutation Say($id: ID!, $text: String!) {
            say(id: $id, input: {text: $text}) { messages { text } }
          }
        variables: {id: '${conversation.id}', text: '${message.text}'}
    fail_if: {$.data: null}
    reply: {messages: '$.data.say.messages[*]', text: $.text}
"""
OK = "hello {text} $text {{id}} <b>"


def graphql(visit) -> None:
    """Parses the query as far as it must be as it was written."""
    body = json.loads(visit.body)
    said = body["variables"]["text"]
    if "mutation Say($id: ID!, $text: String!) {" not in body["query"]:
        answer = {"data": None, "errors": [{"message": f"Syntax Error: {body['query']}"}]}
    elif "fail" in said:
        answer = {"data": None, "errors": [{"message": "bot offline"}]}
    else:
        answer = {"data": {"say": {"messages": [{"text": f"You said {said}"}]}}}
        if "partial" in said:
            answer["errors"] = [{"message": "tool failed"}]
    visit.answer(json.dumps(answer).encode())


@pytest.fixture
def desk(tmp_path):
    """A project whose provider is a GraphQL server."""
    with serving_desk(tmp_path, graphql, STEPS) as desk:
        yield desk


@pytest.mark.parametrize(
    ("turn", "outcome"),
    [
        (f"  - user: '{OK}'\n    expect: {{equals: 'You said {OK}'}}\n", Outcome.PASSED),
        (
            "  - user: please fail\n    error: {json: {'$.errors[0].message': bot offline}}\n",
            Outcome.PASSED,
        ),
        ("  - user: please fail\n    expect: {contains: anything}\n", Outcome.BROKEN),
        ("  - user: please fail\n    expect: {not_contains: stupid}\n", Outcome.BROKEN),
        ("  - user: partial\n    expect: {equals: You said partial}\n", Outcome.PASSED),
    ],
    ids=["dollars", "refused", "offline", "negative", "partial"],
)
def test_a_graphql_server(turn, outcome, desk):
    """Dollars and braces are sent as they are, and only an answer without data is a refusal."""
    live = desk.play(turn, Mode.LIVE)

    assert live.outcome is outcome
    if outcome is Outcome.PASSED:
        assert desk.play(turn, Mode.RECORD).outcome is outcome
        assert desk.play(turn, Mode.REPLAY).outcome is outcome


@pytest.mark.parametrize("check", ["contains: anything", "not_contains: stupid"])
def test_errors_without_fail_if(check, desk):
    """An answer without messages never passes a check of what the bot said."""
    turn = f"  - user: please fail\n    expect: {{{check}}}\n"

    live = desk.edited("    fail_if: {$.data: null}\n", "").play(turn, Mode.LIVE)

    assert live.outcome is Outcome.BROKEN
