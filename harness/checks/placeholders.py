"""Typed placeholders of `like`: `<uuid>`, `<number 1..5>`, `<date 2026-01-01..>`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from urllib.parse import urlsplit
from uuid import UUID

from harness.checks.arguments import is_number
from harness.checks.check import BadExpectation
from harness.checks.matcher import Matcher, plain
from harness.core import Json, did_you_mean, nearest_word, show, value_class

_FORM = re.compile(r"<(?P<name>[A-Za-z_][\w-]*)(?: +(?P<range>[^<>]*?))? *>")
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]+@[^\s@.]+(?:\.[^\s@.]+)+")


@value_class(frozen=True, slots=True, kw_only=True)
class _Measured:
    """A placeholder that may have a range."""

    noun: str
    bound: Callable[[str], float | date | None]
    """Reads an end of the range. None or `ValueError` if the text is not one."""
    measure: Callable[[Json], float | date | None]
    """What is compared with the range; None if the value is of another kind."""
    unit: str = ""


def placeholder_name(text: str) -> str:
    """The name of the placeholder that a text is; empty if it is another text."""
    match = _FORM.fullmatch(text)
    return match["name"] if match else ""


def placeholder_of(value: Json) -> Matcher | None:
    """The matcher for a placeholder; None for any other value.

    Raises `BadExpectation` if the name is not known, if the range makes no sense, or if a
    placeholder is a part of a longer text.
    """
    if not isinstance(value, str):
        return None
    match = _FORM.fullmatch(value)
    if match is None:
        _require_alone(value)
        return None
    name, range_ = match["name"], match["range"] or ""
    if name in _MEASURED:
        return _measured(_MEASURED[name], range_)
    if name not in _PLAIN:
        known = [f"<{one}>" for one in PLACEHOLDERS]
        hint = did_you_mean(f"<{name}>", known)
        if not nearest_word(f"<{name}>", known):
            hint = f"{hint}; for this literal text, write {{<any>: {{equals: '{value}'}}}}"
        raise BadExpectation("unknown-placeholder", f"there is no placeholder {show(value)}", hint)
    if range_:
        raise BadExpectation("wrong-value", f"<{name}> takes no range")
    return _PLAIN[name]


def _require_alone(text: str) -> None:
    """Raise `BadExpectation` if a placeholder is inside a longer text, or has spaces around it."""
    inside = _INSIDE.search(text)
    if inside is None or inside["name"] not in PLACEHOLDERS:
        return
    alone = f"<{inside['name']}>"
    hint = f"write {show(alone)}" if inside.group() == text.strip() else _IN_TEXT
    raise BadExpectation("wrong-value", f"{show(text)} contains more than a placeholder", hint)


def require_no_placeholder(value: Json, otherwise: str) -> None:
    """Raise `BadExpectation` if a text is a placeholder of `like`, outside of `like`.

    `otherwise` says how to ask for this very text.
    """
    if isinstance(value, str) and value[:1] == "<" and placeholder_name(value) in PLACEHOLDERS:
        message = f"{show(value)} is a placeholder, which only 'like' supports"
        hint = f"use 'like'; for this literal text, write {otherwise}"
        raise BadExpectation("wrong-value", message, hint)


_INSIDE = re.compile(r"<\s*(?P<name>[A-Za-z_]\w*)(?:\s[^<>]*)?>")
_IN_TEXT = "for a text around it, write {<string>: {matches: …}}"


def _measured(kind: _Measured, range_: str) -> Matcher:
    if not range_:
        return plain(kind.noun, lambda value: kind.measure(value) is not None)
    low_text, dots, high_text = (part.strip() for part in range_.partition(".."))
    if not dots or not (low_text or high_text):
        message = f"{show(range_)} is not a range"
        raise BadExpectation("wrong-value", message, "such as 1..5, 1.. or ..5")
    low, high = (_bound(kind, one) if one else None for one in (low_text, high_text))
    if low is not None and high is not None and low > high:  # type: ignore[operator]  # of one kind
        raise BadExpectation("wrong-value", f"the range from {low_text} to {high_text} is empty")

    def holds(value: Json) -> bool:
        found = kind.measure(value)
        if found is None:
            return False
        return (low is None or found >= low) and (high is None or found <= high)  # type: ignore[operator]  # as above

    words = f"from {low_text} to {high_text}"
    if not (low_text and high_text):
        words = f"of at least {low_text}" if low_text else f"of at most {high_text}"
    return plain(f"{kind.noun} {words}{kind.unit}", holds)


def _bound(kind: _Measured, text: str) -> float | date:
    with suppress(ValueError):
        found = kind.bound(text)
        if found is not None:
            return found
    message = f"{show(text)} is not a limit of a range of {kind.noun.split(' ', 1)[1]}s"
    raise BadExpectation("wrong-value", message)


def _number(value: Json) -> float | None:
    return value if is_number(value) else None


def _integer(value: Json) -> float | None:
    return value if is_number(value) and float(value).is_integer() else None


def _date(value: Json) -> date | None:
    # fromisoformat also reads 20260302 and 2026-W10-1, which no other tool takes for dates.
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    return None


def _datetime(value: Json) -> datetime | None:
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", value):
        with suppress(ValueError):
            return _moment(value)
    return None


def _moment(text: str) -> datetime:
    """Without a time zone it is taken for UTC, so that any two can be compared."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _is_uuid(value: Json) -> bool:
    with suppress(ValueError):
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    return False


def _is_url(value: Json) -> bool:
    if isinstance(value, str) and not any(map(str.isspace, value)):
        with suppress(ValueError):
            parts = urlsplit(value)
            return parts.scheme in ("http", "https") and bool(parts.hostname)
    return False


ANY = plain("anything", lambda _value: True)
"""`<any>`."""
_PLAIN: Mapping[str, Matcher] = {
    "uuid": plain("a UUID", _is_uuid),
    "url": plain("a URL", _is_url),
    "email": plain(
        "an email address",
        lambda value: isinstance(value, str) and _EMAIL.fullmatch(value) is not None,
    ),
    "boolean": plain("true or false", lambda value: isinstance(value, bool)),
    "any": ANY,
}
_MEASURED: Mapping[str, _Measured] = {
    "number": _Measured(noun="a number", bound=float, measure=_number),
    "integer": _Measured(noun="a whole number", bound=float, measure=_integer),
    "string": _Measured(
        noun="a text",
        bound=int,
        measure=lambda value: len(value) if isinstance(value, str) else None,
        unit=" characters",
    ),
    "date": _Measured(noun="a date", bound=_date, measure=_date),
    "datetime": _Measured(noun="a date and time", bound=_moment, measure=_datetime),
}
PLACEHOLDERS = (*_PLAIN, *_MEASURED)
"""The names of all placeholders."""
