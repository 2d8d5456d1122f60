"""Polled conversations against a real server: live, recorded and replayed alike."""

from __future__ import annotations

import json

import pytest

from harness.conversation import Outcome
from harness.project.plan import Mode
from tests.recordings.desk import serving_desk

STEPS = """\
send:
  - request: {post: /messages, json: {text: '${message.text}'}}
    capture: {asked: $.id}
  - poll: {get: /messages}
    quiet: 60ms
    every: 20ms
    timeout: 10s
    reply:
      messages: $[?@.from == 'bot']
      text: $.text
      id: $.id
      in_reply_to: {$.to: '${asked}'}
      only_new: true
late:
  - request: {get: /messages}
    reply:
      messages: $[?@.from == 'bot']
      text: $.text
      id: $.id
      in_reply_to: {$.to: '${asked}'}
"""
WAITING = """\
send:
  - request: {post: /messages, json: {text: '${message.text}'}}
    capture: {asked: $.id}
  - poll: {get: /messages}
    until: {'$[?@.to == ${asked}].state': final}
    every: 20ms
    timeout: 10s
    reply: {messages: '$[?@.to == ${asked}]', text: $.text}
"""


class Chat:
    """A chat in which the bot speaks by a script: at a look, counted from the last question."""

    def __init__(self, script):
        self.script = script
        self.asked, self.looks, self.messages = 0, 0, {}

    def __call__(self, visit):
        if visit.head.startswith("POST"):
            self.asked, self.looks = self.asked + 1, 0
            number = f"q-{self.asked}"
            self.messages[number] = {"id": number, "from": "user"}
            visit.answer(json.dumps({"id": number}).encode())
            return
        self.looks += 1
        if said := self.script.get((self.asked, self.looks)):
            self.messages[said["id"]] = {"from": "bot", **said}
        visit.answer(json.dumps([*self.messages.values()]).encode())


def message(number, text, to="", **more):
    return {"id": number, "text": text, "to": to, **more}


FIRST = "  - user: First?\n    expect: {%s}\n"
SECOND = "  - user: Second?\n    expect: {%s}\n"
CASES = {
    "answers that come crossed": (
        STEPS,
        {
            (1, 2): message("m-1", "One moment.", "q-1"),
            (2, 1): message("m-3", "Second answer.", "q-2"),
            (2, 2): message("m-2", "First answer.", "q-1"),
        },
        FIRST % "equals: One moment." + SECOND % "equals: Second answer.",
    ),
    "an apology in between": (
        STEPS,
        {
            (1, 2): message("m-1", "First answer.", "q-1"),
            (2, 1): message("m-2", "Sorry, I was away."),
            (2, 2): message("m-3", "Second answer.", "q-2"),
        },
        FIRST % "equals: First answer." + SECOND % "equals: Second answer., messages: {count: 1}",
    ),
    "an apology before the answer": (
        STEPS,
        {
            (1, 2): message("m-1", "Sorry, one moment.", "q-1"),
            (1, 3): message("m-2", "The answer.", "q-1"),
        },
        FIRST % "contains: The answer., messages: {count: 2}",
    ),
    "a message that is edited in place": (
        STEPS,
        {
            (1, 1): message("m-1", "Thinking…", "q-1"),
            (1, 2): message("m-1", "The answer.", "q-1"),
            (2, 1): message("m-1", "The answer, edited.", "q-1"),
            (2, 2): message("m-2", "Second answer.", "q-2"),
        },
        FIRST % "equals: The answer." + SECOND % "equals: Second answer.",
    ),
    "a condition with a captured id": (
        WAITING,
        {
            (1, 1): message("m-0", "For another one.", "q-0", state="final"),
            (1, 2): message("m-1", "Thinking…", "q-1", state="draft"),
            (1, 3): message("m-1", "The answer.", "q-1", state="final"),
        },
        FIRST % "equals: The answer.",
    ),
    "a late message of this turn": (
        STEPS,
        {
            (1, 1): message("m-1", "First part.", "q-1"),
            (1, 5): message("m-9", "Not yours.", "q-9"),
            (1, 8): message("m-2", "Second part.", "q-1"),
        },
        FIRST % "messages: {count: 2, within: 20s}, not_contains: Not yours",
    ),
    "a bot that stays silent": (
        STEPS.replace("only_new: true", "only_new: true\n      messages_optional: true").replace(
            "timeout: 10s", "timeout: 100ms"
        ),
        {(2, 1): message("m-1", "Hello.", "q-2")},
        FIRST % "messages: {count: 0}" + SECOND % "equals: Hello.",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_replay_decides_as_its_recording_did(case, tmp_path):
    """Whose message it is and when a poll ends come from the recorded answers and times."""
    steps, script, turns = CASES[case]
    with serving_desk(tmp_path, Chat(script), steps) as desk:
        recorded = desk.play(turns, Mode.RECORD)
    replayed = desk.play(turns, Mode.REPLAY)

    assert recorded.error is None
    assert [recorded.outcome, replayed.outcome] == [Outcome.PASSED] * 2
    assert replayed.notes == ()
    assert said(replayed) == said(recorded)
    assert asked(replayed) == asked(recorded)


def said(result):
    """The texts of each reply."""
    return [[one.text for one in turn.reply.messages] for turn in result.transcript.turns]


def asked(result):
    """How many requests each turn sent."""
    return [len(turn.exchanges) for turn in result.transcript.turns]
