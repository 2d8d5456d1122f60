"""Criteria that another check decides for certain, at no cost."""

from __future__ import annotations

import re
from collections.abc import Mapping

from harness.checks.check import Options
from harness.core import Problem

_QUOTED = re.compile(r"[\"“„«]([^\"”“»]{1,80})[\"”»]|(?<!\w)'([^']{1,80})'(?!\w)")
_LENGTH = re.compile(
    r"\b(?:(?:at most|no more than|not more than|fewer than|less than|under|max(?:imum)?)\s+\d+\s+"
    r"(words|characters)|(\d+)\s+(?:words|characters)\s+or\s+(?:less|fewer))",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.])\d[\d.,]*(?![\w])")


def doubt_criteria(criteria: Mapping[str, str], options: Options) -> None:
    """Tell criteria that quote a text, or name a length or a number, with the check for it."""
    if options.doubts is None:
        return
    for name, words in criteria.items():
        if hint := check_for(words):
            options.doubts.append(
                Problem(
                    code="needs-no-judge",
                    message=f"the criterion '{name}' can be decided without a model",
                    hint=hint,
                )
            )


def check_for(words: str) -> str:
    """The check that decides a criterion for certain; empty if none is known."""
    if length := _LENGTH.search(words):
        number = re.search(r"\d+", length[0])
        unit = "max_characters" if "character" in length[0].lower() else "max_words"
        return f"write '{unit}: {number[0]}'" if number else ""
    if quoted := _QUOTED.search(words):
        text = next(text for text in quoted.groups() if text)
        return f"write 'contains: {text}'"
    if number := _NUMBER.search(words):
        return f"write 'contains: \"{number[0].rstrip('.,')}\"', or 'grounded_in'"
    return ""
