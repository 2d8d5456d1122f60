"""What a probe finds in answers and in the record of an API that mixes up its conversations."""

from __future__ import annotations

import json

import pytest

from harness.play.context_factory import ContextFactory
from harness.play.isolation import probe
from harness.project.loading import load_scenario
from tests.recordings.desk import serving_desk

STEPS = """\
send:
  - request: {post: /talk, json: {text: '${message.text}'}}
    reply: {text: $.text}
history:
  - request: {get: /record}
"""
PADDING = "x" * 200
SCENARIO = """\
scenario: x
turns:
  - assistant: Welcome
  - user: First
    expect: none
    capture: {heard: $.text}
  - user: Then ${heard}
    expect: none
"""


class Mixing:
    """Says the same to everyone; its record has the texts of all conversations."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def __call__(self, visit) -> None:
        if "/record" in visit.head:
            record = PADDING + PADDING.join(self.heard) + PADDING
            visit.answer(json.dumps([record]).encode())
        else:
            self.heard.append(json.loads(visit.body)["text"])
            visit.answer(b'{"text": "noted"}')


@pytest.fixture
def mixing():
    return Mixing()


@pytest.fixture
def desk(tmp_path, mixing):
    with serving_desk(tmp_path, mixing, STEPS) as desk:
        yield desk


def test_a_word_in_the_record_is_shown_with_the_text_around_it(desk):
    """It is in no turn; 60 characters on each side are enough to find it."""
    found = probe(ContextFactory(desk.project), "desk", (("{marker}",), ("{marker}",)))

    assert [(leak.found_by, leak.found_in, leak.where) for leak in found.leaks] == [
        ("first", 0, "the history"),
        ("second", 0, "the history"),
    ]
    for leak in found.leaks:
        assert leak.text == f"{PADDING[:60]}{leak.marker}{PADDING[:60]}"
    assert (found.turns, found.own) == (1, 2)


def test_the_turns_of_a_scenario_are_said(desk, mixing):
    """With a word in each, and with what it captured."""
    desk.folder.joinpath("scenarios/x.yaml").write_text(SCENARIO)
    scenario = load_scenario(desk.project, desk.folder / "scenarios/x.yaml")

    found = probe(ContextFactory(desk.project), "desk", (scenario, ("Hello", "Again")))

    assert found.turns == 2
    assert [text.rpartition(" ")[0] for text in mixing.heard] == [
        "First",
        "Hello",
        "Then noted",
        "Again",
    ]
