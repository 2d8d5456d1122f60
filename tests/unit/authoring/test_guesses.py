from __future__ import annotations

import json

import pytest

from harness.authoring.defining.answer_kind import kind_of_answer
from harness.authoring.defining.guesses import guess_reply
from harness.authoring.defining.sample import answer_from


@pytest.mark.parametrize(
    ("answer", "path"),
    [
        ({"reply": {"text": "Hello!", "buttons": ["Opening hours"]}}, "$.reply.text"),
        ({"reply": {"buttons": ["Opening hours"], "text": "Hello!"}}, "$.reply.text"),
        ({"answer": {"parts": ["Hello!"]}, "took": "1 second"}, "$.answer.parts[0]"),
        ({"output": "Hello!", "session": "a longer text than it"}, "$.output"),
    ],
)
def test_the_reply_of_an_answer(answer, path):
    """A text with a usual name is the reply, before others inside something with such a name."""
    assert guess_reply(kind_of_answer(answer_from(json.dumps(answer).encode()))) == path
