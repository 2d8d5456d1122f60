"""Reads a cassette in the layout that we write, in a fifth of the time that YAML takes.

It does not look for faults, and what it reads counts only if the checksum agrees. Every other
file, such as one that a tool has formatted, is read as YAML.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from harness.transport.cassette.cassette_writing import END, scalar
from harness.transport.cassette.plain_interaction import FORMAT

_HEAD = re.compile(rf"version: 1\nharness:\n  (format: {FORMAT}\n(?:  .+\n)++)interactions:\n")
_BLOCK = r"(.+)\n((?:(?:{0}.*)?\n)*+)"
_HEADERS = r"    headers:( \{\}\n|\n(?:      .+\n)++)"
_INTERACTION = re.compile(
    r"- harness:(?: (\{.+\})\n|\n((?:    \w+: .+\n)++)    frames:\n((?:    - .+\n)++))"
    r"  request:\n"
    r"    method: (.+)\n"
    r"    uri: (.+)\n"
    rf"    body: {_BLOCK.format(' ' * 6)}"
    rf"{_HEADERS}"
    r"  response:\n"
    r"    status: (\{.+\})\n"
    rf"{_HEADERS}"
    r"    body:\n"
    rf"      string: {_BLOCK.format(' ' * 8)}"
)
_WORDS = {"true": True, "false": False, "null": None}
_WHOLE = re.compile(r'"[^"\\]*"')
"""A text in quotes without an escape."""
_FLOW_PART = re.compile(
    r'"(?:[^"\\]|\\.)*+"'
    r"|(?:true|false|null)(?=[,}\]])"
    r"|([A-Za-z/][\w./+=;%&?~@-]*+(?::(?! )[\w./+=;%&?~@-]*+)*+(?: [\w./+=;%&?~@-]++)*+)"
    r"|[0-9][0-9.e+-]*+"
)
"""A text in quotes, a constant, a text without quotes, or a number."""


def read_own_layout(text: str) -> dict[str, Any] | None:
    """The document of a cassette, as YAML has it; None if the layout is another one."""
    head = _HEAD.match(text)
    if head is None:
        return None
    interactions = []
    at = head.end()
    try:
        while match := _INTERACTION.match(text, at):
            interactions.append(_interaction(match))
            at = match.end()
        if text[at:] != f"{END}\n":
            return None
        ours = _lines(head[1], 2)
    except (RecursionError, ValueError):
        return None
    return {"version": 1, "harness": ours, "interactions": interactions}


def _interaction(match: re.Match[str]) -> dict[str, Any]:
    ours, other, frames, *rest = match.groups()
    method, uri, sent, sent_lines, sent_headers, status, headers, body, lines = rest
    return {
        "harness": _flow(ours) if ours else _with_frames(other, frames),
        "request": {
            "method": _scalar(method),
            "uri": _scalar(uri),
            "body": _body(sent, sent_lines, 6),
            "headers": _grouped(sent_headers),
        },
        "response": {
            "status": _status(status),
            "headers": _grouped(headers),
            "body": {"string": _body(body, lines, 8)},
        },
    }


def _with_frames(lines: str, frames: str) -> dict[str, Any]:
    messages = frames.removeprefix("    - ").rstrip("\n").split("\n    - ")
    return {**_lines(lines.lstrip(), 4), "frames": [_nested(one) for one in messages]}


def _lines(lines: str, width: int) -> dict[str, Any]:
    """A mapping of lines, of which all but the first are indented by so many characters."""
    pairs = lines.rstrip("\n").replace("\n" + " " * width, ", ")
    return _flow(f"{{{pairs}}}")


def _flow(text: str) -> dict[str, Any]:
    """A mapping on one line."""
    flat: dict[str, Any] = {}
    for pair in text[1:-1].split(", "):
        name, _, value = pair.partition(": ")
        if value[:1].isalpha():
            flat[name] = _WORDS.get(value, value)
        elif value.removeprefix("-").isdecimal():
            flat[name] = int(value)
        elif value[:1].isdecimal():
            flat[name] = float(value)
        elif _WHOLE.fullmatch(value):
            flat[name] = value[1:-1]
        else:
            nested: dict[str, Any] = _nested(text)
            return nested
    return flat


def _nested(text: str) -> Any:  # noqa: ANN401  # JSON of any kind
    """The same for any value: it is JSON, except for the texts without quotes."""
    return json.loads(_FLOW_PART.sub(_quoted, text))


def _quoted(match: re.Match[str]) -> str:
    return f'"{match[1]}"' if match[1] else match[0]


@lru_cache(maxsize=64)
def _status(text: str) -> Mapping[str, Any]:
    return _flow(text)


@lru_cache(maxsize=256)
def _scalar(text: str) -> str:
    """A text with or without quotes. Raises `ValueError` if it is neither."""
    if text[0] == '"':
        return str(json.loads(text))
    if scalar(text) != text:
        raise ValueError(text)
    return text


@lru_cache(maxsize=256)
def _grouped(text: str) -> Mapping[str, list[str]]:
    """The values of each header by its name. Raises `ValueError` for a name that is repeated."""
    grouped: dict[str, list[str]] = {}
    values: list[str] = []
    for line in text.split("\n")[1:-1]:
        if line[6:8] == "- ":
            values.append(_scalar(line[8:]))
            continue
        name = _scalar(line[6:].removesuffix(":"))
        if name in grouped:
            raise ValueError(name)
        values = grouped[name] = []
    return grouped


def _body(first: str, lines: str, width: int) -> str | bytes:
    """A body, whose lines are indented by so many characters."""
    if first[0] == '"':
        return str(json.loads(first))
    # Lines without text are not indented.
    text = f"\n{lines}".replace("\n" + " " * width, "\n")[1:]
    match first:
        case "|-" | "|2-":
            return text.removesuffix("\n")
        case "|" | "|2" | "|+" | "|2+":
            return text
        case "!!binary |-":
            return base64.b64decode(text)
    raise ValueError(first)
