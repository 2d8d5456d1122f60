"""JSON bodies made readable, so that the exact bytes come back."""

from __future__ import annotations

import json

SHORT = 80
"""Characters: JSON up to this length reads well as it came."""

LAYOUTS = {
    "compact": ((",", ":"), False),
    "spaced": ((", ", ": "), False),
    "compact-ascii": ((",", ":"), True),
    "spaced-ascii": ((", ", ": "), True),
}
"""How a body's JSON was written: separators, and whether only ASCII was used."""
WITH_NEWLINE = "+newline"
"""Stands behind a layout's name where the body ended with a line break."""


def spread(body: str) -> tuple[str, str]:
    """A body as readable JSON, and the layout that brings it back; or as it is, and empty.

    It is left as it is where the bytes could not be restored: other spacing, numbers such as
    `1.50`, a key that stands twice.
    """
    if len(body) <= SHORT or body[0] not in "[{":
        return body, ""
    text = body.removesuffix("\n")
    suffix = WITH_NEWLINE if text != body else ""
    try:
        content = json.loads(text)
        for name, (separators, is_ascii) in LAYOUTS.items():
            if json.dumps(content, separators=separators, ensure_ascii=is_ascii) == text:
                readable = json.dumps(content, indent=2, ensure_ascii=False)
                # A lone surrogate can be escaped in JSON, but not stand in a file.
                readable.encode()
                return readable, name + suffix
    except (ValueError, RecursionError):
        return body, ""
    return body, ""


def restore(readable: str, layout: str) -> str:
    """The body that `spread` was given. Raises `ValueError` if the layout is not known."""
    if not layout:
        return readable
    name, plus, _ = layout.partition("+")
    if name not in LAYOUTS:
        message = f"unknown layout '{layout}'"
        raise ValueError(message)
    separators, is_ascii = LAYOUTS[name]
    text = json.dumps(json.loads(readable), separators=separators, ensure_ascii=is_ascii)
    return f"{text}\n" if plus else text
