"""Describes how a request differs from the recorded one, in lines for a message."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from urllib.parse import parse_qsl, urlsplit

from harness.conversation import Request
from harness.core import Path, pointer, quote, shorten
from harness.formats.multipart import read_multipart, values_of
from harness.secrets.conversation_redaction import redact_request
from harness.secrets.redaction import Redactor
from harness.secrets.secret_marks import MARK
from harness.transport.cassette import PlainInteraction, bytes_of

MOST_LINES = 8
_MISSING = object()
"""The value of a field that one side does not have."""


def body_differences(recorded: bytes, now: bytes) -> tuple[str, ...]:
    """The differences, field by field where both are JSON or forms; at most `MOST_LINES` lines."""
    lines = [
        f"{pointer(path) or 'body'}: recorded {_shown(old)}, now {_shown(new)}"
        for path, old, new in _differences(_parsed(recorded), _parsed(now), ())
    ]
    if len(lines) > MOST_LINES:
        return (*lines[:MOST_LINES], f"and {len(lines) - MOST_LINES} more")
    return tuple(lines)


def request_difference(
    interaction: PlainInteraction, request: Request, redactor: Redactor, *, is_first_format: bool
) -> str:
    """The first difference between a request and the recorded one; empty where there is none.

    Compares query, headers and body, except for headers that contain a secret.
    """
    sent = redact_request(request, redactor)
    old = {name.lower(): value for name, value in interaction["sent_headers"]}
    # Format 1 recorded some headers only.
    new = {
        name.lower(): value
        for name, value in sent.headers
        if not is_first_format or name.lower() in old
    }
    lines = [
        *_named("the query", _query(interaction["uri"]), _query(sent.url)),
        *_named("the headers", old, new),
    ]
    recorded = bytes_of(interaction["sent"], is_base64=interaction["sent_is_base64"])
    lines += body_differences(recorded, sent.body)
    more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
    return f"{lines[0]}{more}" if lines else ""


def _query(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def _named(what: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    """A line for each name whose value differs."""
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name, _MISSING), new.get(name, _MISSING)
        if before != after and not MARK.search(str(after)):
            yield f"{name} of {what}: recorded {_shown(before)}, now {_shown(after)}"


def _differences(old: object, new: object, path: Path) -> Iterator[tuple[Path, object, object]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys([*old, *new]):
            before, after = old.get(key, _MISSING), new.get(key, _MISSING)
            yield from _differences(before, after, (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        for index, (before, after) in enumerate(zip_longest(old, new, fillvalue=_MISSING)):
            yield from _differences(before, after, (*path, index))
    elif old != new or type(old) is not type(new):
        yield path, old, new


def _parsed(body: bytes) -> object:
    parts = read_multipart(body)
    if parts is not None:
        return values_of(parts)
    text = body.decode(errors="replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pairs = parse_qsl(text, keep_blank_values=True) if "=" in text[:200] else []
        return dict(pairs) if pairs and " " not in text else text


def _shown(value: object) -> str:
    if value is _MISSING:
        return "nothing"
    return (
        quote(value) if isinstance(value, str) else shorten(json.dumps(value, ensure_ascii=False))
    )
