"""Regular expressions inside schemas."""

from __future__ import annotations

from functools import lru_cache

import jsonschema_rs

from harness.core import quote
from harness.core.repetition import PatternTooLarge, require_size

BACKTRACKED = 100_000
"""Steps back that one search may take."""

BACKTRACKING = jsonschema_rs.FancyRegexOptions(backtrack_limit=BACKTRACKED)
"""Limits the work for a pattern with look-around or back-references; others are linear."""


@lru_cache(maxsize=1024)
def pattern_fault(text: str) -> tuple[str, str, str]:
    """Code, message and hint if a pattern is not valid in a schema; otherwise empty texts."""
    try:
        require_size(text)
        jsonschema_rs.Draft202012Validator({"pattern": text}, pattern_options=BACKTRACKING)
    except PatternTooLarge as error:
        return "pattern-too-large", f"the pattern {quote(text)} is too large: {error}", error.hint
    except ValueError:
        return "invalid-pattern", f"{quote(text)} is not a regular expression", ""
    return "", "", ""


@lru_cache(maxsize=1024)
def may_backtrack(text: str) -> bool:
    """Whether a search may take more than linear time, so that it may reach the limit."""
    if "(?" not in text and "\\" not in text:
        return False
    try:
        jsonschema_rs.Draft202012Validator(
            {"pattern": text}, pattern_options=jsonschema_rs.RegexOptions()
        )
    except ValueError:
        return True
    return False


def matches(pattern: str, text: str) -> bool:
    """Whether a text matches a pattern of a schema; false if the search was given up."""
    return _validator(pattern).is_valid(valid_text(text))


def gives_up(pattern: str, text: str) -> bool:
    """Whether the search for a pattern reaches the limit on a text."""
    if matches(pattern, text):
        return False
    kinds = (
        jsonschema_rs.ValidationErrorKind.BacktrackLimitExceeded,
        jsonschema_rs.ValidationErrorKind.RegexEngineFailure,
    )
    errors = _validator(pattern).iter_errors(valid_text(text))
    return any(isinstance(error.kind, kinds) for error in errors)


def valid_text(text: str) -> str:
    """A text that jsonschema-rs accepts, with `?` for each lone surrogate."""
    return text.encode("utf-8", "replace").decode()


@lru_cache(maxsize=1024)
def _validator(pattern: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=BACKTRACKING)
