"""The reason in a failure screen, as reports show it on one line."""

from __future__ import annotations

import re

_PLACES = re.compile(r"(?:[^\s:]+:\d+:\d+: |before the first turn: |[^\s:]+\.ya?ml: )+")
"""At the start of a screen: where it is, in the scenario and in the recording."""


def reason_in(screen: str) -> str:
    """The first line of a failure screen, with its place behind the reason."""
    first = screen.partition("\n")[0]
    found = _PLACES.match(first)
    return first if found is None else f"{first[found.end() :]} ({found.group().rstrip(': ')})"
