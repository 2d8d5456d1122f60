"""Holds an author's file against the JSON Schema of its format, and names what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from harness.core import (
    DURATION_PATTERN,
    AuthoringError,
    CheckCrashed,
    Json,
    Path,
    Place,
    Problem,
    did_you_mean,
    quote,
    value_class,
)
from harness.formats.json_schema import Schema, Violation, explain
from harness.formats.yaml import Document

Subject = Callable[[Path], str]
"""Says where a path is in the reader's terms, such as `turn 2 "confirm date"`."""


@value_class(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to say of a departure instead of what its schema says."""

    message: str = ""
    """The schema's own where empty."""
    hint: str = ""
    """The usual one where empty."""
    noun: str = "key"
    """What an unknown key is called, such as `check`."""
    is_told_already: bool = False
    """Another departure tells of the same mistake."""


Advise = Callable[[Document, Violation], Advice | None]
"""Knows a format well enough to tell what its author meant; None where it does not."""


@value_class(frozen=True, slots=True)
class Departure:
    """One way in which a file departs from its format."""

    path: Path
    problem: Problem
    is_told_already: bool = False
    """Another departure tells of the same mistake, so that nobody needs to read this one."""


def _no_advice(_document: Document, _violation: Violation) -> Advice | None:
    return None


def hold_against(
    document: Document,
    schema: Schema,
    *,
    error: type[AuthoringError],
    advise: Advise = _no_advice,
) -> None:
    """Raise `error` with every problem of the file, unless the document fits the schema."""
    departures = tuple(departures_of(document, schema, advise=advise))
    if departures:
        raise error(
            [departure.problem for departure in departures if not departure.is_told_already]
        )


def departures_of(
    document: Document,
    schema: Schema,
    subject: Subject = lambda _path: "",
    advise: Advise = _no_advice,
) -> Iterator[Departure]:
    """Every way in which a document departs from a schema, with its place."""
    try:
        violations = () if schema.is_valid(document.value) else explain(document.value, schema)
    except CheckCrashed as error:
        problem = Problem(
            code=error.code, message=error.message, place=document.place(), hint=error.hint
        )
        yield Departure((), problem)
        return
    of_another_kind = {violation.path for violation in violations if violation.keyword == "type"}
    for violation in violations:
        if violation.path in of_another_kind and violation.keyword != "type":
            # What else such a value lacks would only confuse.
            continue
        advice = advise(document, violation) or Advice()
        problem = Problem(
            code=_code(violation, advice.noun),
            message=_message(violation, advice),
            place=_place(document, violation),
            subject=subject(violation.path),
            hint=advice.hint or _hint(violation) or _unquoted(document, violation),
        )
        yield Departure(violation.path, problem, advice.is_told_already)


def without(document: Document, paths: Sequence[Path]) -> Document:
    """The document without the mapping keys that these paths lead to."""
    doomed = frozenset(paths)

    def copied(value: Json, path: Path) -> Json:
        if isinstance(value, dict):
            rows = ((key, inner, (*path, key)) for key, inner in value.items())
            return {key: copied(inner, below) for key, inner, below in rows if below not in doomed}
        if isinstance(value, list):
            return [copied(inner, (*path, index)) for index, inner in enumerate(value)]
        return value

    return replace(document, value=copied(document.value, ()))


def _code(violation: Violation, noun: str) -> str:
    if violation.keyword == "unknown-key":
        return "wrong-name" if _is_misnamed(violation) else f"unknown-{noun}"
    return "missing-key" if violation.keyword == "missing-key" else "wrong-value"


def _message(violation: Violation, advice: Advice) -> str:
    is_unknown = violation.keyword == "unknown-key" and not _is_misnamed(violation)
    if is_unknown and not advice.message:
        return f"unknown {advice.noun} {quote(str(violation.path[-1]))}"
    message = (advice.message or violation.message).replace(_ANY_SCALAR, "a text")
    message = message.replace(_NO_VARIABLE, "is not a number")
    return message.replace(_NO_DURATION, "is not a duration")


def _is_misnamed(violation: Violation) -> bool:
    """Whether any key may stand there, but not under such a name."""
    return violation.message.startswith("the key ")


def _place(document: Document, violation: Violation) -> Place:
    if violation.path and violation.keyword in ("unknown-key", "missing-key"):
        return document.key_place(violation.path)
    return document.place(violation.path)


def _hint(violation: Violation) -> str:
    if violation.keyword == "unknown-key":
        return did_you_mean(str(violation.path[-1]), violation.known) or _named(violation)
    key = str(next((part for part in reversed(violation.path) if isinstance(part, str)), ""))
    return _FORMS.get(key) or _named(violation)


def _unquoted(document: Document, violation: Violation) -> str:
    """What to do where quotation marks made a text of a number, or of true or false."""
    if "status" not in violation.path and not _WANTS_NO_TEXT.search(violation.message):
        return ""
    value = document.at(*violation.path).value
    is_quoted = isinstance(value, str) and _UNQUOTED.fullmatch(value)
    return f"write {value} without quotation marks" if is_quoted else ""


def _named(violation: Violation) -> str:
    hints = (hint for pattern, hint in _NAMES.items() if pattern in violation.message)
    return next(hints, "")


_ANY_SCALAR = "null or true or false or a number or a text"
"""Where a text is wanted, any scalar is read as it was written."""
_NO_VARIABLE = r"does not match '\$\{'"
"""Where a number is wanted, a text may hold a variable."""
_NO_DURATION = f"does not match {quote(DURATION_PATTERN)}"
_DURATION = "write it with its unit, such as 500ms, 2s or 1m"
_WANTS_NO_TEXT = re.compile("is a text, expected (a whole number|a number|true or false)")
_UNQUOTED = re.compile(r"-?\d+(\.\d+)?|true|false")
_FORMS = {
    "max_age": "such as 90d, 12w or 36h",
    "under": _DURATION,
    "timeout": _DURATION,
    "wait": _DURATION,
    "delay": _DURATION,
    "every": _DURATION,
    "rate": "such as 10/s or 300/m",
    "hosts": "such as [cdn.example.com, cdn.example.com:8443]",
}
_NAMES = {
    "^[A-Za-z0-9][A-Za-z0-9_-]*$": "use letters, digits, '_' and '-', and start with a "
    "letter or digit",
    "^[A-Za-z_][A-Za-z0-9_]*$": "use letters, digits and '_', and no digit at the start",
    "^[a-z0-9][a-z0-9-]*$": "use lowercase letters, digits and '-'",
    "match '^/'": "a path starts with '/'",
}
