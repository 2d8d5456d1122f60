"""Says which part of a JSONPath exists in a payload where the whole path matches nothing."""

from __future__ import annotations

from collections.abc import Mapping

from harness.core import Json, counted, describe, nearest_word
from harness.formats.json_path import beginning, compile_path, last_name, path_text

MOST_KEYS = 12
"""Keys that are listed."""


def explain_nothing(path: str, payload: Json) -> tuple[str, str]:
    """A sentence on the deepest part that exists, and a hint with the likely key; or empty."""
    query = compile_path(path)
    lengths = reversed(range(len(query.segments)))
    # The path without segments always leads to the payload.
    length, node = next(
        (length, node)
        for length in lengths
        if (node := beginning(query, length).find_one(payload)) is not None  # type: ignore[arg-type]  # JSON
    )
    value: Json = node.value  # type: ignore[assignment]  # JSON
    place = path_text(tuple(node.location))
    message = f"nothing at {path}; the deepest part that exists is {place}"
    hint = ""
    if isinstance(value, Mapping) and value:
        shown = ", ".join(list(value)[:MOST_KEYS])
        more = f" and {len(value) - MOST_KEYS} more" if len(value) > MOST_KEYS else ""
        message += f" with the key{'' if len(value) == 1 else 's'} {shown}{more}"
        name = last_name(beginning(query, length + 1))
        hint = nearest_word(name, value) if name else ""
    elif isinstance(value, list):
        message += f", a list of {counted(len(value), 'item')}"
    else:
        message += f", which is {'empty' if value == {} else describe(value)}"
    return message, hint
