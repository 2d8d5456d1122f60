"""Regular expressions inside schemas."""

from __future__ import annotations

from functools import lru_cache

import jsonschema_rs

from harness.errors import quote
from harness.repetition import PatternTooLarge, require_size

BACKTRACKING = jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000)
"""Bounds what a pattern with look-around or back-references may cost; others are linear."""


@lru_cache(maxsize=1024)
def pattern_fault(text: str) -> tuple[str, str, str]:
    """Code, sentence and hint for what is no regular expression of a schema; else empty texts."""
    try:
        require_size(text)
        jsonschema_rs.Draft202012Validator({"pattern": text}, pattern_options=BACKTRACKING)
    except PatternTooLarge as error:
        return "pattern-too-large", f"the pattern {quote(text)} is too large: {error}", error.hint
    except ValueError:
        return "invalid-pattern", f"{quote(text)} is no regular expression", ""
    return "", "", ""
