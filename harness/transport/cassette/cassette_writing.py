"""The text of a cassette.

Written by hand and not by PyYAML: libyaml escapes every emoji, which turns a whole body into one
long quoted line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import cast

from harness.core import Json
from harness.transport.cassette.bodies import spread
from harness.transport.cassette.cassette import Cassette, CassetteHead, head_to_json
from harness.transport.cassette.frames import PlainFrame, written_frame
from harness.transport.cassette.plain_interaction import FORMAT, PlainInteraction, checksum

END = "..."
"""YAML's mark for the end of a document. A file without it was cut."""

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./+=;%&?~@:-]*(?: [A-Za-z0-9_./+=;%&?~@-]+)*")
_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])
# What YAML does not allow in a file, or reads as a line break.
_SPECIAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_WIDTH = 76


def dump_cassette(cassette: Cassette) -> str:
    """The text of a cassette's file; of vcrpy's plain format where the cassette has no head."""
    interactions = cassette.interactions.plain
    lines = ["version: 1"]
    if cassette.head is not None:
        lines += _head(cassette.head, interactions)
    lines.append("interactions:" if interactions else "interactions: []")
    for interaction in interactions:
        lines += _interaction(interaction)
    return "\n".join([*lines, END, ""])


def _head(head: CassetteHead, interactions: Sequence[PlainInteraction]) -> Iterator[str]:
    known = {name: value for name, value in head_to_json(head).items() if value}
    content: dict[str, Json] = {"format": FORMAT, **known, "interactions": len(interactions)}
    yield "harness:"
    for name, value in content.items():
        yield f"  {name}: {flow(value)}"
    yield f"  checksum: {scalar(checksum(interactions, content))}"


def _interaction(interaction: PlainInteraction) -> Iterator[str]:
    sent, sent_layout = (
        (interaction["sent"], "") if interaction["sent_is_base64"] else spread(interaction["sent"])
    )
    body, layout = (
        (interaction["body"], "") if interaction["body_is_base64"] else spread(interaction["body"])
    )
    if interaction["is_ours"]:
        ours = _ours(interaction, sent_layout, layout)
        if "frames" in interaction:
            yield "- harness:"
            yield from (f"    {name}: {flow(value)}" for name, value in ours.items())
            yield "    frames:"
            yield from (f"    - {_frame(frame)}" for frame in interaction["frames"])
        else:
            yield f"- harness: {flow(ours)}"
        yield "  request:"
    else:
        yield "- request:"
    yield f"    method: {scalar(interaction['method'])}"
    yield f"    uri: {scalar(interaction['uri'])}"
    yield f"    body: {_block(sent, '      ', is_base64=interaction['sent_is_base64'])}"
    yield from _headers(interaction["sent_headers"])
    yield "  response:"
    yield f"    status: {{code: {interaction['status']}, message: {scalar(interaction['reason'])}}}"
    yield from _headers(interaction["headers"])
    yield "    body:"
    yield f"      string: {_block(body, '        ', is_base64=interaction['body_is_base64'])}"


def _ours(interaction: PlainInteraction, sent_layout: str, layout: str) -> dict[str, Json]:
    """Our keys of an interaction, without those that are empty."""
    known: dict[str, Json] = {
        "turn": interaction["turn"],
        "step": interaction["step"],
        "message": interaction["message"],
        "at": interaction["started"],
        "first_byte": interaction["first_byte"],
        "seconds": interaction["seconds"],
        "now": interaction.get("now"),
    }
    rest: dict[str, Json] = {
        "stream": interaction["is_stream"],
        "chunks": interaction["chunks"],
        "attempts": [
            {"status": one["status"], "reason": one["reason"], "waited": one["waited"]}
            for one in interaction["attempts"]
        ],
        "layout": layout,
        "request_layout": sent_layout,
        "order": _order(interaction["headers"]),
        "request_order": _order(interaction["sent_headers"]),
        "broken": cast("Json", interaction.get("broken")),
    }
    return {
        **{name: value for name, value in known.items() if value is not None},
        **{name: value for name, value in rest.items() if value},
    }


def _frame(frame: PlainFrame) -> str:
    """A message on one line. Its JSON keeps its quotes, as the search for secrets expects it."""
    written = written_frame(frame)
    parts = (
        f"{name}: {_SPECIAL.sub(_escaped, json.dumps(value, ensure_ascii=False))}"
        if name == "json"
        else f"{name}: {flow(value)}"
        for name, value in written.items()
    )
    return f"{{{', '.join(parts)}}}"


def _headers(pairs: list[list[str]]) -> Iterator[str]:
    if not pairs:
        yield "    headers: {}"
        return
    yield "    headers:"
    for name, values in group(pairs).items():
        yield f"      {scalar(name)}:"
        for value in values:
            yield f"      - {scalar(value)}"


def group(pairs: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    """Headers as vcrpy stores them: each name with its values."""
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped


def _order(pairs: list[list[str]]) -> list[str]:
    """The names in order; empty where grouping them keeps their order."""
    names = [name for name, _ in pairs]
    grouped = [name for name, values in group(pairs).items() for _ in values]
    return [] if names == grouped else names


def scalar(text: str) -> str:
    """A text as YAML that every reader reads as this text."""
    # A colon before a space or at the end would begin a mapping.
    is_plain = _PLAIN.fullmatch(text) and ": " not in text and not text.endswith(":")
    if is_plain and text.lower() not in _WORDS:
        return text
    return _quoted(text)


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return _SPECIAL.sub(_escaped, quoted)


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def flow(value: Json) -> str:
    """A value on one line. JSON is YAML, except for the characters of `_SPECIAL`."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{flow(key)}: {flow(one)}' for key, one in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(flow(one) for one in value)}]"
    if isinstance(value, str):
        return scalar(value)
    return json.dumps(value)


def _block(text: str, indent: str, *, is_base64: bool) -> str:
    """A body: a literal block where YAML allows all its characters."""
    if is_base64:
        lines = [text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH)]
        return "\n".join(["!!binary |-", *(indent + line for line in lines)])
    if not text.strip() or _SPECIAL.search(text):
        return _quoted(text)
    # A first line that is empty or starts with a space or a tab would be read as indentation.
    width = "2" if text[0] in " \n\t" else ""
    stripped = text.rstrip("\n")
    ends = len(text) - len(stripped)
    chomping = ("-", "")[ends] if ends <= 1 else "+"
    lines = [indent + line if line else "" for line in stripped.split("\n")]
    return "\n".join([f"|{width}{chomping}", *lines, *[""] * max(0, ends - 1)])
