"""The answers of a scenario to the tools that the bot calls."""

from __future__ import annotations

import pytest
from conversations import scenario

from harness.conversation import ToolCall
from harness.play.answering_tools import AnsweredTools
from harness.play.conversation_variables import Variables
from harness.scenario import MatrixRow


@pytest.mark.parametrize(
    ("calls", "notes"),
    [
        (0, ["the scenario: the bot did not call 'search', so its answer was not used"]),
        (1, ["the scenario: 2 answers to 'search' were not used"]),
        (2, ["the scenario: 1 answer to 'search' was not used"]),
        (3, []),
    ],
)
def test_answers_that_no_call_asked_for_are_counted(calls, notes):
    """A list of answers may be longer than the calls; a note says by how many."""
    made = scenario(
        "  - user: Hi\n    expect: none\n",
        "answers: {search: [{returns: 1}, {returns: 2}, {fails: 'no'}]}\n",
    )
    variables = Variables(made, MatrixRow(name=""), seed="s", now="2025-01-02T03:04:05+00:00")
    tools = AnsweredTools(made.answers, variables)
    for _ in range(calls):
        tools.answer(ToolCall(name="search", arguments={}))

    assert [*tools.unused()] == notes
