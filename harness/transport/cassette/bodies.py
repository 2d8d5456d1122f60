"""JSON bodies made readable, so that the exact bytes come back."""

from __future__ import annotations

import json

SHORT = 80
"""Characters: JSON up to this length is readable on one line."""

LAYOUTS = {
    "compact": ((",", ":"), False),
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
    if len(body) <= SHORT or body[0] not in "[{":
        return body, ""
    text = body.removesuffix("\n")
    suffix = WITH_NEWLINE if text != body else ""
    try:
        content = json.loads(text)
        for name, (separators, is_ascii) in LAYOUTS.items():
            if json.dumps(content, separators=separators, ensure_ascii=is_ascii) == text:
                readable = json.dumps(content, indent=2, ensure_ascii=False)
                # JSON can escape a lone surrogate, but a file cannot contain one.
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
        raise ValueError(f"unknown layout '{layout}'")
    separators, is_ascii = LAYOUTS[name]
    text = json.dumps(json.loads(readable), separators=separators, ensure_ascii=is_ascii)
    return f"{text}\n" if plus else text
