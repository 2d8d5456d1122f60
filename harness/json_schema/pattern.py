"""Regular expressions inside schemas."""

from __future__ import annotations

from functools import lru_cache

import jsonschema_rs

BACKTRACKING = jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000)
"""Bounds what a pattern with look-around or back-references may cost; others are linear."""


@lru_cache(maxsize=1024)
def is_pattern(text: str) -> bool:
    """Whether a text is a regular expression that a schema may hold."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": text}, pattern_options=BACKTRACKING)
    except ValueError:
        return False
    return True
