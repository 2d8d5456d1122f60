"""The checks on a text."""

from __future__ import annotations

from collections.abc import Mapping

from harness.checks.check import CheckKind, Options
from harness.checks.combining import with_combinations
from harness.checks.contains import CONTAINS, CONTAINS_ALL, CONTAINS_ANY, NOT_CONTAINS
from harness.checks.edges import ENDS_WITH, STARTS_WITH
from harness.checks.equals import EQUALS
from harness.checks.language import LANGUAGE
from harness.checks.matches import MATCHES, NOT_MATCHES
from harness.checks.measures import MAX_CHARACTERS, MAX_WORDS, MIN_WORDS
from harness.checks.reading import READING
from harness.core.typing import Json

_KINDS: Mapping[str, CheckKind] = {
    kind.name: kind
    for kind in (
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
}

TEXT_KINDS = with_combinations(_KINDS, "text_checks")
"""What may be asked of a text alone."""


def text_kinds(own: Mapping[str, CheckKind]) -> Mapping[str, CheckKind]:
    """What may be asked of a text alone, with a project's own checks."""
    return with_combinations({**_KINDS, **own}, "text_checks") if own else TEXT_KINDS


def texts_with(options: Options) -> Mapping[str, CheckKind]:
    """The same, of the project that a check is compiled for."""
    return text_kinds(options.own_texts)


TEXT_BLOCK: Mapping[str, Json] = {"$ref": "#/$defs/text_checks"}
"""JSON Schema of a mapping of them."""
