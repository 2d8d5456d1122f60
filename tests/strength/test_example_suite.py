"""The replies of every built-in system can be changed, and read again as they were."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import harness
from harness.conversation import Response
from harness.evaluation.strength import Fate, RecordedConversation, StrengthMeter
from harness.evaluation.strength.answer_encoding import as_sent, sent_instead
from harness.evaluation.strength.turn_answers import TurnAnswer
from harness.project.project import Project
from harness.providers.definition import Step
from harness.providers.payload import read_payload
from harness.providers.received_messages import messages_in
from harness.providers.step_plans import Framing
from harness.providers.stream import reader_for
from tests.docs.blocks import ROOT
from tests.reliability.size import runs
from tests.strength.unchanged import kills_of_unchanged

PROVIDERS = sorted(file.name for file in (ROOT / "cassettes").iterdir() if file.is_dir())
COMMAND = [sys.executable, "-c", "from harness.cli import main; main()"]
MOST = runs(3, 10_000)
"""Conversations of each provider; in the long run, all."""


@cache
def _meter() -> tuple[StrengthMeter, Project]:
    project = Project.at(ROOT / "harness.yaml")
    plan = harness.plan(config=ROOT / "harness.yaml")
    return StrengthMeter(project, [one.play for one in plan.scenarios]), project


@cache
def _conversations(provider: str) -> list[RecordedConversation]:
    """The first conversations of a provider whose replies are changed."""
    meter, _ = _meter()
    plan = harness.plan(config=ROOT / "harness.yaml")
    plays = [one.play for one in plan.scenarios if one.play.provider == provider]
    found: list[RecordedConversation] = []
    for play in plays:
        conversation = meter.conversation(play)
        if conversation.turns:
            found.append(conversation)
        if len(found) == MOST:
            break
    return found


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_is_not_changed_is_not_noticed(provider: str) -> None:
    """A reply that is read and judged again as it was kills nothing."""
    _, project = _meter()
    conversations = _conversations(provider)
    for conversation in conversations:
        assert kills_of_unchanged(conversation, project.vocabulary) == []

    assert conversations


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_payload_is_written_as_it_is_read(provider: str) -> None:
    """JSON, XML, streams and the messages of WebSockets give the same payload again."""
    answers = [
        (answer, turn.answers.turn)
        for conversation in _conversations(provider)
        for turn in conversation.turns
        for answer in turn.answers.answers[-1:]
        if answer.late < 0
    ]
    for answer, turn in answers:
        step, response = answer.step, turn.exchanges[-1].response
        assert step is not None
        assert response is not None
        assert as_sent(step, answer.payload, answer.payload) == answer.payload
        again = sent_instead(step, response, answer.payload)
        assert _read(step, again, answer) == answer.payload
        assert again.ended == response.ended

    assert answers


@pytest.mark.parametrize("words", ["I am happy to help. {}", "{} I am happy to help."])
def test_a_text_of_a_stream_comes_in_as_many_pieces_as_before(words: str) -> None:
    """A sentence more does not turn a stream of pieces into one of a single piece."""
    answers = [
        turn.answers.answers[-1]
        for conversation in _conversations("mister-turing")
        for turn in conversation.turns
    ]
    for answer in answers:
        before: Any = answer.payload
        text = words.format(before["text"])
        assert answer.step is not None
        after: Any = as_sent(answer.step, before, {**before, "text": text})
        assert "".join(after["events"]) == after["text"] == text
        assert len(after["events"]) == len(before["events"])

    assert max(len(answer.payload["events"]) for answer in answers) > 1


def _read(step: Step, response: Response, answer: TurnAnswer) -> object:
    """The payload of a response, but for the text of streams, which servers space as they like."""
    payload = answer.payload
    if step.stream is not None:
        reader = reader_for(step)
        reader.feed(response.body)
        framing = reader.finish()
        assert isinstance(payload, dict)
        assert framing.value == payload["framing"]
        # A plain text has an event for each chunk.
        events = [event.data for event in reader.events]
        is_text = framing is Framing.TEXT
        assert (
            "".join(events) == payload["text"] if is_text else len(events) == len(payload["events"])
        )  # type: ignore[arg-type]
        return payload
    if step.receive is not None:
        assert isinstance(payload, dict)
        return {**payload, "events": messages_in(response, step.answer.encoding)}
    return read_payload(response, step.answer.encoding)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_mutant_says_something_else(provider: str) -> None:
    """No mutant equals the recorded reply, each has an id of its own, and some are made."""
    meter, _ = _meter()
    made = 0
    for conversation in _conversations(provider):
        recorded = {turn.planned.number: turn.answers.reply for turn in conversation.turns}
        ids = []
        for changed in meter.changes(conversation):
            ids.append(changed.mutant.id)
            if changed.turn is not None:
                assert changed.turn.reply != recorded[changed.mutant.turn]
            made += changed.mutant.fate in (Fate.KILLED, Fate.SURVIVED)
        assert len(set(ids)) == len(ids)

    assert made > 0


def test_the_mutants_are_the_same_on_every_machine(tmp_path: Path) -> None:
    """Neither the order of Python's sets nor the number of processes changes a record."""
    words = ["strength", "scenarios/connectly/pink-dress.yaml", "scenarios/superoffice/as-xml.yaml"]
    results = []
    for seed in ("1", "2"):
        subprocess.run(  # our own interpreter
            [*COMMAND, *words, "--reports", str(tmp_path / seed)],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        )
        results.append(json.loads((tmp_path / seed / "strength.json").read_text()))

    assert results[0] == results[1]
    assert len(results[0]["conversations"]) == 2
