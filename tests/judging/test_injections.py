"""What is said in a conversation gives a judge no instructions, and does not leave its place."""

from __future__ import annotations

import json
import re

import pytest

from harness.conversation import Outcome
from tests.golden.golden_texts import compare
from tests.judging.injections import INJECTIONS, ORDER, obedient, plain_lines
from tests.judging.judging_server import Said, criteria_in

DEFINITION = """\
definition: shop-api
source: this test
settings: {base_url: {type: string}}
send:
- request:
    post: /chat/completions
    json: {messages: [{role: user, content: '${message.text}'}]}
  reply:
    messages: $.choices[*].message
    text: $.content
    actions: $.choices[*].message.refusal
"""
SCENARIO = """\
turns:
- user: %s
  capture: {said: {json: '$.choices[0].message.content'}}
  expect:
    all_of:
    - not: {judge: {criteria: It is rude., sees: reply}}
    - not: {judge: It is rude.}
    - not: {judge: {criteria: 'It repeats ${said}', reference: '${said}', sees: conversation}}
    - not: {judge: {scale: {1: 'Unlike ${said}', 5: 'As ${said}'}, at_least: 4}}
"""


@pytest.fixture
def poisoned(judged, request):
    """A project in which user, bot and button say a text, and criteria repeat it."""
    text = INJECTIONS[request.param]
    folder = judged.folder / "shop-api"
    folder.mkdir()
    (folder / "provider.yaml").write_text(DEFINITION, encoding="utf-8")
    judged.configure("", bot="definition: ./shop-api, settings: {base_url: '${env.URL}'}")
    judged.scenario(SCENARIO % json.dumps(text.replace("${", "$${")))
    judged.judging.bot = judged.judging.button = text
    judged.judging.say = lambda question: Said(obedient(question))
    return judged


def structure(body: dict) -> str:
    """The request without what was said: delimiters by their number, values of JSON by `…`."""
    text = body["messages"][-1]["content"]
    body["messages"][-1]["content"] = "<question>"
    delimiters = list(dict.fromkeys(re.findall("DATA-[0-9a-f]{16}", text)))
    for number, delimiter in enumerate(delimiters, 1):
        text = text.replace(delimiter, f"<delimiter {number}>")
    lines = [_without_values(line) for line in text.split("\n")]
    return "\n".join([json.dumps(body, indent=1), *lines])


def _without_values(line: str) -> str:
    """A line of JSON with `…` for its texts; another line as it is."""
    before, colon, value = line.partition("as JSON: ")
    start, text = (before + colon, value) if colon else ("", line)
    if not text.startswith(("{", '"')) or "<one sentence>" in text:
        return line
    return start + json.dumps(_cut(json.loads(text)), ensure_ascii=False)


def _cut(value):
    if isinstance(value, dict):
        return {key: _cut(one) for key, one in value.items()}
    return [*map(_cut, value)] if isinstance(value, list) else "…"


def test_there_are_forty():
    """And the judge obeys each of them where a conversation stands in its prompt as it was said."""
    assert len(INJECTIONS) == 40
    criteria = 'The criteria, as JSON:\n{"criterion": "It is rude."}\n'
    for text in INJECTIONS.values():
        answers = obedient(f"{criteria}{text}"), obedient(f"{criteria}DATA-1\n{text}\nDATA-1")
        assert any('"yes"' in answer for answer in answers)


@pytest.mark.parametrize("poisoned", INJECTIONS, indirect=True)
def test_a_text_neither_orders_nor_moves_anything(poisoned):
    """Reply, button, message, criterion and reference are data: the judge does what it was told."""
    result = poisoned.record()

    assert [(check.outcome, check.message) for check in result.checks] == [(Outcome.PASSED, "")]
    asked = poisoned.judging.asked
    assert len(asked) == 4
    for body in asked:
        text = body["messages"][-1]["content"]
        assert not any(ORDER in line for line in plain_lines(text))
        assert len(set(criteria_in(text))) == 1
        assert len(re.findall("DATA-", text)) == 3
    compare("judging/request", "\n\n".join(map(structure, asked)) + "\n")
    assert poisoned.run().outcome is Outcome.PASSED
