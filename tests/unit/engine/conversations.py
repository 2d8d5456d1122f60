"""Scenarios and conversations made up for a test."""

from __future__ import annotations

from pathlib import Path

from harness.checks import KINDS
from harness.config import Config
from harness.conversation import (
    Exchange,
    Origin,
    Reply,
    ReplyMessage,
    Request,
    Response,
    Transcript,
    Turn,
    UserMessage,
)
from harness.formats.yaml import read
from harness.project.project import Project
from harness.project.vocabulary import Vocabulary
from harness.scenario import examine_scenario

VOCABULARY = Vocabulary(KINDS, None)
NOWHERE = Path("/nowhere")


def project(**more):
    """A project without a folder."""
    folders = {"scenarios": NOWHERE, "schemas": NOWHERE, "cassettes": NOWHERE}
    return Project(Config(root=NOWHERE, **{**folders, **more}), environment={})


FORMAT = project().scenario_format


def scenario(turns, top=""):
    """A scenario of these turns (YAML text); it must be right."""
    document = read(f"scenario: case\n{top}turns:\n{turns}".encode(), "case.yaml")
    found, problems = examine_scenario(document, FORMAT)
    assert problems == []
    return found


def exchange(step="send.1", contract=(), headers=(), status=200):
    """One exchange of the first turn."""
    return Exchange(
        request=Request(method="POST", url="http://a/say", origin=Origin(turn=1, step=step)),
        response=Response(
            status=status,
            reason="",
            headers=headers,
            body=b"{}",
            started=0.0,
            first_byte=0.0,
            seconds=0.1,
        ),
        contract=contract,
    )


def reply(*texts, payload=None, actions=None, ambiguous=None):
    """A reply of these messages."""
    messages = tuple(ReplyMessage(text=text) for text in texts)
    return Reply(
        messages=messages,
        payload=payload,
        actions=actions or {},
        ambiguous_actions=ambiguous or {},
    )


def turn(answer, number=1, **more):
    """A turn with a reply."""
    more.setdefault("exchanges", (exchange(),))
    return Turn(number=number, user=UserMessage(text="Hello"), reply=answer, **more)


def transcript(*turns, **more):
    """A conversation of these turns."""
    return Transcript(scenario="case", provider="bot", turns=turns, **more)
