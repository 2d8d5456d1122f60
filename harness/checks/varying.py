"""Values that another conversation would have differently: ids, dates, times and tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.checks.placeholders import placeholder_of
from harness.core import Json, value_class

EARLIEST = 1_000_000_000
"""Seconds since 1970 of the first moment in 2001: a smaller number is not taken for a time."""
LATEST = 4_000_000_000
_MONTHS = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    "|Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_ISO = r"\d{4}-\d\d-\d\d"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?"


@value_class(frozen=True, slots=True)
class Form:
    """A form of varying values."""

    noun: str
    pattern: str
    """A regular expression for the whole value, without groups that capture."""
    placeholder: str = "<string>"
    """The placeholder of `like` for it; that of a text if there is none of its own."""


FORMS = (
    Form("a UUID", r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "<uuid>"),
    Form(
        "a date and time",
        rf"{_ISO}[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?",
        "<datetime>",
    ),
    Form("a date", _ISO, "<date>"),
    Form("a date", rf"\d{{1,2}}\.? {_MONTHS},? \d{{4}}"),
    Form("a date", rf"{_MONTHS} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"),
    Form("a date", r"\d{1,2}[./]\d{1,2}[./]\d{4}"),
    Form("a time", rf"{_CLOCK}(?: ?[aApP]\.?[mM]\b\.?)?"),
    Form("a token", r"eyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]{4,}"),
    Form("an id", r"[0-9A-HJKMNP-TV-Z]{26}"),
    Form("an id", r"(?=[a-fA-F]*\d)[0-9a-fA-F]{16,}"),
    Form("an id", r"[A-Za-z]{2,20}[-_](?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[A-Za-z0-9_-]{10,}"),
    Form("an id", r"(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{20,}"),
    Form("a time since 1970", r"[123]\d{9}(?:\d{3})?(?:\.\d+)?"),
)
"""The narrower ones first: the first that fits counts."""

_ANYWHERE = re.compile(
    rf"(?<![\w$€£])(?:{'|'.join(f'(?:{form.pattern})' for form in FORMS)})(?!\w)"
)


def form_of(value: Json) -> Form | None:
    """The form of a value that varies as a whole; None for any other value."""
    if isinstance(value, str):
        return next((form for form in FORMS if re.fullmatch(form.pattern, value)), None)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if EARLIEST <= value < LATEST or EARLIEST * 1000 <= value < LATEST * 1000:
        return FORMS[-1]
    return None


def varying_in(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of a text that vary: where each starts, and where it ends."""
    for match in _ANYWHERE.finditer(text):
        yield match.span()


def nouns_in(text: str) -> Iterator[tuple[str, str]]:
    """The stretches of a text that vary, each with the noun of its form."""
    for start, stop in varying_in(text):
        form = form_of(text[start:stop])
        yield form.noun if form is not None else "", text[start:stop]


def placeholder_for(value: Json) -> Json:
    """What `like` expects in place of a value that varies; None if the value does not vary.

    A form without a placeholder of its own is a text in which a pattern matches, so that a text of
    another form still fails.
    """
    form = form_of(value)
    if form is None:
        return "<url>" if _is_varying_url(value) else None
    if not isinstance(value, str):
        kind = "integer" if isinstance(value, int) else "number"
        return f"<{kind} {EARLIEST}..>"
    matcher = placeholder_of(form.placeholder)
    if form.placeholder == "<string>" or matcher is None or matcher.complain(value, ()):
        return {"<string>": {"matches": f"^{pattern_for(value)}$"}}
    return form.placeholder


def pattern_for(text: str) -> str:
    """A regular expression for a text: what varies in it by its form, the rest as it is."""
    parts, end = [], 0
    for start, stop in varying_in(text):
        parts += [escaped(text[end:start]), _pattern_of(text[start:stop])]
        end = stop
    return "".join([*parts, escaped(text[end:])])


def escaped(text: str) -> str:
    """A regular expression for a literal text. Unlike that of `re.escape`, it can be read."""
    return re.sub(r"[\\.^$*+?{}\[\]|()]", r"\\\g<0>", text).replace("\n", r"\n")


def _pattern_of(value: str) -> str:
    form = form_of(value)
    noun = form.noun if form is not None else ""
    if noun == "a UUID":
        return "[0-9a-fA-F-]{36}"
    if noun not in ("an id", "a token"):
        # A name of a month, or am and pm; the letters of 2026-03-02T10:15Z stay.
        named = re.sub(r"[A-Za-z]{2,}", "[A-Za-z]+", escaped(value))
        return re.sub(r"\d+(?![^\[]*\])", r"\\d+", named)
    # The beginning of an id says what it is of, such as order_8Yq2f0: it stays.
    prefix = re.match(r"(?:[A-Za-z]{2,20}[-_])*", value)
    kept = prefix[0] if prefix and len(prefix[0]) < len(value) else ""
    is_hex = re.fullmatch(r"[0-9a-f]+", value[len(kept) :])
    return f"{escaped(kept)}{'[0-9a-f]+' if is_hex else '[A-Za-z0-9_.-]+'}"


def _is_varying_url(value: Json) -> bool:
    matcher = placeholder_of("<url>")
    is_url = isinstance(value, str) and matcher is not None and not matcher.complain(value, ())
    return is_url and next(varying_in(str(value)), None) is not None
