from __future__ import annotations

import json

import pytest

from harness.authoring.defining.answer_kind import kind_of_answer
from harness.authoring.defining.guesses import guess_buttons, guess_reply
from harness.authoring.defining.sample import answer_from


@pytest.mark.parametrize(
    ("answer", "path"),
    [
        ({"reply": {"text": "Hello!", "buttons": ["Opening hours"]}}, "$.reply.text"),
        ({"reply": {"buttons": ["Opening hours"], "text": "Hello!"}}, "$.reply.text"),
        ({"answer": {"parts": ["Hello!"]}, "took": "1 second"}, "$.answer.parts[0]"),
        ({"seq": 4, "posts": [{"kind": "text", "body": "Hello!"}]}, "$.posts[*].body"),
        ({"messages": [{"role": "user", "text": "Hi!"}]}, "$.messages[0].text"),
        ({"candidates": [{"content": "Hello!"}]}, "$.candidates[0].content"),
        ({"output": "Hello!", "session": "a longer text than it"}, "$.output"),
    ],
)
def test_the_reply_of_an_answer(answer, path):
    """A text with a usual name is the reply, before others inside something with such a name."""
    assert guess_reply(kind_of_answer(answer_from(json.dumps(answer).encode()))) == path


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        ({"posts": [{"body": "Hello!"}], "choices": ["Hours", "Renew a book"]}, "$.choices[*]"),
        ({"reply": {"buttons": [{"title": "Hours"}]}}, "$.reply.buttons[*].title"),
        ({"choices": [{"message": {"content": "Hello!"}}]}, ""),
        ({"tags": ["Hours"], "options": []}, ""),
    ],
)
def test_the_buttons_of_an_answer(payload, path):
    """A list with a usual name, of texts or of objects that have a title or a label."""
    assert guess_buttons(payload) == path
