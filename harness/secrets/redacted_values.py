"""Recognises violations of a schema that are only due to a mark in place of a secret."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness.core import Json, Path, scalars
from harness.formats.json_schema import Violation
from harness.secrets.secret_marks import MARK

_OF_ELEMENTS = ("uniqueItems", "contains", "minContains", "maxContains")
"""Keywords whose violation is reported for a list because of one of its elements."""


def of_real_values(violations: Iterable[Violation], value: Json) -> tuple[Violation, ...]:
    """The violations that are not about a mark. The type of a secret is not known."""
    return tuple(one for one in violations if not _is_of_mark(one, value))


def _is_of_mark(violation: Violation, value: Json) -> bool:
    if any(isinstance(key, str) and MARK.search(key) for key in violation.path):
        return True
    found = _at(violation.path, value)
    if isinstance(found, str):
        return MARK.search(found) is not None
    return violation.keyword in _OF_ELEMENTS and any(
        isinstance(text, str) and MARK.search(text) for _, text in scalars(found)
    )


def _at(path: Path, value: Json) -> Json:
    for key in path:
        if isinstance(value, Mapping) and key in value:
            value = value[str(key)]
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return None
    return value
