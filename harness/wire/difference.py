"""How a request differs from the recorded one, in lines for a message."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl

from harness.errors import quote
from harness.source import shorten
from harness.typing import Json, Path, pointer

MOST_LINES = 8


def body_differences(recorded: bytes, now: bytes) -> tuple[str, ...]:
    """What differs, field by field where both are JSON or a form; at most `MOST_LINES` lines."""
    before, after = _parsed(recorded), _parsed(now)
    lines = [
        f"{pointer(path) or 'body'}: recorded {_shown(old)}, now {_shown(new)}"
        for path, old, new in _walk(before, after, ())
    ]
    if len(lines) > MOST_LINES:
        more = len(lines) - MOST_LINES
        return (*lines[:MOST_LINES], f"and {more} more")
    return tuple(lines)


class _Missing:
    """Stands for a field that is not there."""


_MISSING = _Missing()

Field = Json | _Missing


def _walk(old: Field, new: Field, path: Path) -> Iterator[tuple[Path, Field, Field]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys([*old, *new]):
            yield from _walk(old.get(key, _MISSING), new.get(key, _MISSING), (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else _MISSING
            after = new[index] if index < len(new) else _MISSING
            yield from _walk(before, after, (*path, index))
    elif old != new or type(old) is not type(new):
        yield path, old, new


def _parsed(body: bytes) -> Json:
    text = body.decode(errors="replace")
    try:
        content: Json = json.loads(text)
    except (ValueError, RecursionError):
        pairs = parse_qsl(text, keep_blank_values=True) if "=" in text[:200] else []
        return dict(pairs) if pairs and " " not in text else text
    return content


def _shown(value: Field) -> str:
    if isinstance(value, _Missing):
        return "nothing"
    return (
        quote(value) if isinstance(value, str) else shorten(json.dumps(value, ensure_ascii=False))
    )
