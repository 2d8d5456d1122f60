"""The checks on a text."""

from __future__ import annotations

from collections.abc import Mapping

from harness.checks.check import Kind, Options
from harness.checks.combining import with_combinations
from harness.checks.contains import CONTAINS, CONTAINS_ALL, CONTAINS_ANY, NOT_CONTAINS
from harness.checks.edges import ENDS_WITH, STARTS_WITH
from harness.checks.equals import EQUALS
from harness.checks.language import LANGUAGE
from harness.checks.matches import MATCHES, NOT_MATCHES
from harness.checks.measures import MAX_CHARACTERS, MAX_WORDS, MIN_WORDS
from harness.checks.reading import READING
from harness.core.typing import Json

TEXT_TABLE = (
    EQUALS,
    CONTAINS,
    CONTAINS_ANY,
    CONTAINS_ALL,
    NOT_CONTAINS,
    MATCHES,
    NOT_MATCHES,
    STARTS_WITH,
    ENDS_WITH,
    MAX_WORDS,
    MIN_WORDS,
    MAX_CHARACTERS,
    LANGUAGE,
    READING,
)
"""The built-in ones."""

TEXT_KINDS = with_combinations({kind.name: kind for kind in TEXT_TABLE}, "text_checks")
"""What may be asked of a text alone."""


def texts_with(options: Options) -> Mapping[str, Kind]:
    """What may be asked of a text alone in the project that a check is compiled for."""
    return options.texts or TEXT_KINDS


TEXT_BLOCK: Mapping[str, Json] = {"$ref": "#/$defs/text_checks"}
"""JSON Schema of a mapping of them."""
