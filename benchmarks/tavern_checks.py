# ruff: noqa: S101  # asserting is what is measured
"""Functions that Tavern's tests call for assertions that Tavern does not bring itself."""

from __future__ import annotations

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from benchmarks.words import MOST_WORDS
from benchmarks.workload import EXPECTED


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(EXPECTED)


def fits_schema(response: Any) -> None:  # noqa: ANN401  # of Tavern's own HTTP library
    """Whether the payload fits the scenarios' schema."""
    _validator().validate(response.json())


def is_short(response: Any) -> None:  # noqa: ANN401  # the same
    """Whether the text has few words."""
    assert len(response.json()["message"]["text"].split()) <= MOST_WORDS
