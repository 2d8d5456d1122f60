"""JSON bodies made readable, so that the exact bytes come back."""

from __future__ import annotations

import json

from harness.core import Json

SHORT = 80
"""Characters: JSON up to this length is readable on one line."""

COMPACT = "compact"
LAYOUTS = {
    COMPACT: ((",", ":"), False),
    "spaced": ((", ", ": "), False),
    "compact-ascii": ((",", ":"), True),
    "spaced-ascii": ((", ", ": "), True),
}
"""How a body's JSON was written: separators, and whether only ASCII was used."""
WITH_NEWLINE = "+newline"
"""Added to a layout's name where the body ended with a line break."""


def spread(body: str) -> tuple[str, str]:
    """A body as readable JSON, and the layout that restores it.

    The body itself, and an empty layout, where its bytes could not be restored: other spacing,
    numbers such as `1.50`, a duplicate key.
    """
    found = layout_of(body) if len(body) > SHORT else None
    if found is None:
        return body, ""
    value, layout = found
    return json.dumps(value, indent=2, ensure_ascii=False), layout


def layout_of(body: str) -> tuple[Json, str] | None:
    """The JSON object or list of a body, and the layout that restores it; None where none does."""
    if body[:1] not in ("[", "{"):
        return None
    text = body.removesuffix("\n")
    suffix = WITH_NEWLINE if text != body else ""
    try:
        value: Json = json.loads(text)
        for name, (separators, is_ascii) in LAYOUTS.items():
            if json.dumps(value, separators=separators, ensure_ascii=is_ascii) == text:
                # JSON can escape a lone surrogate, but a file cannot contain one.
                json.dumps(value, ensure_ascii=False).encode()
                return value, name + suffix
    except (ValueError, RecursionError):
        return None
    return None


def restore(readable: str, layout: str) -> str:
    """The body that `spread` was given. Raises `ValueError` if the layout is not known."""
    if not layout:
        return readable
    name, plus, _ = layout.partition("+")
    if name not in LAYOUTS:
        raise ValueError(f"unknown layout '{layout}'")
    separators, is_ascii = LAYOUTS[name]
    text = json.dumps(json.loads(readable), separators=separators, ensure_ascii=is_ascii)
    return f"{text}\n" if plus else text
