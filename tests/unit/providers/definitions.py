"""Definitions and answers made up for a test."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import tempfile
from pathlib import Path

from harness.conversation import Response, UserMessage
from harness.core.errors import PlayError
from harness.providers.definition_reader import read_definition
from harness.providers.flow import FlowState, Send
from harness.providers.interpreter import run_steps

HEAD = """\
definition: ours
settings:
  base_url: {type: string}
  token: {type: string, secret: true}
"""


UNPLAYED = """\
  - when: ${session.unplayed}
    request: {get: /unplayed}
    reply: {}
"""
"""Behind the steps of `send` that read no reply: a definition must say how one is read."""


def with_reply(steps):
    """The steps (YAML text), with one that reads a reply and is never played."""
    before, sends, rest = steps.partition("send:\n")
    send = re.match(r"(?:[ #].*\n)*", rest)[0]
    return f"{before}{sends}{send}{UNPLAYED}{rest[len(send) :]}"


def definition(steps, schemas=None):
    """A definition of these steps (YAML text), with schemas by name."""
    if "send:\n" in steps and "reply:" not in steps:
        steps = with_reply(steps)
    folder = Path(tempfile.mkdtemp())
    try:
        (folder / "schemas").mkdir()
        for name, schema in (schemas or {}).items():
            (folder / "schemas" / f"{name}.schema.json").write_text(json.dumps(schema))
        (folder / "provider.yaml").write_text(HEAD + steps)
        return read_definition(folder, "ours")
    finally:
        shutil.rmtree(folder)


def state_of(read, **settings):
    """What is known at the beginning of a conversation."""
    return FlowState(
        settings={"base_url": "http://a", "token": None, **settings},
        conversation={"id": "c-1"},
        captured=dict.fromkeys(read.captures),
    )


def answer(payload=None, status=200, started=0.0, seconds=0.0, headers=(), body=None):
    """An answer that came at a time; `body` goes before the payload."""
    return Response(
        status=status,
        reason="",
        headers=headers,
        body=json.dumps(payload).encode() if body is None else body,
        started=started,
        first_byte=seconds,
        seconds=seconds,
    )


def play(steps, state, answers):
    """Run steps with these answers, in order. The commands, and the reply or the error."""
    commands = []
    left = itertools.chain(answers)
    flow = run_steps(steps, state)
    try:
        command = next(flow)
        while True:
            commands.append(command)
            if not isinstance(command, Send):
                command = next(flow)
                continue
            response = next(left)
            if command.reader is not None:
                command.reader.feed(response.body)
            command = flow.send(response)
    except StopIteration as end:
        return commands, end.value
    except PlayError as error:
        return commands, error


def said(text="Hello", **more):
    """A message of the user."""
    return UserMessage(text=text, **more)


def requests(commands):
    """The requests among commands."""
    return [command.request for command in commands if isinstance(command, Send)]
