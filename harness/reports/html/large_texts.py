"""Cuts the texts of a conversation that are too large for a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LARGEST_CONVERSATION = 400_000
"""Characters of JSON. The texts of a smaller conversation are never cut."""
LONGEST_TEXT = 20_000
"""Characters of a text that are kept."""


def without_large_texts(value: Any) -> Any:  # noqa: ANN401  # JSON of any kind
    """The value with its long texts cut; each says how many characters are missing."""
    if isinstance(value, str):
        left = len(value) - LONGEST_TEXT
        if left <= 0:
            return value
        return f"{value[:LONGEST_TEXT]}… ({left:,} more characters are in results.json)"
    if isinstance(value, Mapping):
        return {key: without_large_texts(one) for key, one in value.items()}
    if isinstance(value, list):
        return [without_large_texts(one) for one in value]
    return value
