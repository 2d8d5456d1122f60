"""Somebody's project: harness.yaml, a definition of its own, scenarios. No other file of ours."""

from __future__ import annotations

import json
from pathlib import Path

HARNESS_YAML = """\
provider: echo
providers:
  echo:
    definition: definitions/echo
    settings: {base_url: '${env.ECHO_URL}', api_key: '${env.ECHO_API_KEY}'}
  parrot:
    definition: definitions/echo
    settings: {base_url: '${env.ECHO_URL}', api_key: '${env.ECHO_API_KEY}'}
"""

DEFINITION = """\
definition: echo
settings:
  base_url: {type: string, required: true}
  api_key: {type: string, secret: true}
headers: {X-Api-Key: '${settings.api_key}'}
open:
  - request: {post: /sessions}
    answer: {status: 201, schema: session}
    capture: {session_id: $.id}
send:
  - request:
      post: '/sessions/${session_id}/messages'
      json: {text: '${message.text}'}
    answer: {schema: answer}
    reply: {text: $.reply.text}
close:
  - request: {delete: '/sessions/${session_id}', repeatable: true}
    answer: {status: [204, 404], as: none}
"""

SESSION = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}

ANSWER = {
    "type": "object",
    "required": ["reply"],
    "properties": {
        "reply": {
            "type": "object",
            "required": ["text"],
            "properties": {"text": {"type": "string"}, "words": {"type": "integer"}},
        }
    },
}

GREET = """\
scenario: greet
title: The bot repeats a greeting
tags: [smoke]
turns:
  - user: Hello there
    expect:
      contains: Hello there
      schema: short-answer
"""

COLOURS = """\
scenario: colours
tags: [colourful]
matrix: {colour: [red, blue]}
turns:
  - user: I like ${colour}
    expect: {ends_with: '${colour}'}
    capture: {words: $.reply.words}
  - user: That was ${words} words
    expect: {contains: 3 words}
"""

ONLY_ECHO = """\
scenario: only-echo
tags: [smoke, named]
provider: echo
turns:
  - user: no
    expect: {equals: 'You said: no'}
"""

PROJECT = {
    "harness.yaml": HARNESS_YAML,
    "definitions/echo/provider.yaml": DEFINITION,
    "definitions/echo/schemas/session.schema.json": json.dumps(SESSION),
    "definitions/echo/schemas/answer.schema.json": json.dumps(ANSWER),
    "schemas/short-answer.schema.json": json.dumps(
        {"type": "object", "properties": {"reply": {"properties": {"words": {"maximum": 9}}}}}
    ),
    "scenarios/greet.yaml": GREET,
    "scenarios/shop/colours.yaml": COLOURS,
    "scenarios/shop/only-echo.yaml": ONLY_ECHO,
}


def write_project(folder: Path) -> None:
    """Write the project's files."""
    for name, text in PROJECT.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def scenario_text(name: str, *, says: str = "Hello there", **more: object) -> str:
    """A scenario of one turn that expects to be repeated; `more` are further top-level keys."""
    keys = "".join(f"{key}: {json.dumps(value)}\n" for key, value in more.items())
    said = json.dumps(says)
    return (
        f"scenario: {name}\n{keys}turns:\n  - user: {said}\n    expect: {{contains: 'You said'}}\n"
    )
