"""Writes the projects that are measured: scenarios, provider, schemas, and their recordings."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path

from benchmarks.words import (
    FIRST_SUGGESTION,
    MOST_WORDS,
    PATTERN,
    STATUS,
    conversation_name,
    order,
    said,
)

HERE = Path(__file__).parent
WORK = HERE / ".work"
PROVIDER = "bench"
ADDRESS_VARIABLE = "BENCH_URL"
FOLDER_SIZE = 100
"""Scenario files in one folder."""

_CONFIG = """\
providers:
  bench:
    definition: definitions/bench
    settings: {base_url: '${env.BENCH_URL}'}
    concurrency: 100
concurrency: 100
tags: {order: Questions about an order}
"""

_DEFINITION = """\
definition: bench
title: The chat API of the benchmarks
settings:
  base_url: {type: string, required: true}
open:
  - request: {post: /sessions, json: {channel: web}, schema: session-request}
    answer: {status: 201, schema: session}
    capture: {session_id: $.session_id}
send:
  - request:
      post: /sessions/${session_id}/messages
      json: {text: '${message.text}'}
      schema: message-request
    answer: {schema: reply}
    reply: {messages: $.message, text: $.text, id: $.id}
close:
  - when: ${session_id}
    request: {delete: '/sessions/${session_id}', repeatable: true}
    answer: {status: 204, as: none}
"""

_TEXT = {"type": "string", "minLength": 1}
_COUNT = {"type": "integer", "minimum": 0}


def _closed(**properties: object) -> dict[str, object]:
    """The schema of an object with exactly these keys."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


_MESSAGE = _closed(id=_TEXT, role={"const": "assistant"}, text=_TEXT)
del _MESSAGE["$schema"]

_CONTRACTS = {
    "session-request": _closed(channel={"enum": ["web", "phone"]}),
    "session": _closed(session_id=_TEXT),
    "message-request": _closed(text=_TEXT),
    "reply": _closed(
        session_id=_TEXT,
        message=_MESSAGE,
        suggestions={"type": "array", "items": _TEXT, "maxItems": 5},
        usage={
            "type": "object",
            "required": ["input_tokens", "output_tokens"],
            "properties": {"input_tokens": _COUNT, "output_tokens": _COUNT},
        },
    ),
}

FOUR_MORE = (
    f"matches: '{PATTERN}'",
    f"json: {{'$.suggestions[0]': {FIRST_SUGGESTION}}}",
    f"status: {STATUS}",
    f"max_words: {MOST_WORDS}",
)
"""Checks of a turn beside `contains` and `schema`."""

EXPECTED = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "description": "What the scenarios expect of every reply.",
    "type": "object",
    "required": ["message", "suggestions"],
    "properties": {
        "message": {
            "properties": {"text": {"pattern": "^You wrote: ", "maxLength": 400}},
        },
        "suggestions": {"minItems": 1, "uniqueItems": True},
    },
}


class Checks(StrEnum):
    """How much a scenario checks of every reply."""

    TWO = "two"
    """The text and the payload."""
    SIX = "six"
    NONE = "none"


def scenario_text(number: int, checks: Checks = Checks.TWO) -> str:
    """A scenario file of five turns."""
    lines = [
        f"scenario: {conversation_name(number)}",
        f"title: Five questions about the order {order(number)}",
        "tags: [order]",
        "turns:",
    ]
    for text in said(number):
        lines += [f"  - user: {text}", *_expected(number, checks)]
    return "\n".join(lines) + "\n"


def _expected(number: int, checks: Checks) -> list[str]:
    if checks is Checks.NONE:
        return ["    expect: none"]
    two = ["    expect:", f"      contains: {order(number)}", "      schema: bench/reply"]
    return two if checks is Checks.TWO else [*two, *(f"      {check}" for check in FOUR_MORE)]


def scenario_file(number: int) -> str:
    """Where a scenario lies, below the project."""
    folder = (number - 1) // FOLDER_SIZE + 1
    return f"scenarios/group-{folder:03}/{conversation_name(number)}.yaml"


def write_project(root: Path, conversations: int, checks: Checks = Checks.TWO) -> None:
    """Write a project of so many scenarios, without recordings."""
    _write(root / "pytest.ini", "[pytest]\n")
    _write(root / "harness.yaml", _CONFIG)
    _write(root / "definitions/bench/provider.yaml", _DEFINITION)
    for name, contract in _CONTRACTS.items():
        file = root / f"definitions/bench/schemas/{name}.schema.json"
        _write(file, json.dumps(contract, indent=2) + "\n")
    _write(root / "schemas/bench/reply.schema.json", json.dumps(EXPECTED, indent=2) + "\n")
    for number in range(1, conversations + 1):
        _write(root / scenario_file(number), scenario_text(number, checks))


def kept_folder(name: str, made_from: str, make: Callable[[Path], None]) -> Path:
    """A folder of the work area, made anew where what it is made from has changed.

    It gets its name only when it is whole, so a run that was broken off leaves nothing half.
    """
    folder = WORK / name
    stamp = folder / ".made-from"
    if stamp.is_file() and stamp.read_text() == made_from:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    making = WORK / f"{name}.part"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    make(making)
    (making / ".made-from").write_text(made_from)
    making.rename(folder)
    return folder


def digest_of(*roots: Path) -> str:
    """A hash of all Python files in some folders, not below their hidden ones."""
    digest = blake2b(digest_size=16)
    for root in roots:
        for file in sorted(root.rglob("*.py")):
            if not any(part.startswith(".") for part in file.relative_to(root).parts):
                digest.update(file.read_bytes())
    return digest.hexdigest()


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
