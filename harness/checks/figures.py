"""The figures of a text: numbers, prices, dates, times, email addresses and URLs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from math import isfinite
from typing import NamedTuple

from harness.checks.text_forms import normal
from harness.checks.written_dates import Clock, Day, Written, dates_in, times_in
from harness.core import value_class


class FigureKind(StrEnum):
    """What a figure is, as `figures:` names it."""

    NUMBERS = "numbers"
    """Numbers, prices, shares, and phone numbers."""
    DATES = "dates"
    TIMES = "times"
    EMAILS = "emails"
    URLS = "urls"


class Amount(NamedTuple):
    """A number, with the unit that is written next to it."""

    value: Decimal
    units: frozenset[str] = frozenset()
    """The currencies that its sign may mean, or `%`; empty if nothing is written."""

    def is_said_by(self, other: Amount) -> bool:
        """Whether another amount is equal. A missing unit is any unit."""
        is_same_unit = not self.units or not other.units or bool(self.units & other.units)
        return self.value == other.value and is_same_unit

    def distance(self, other: Amount) -> float:
        """How far both numbers are from each other, relative to the larger one."""
        largest = max(self.value, other.value)
        return float(abs(self.value - other.value) / largest) if largest else 0.0


class Word(NamedTuple):
    """A figure that is compared as a text, such as a URL or a version number."""

    text: str

    def is_said_by(self, other: Word) -> bool:
        """Whether both are equal."""
        return self.text == other.text

    def distance(self, other: Word) -> float:
        """Which share of the longer text follows the part that both begin with."""
        longest = max(len(self.text), len(other.text))
        pairs = enumerate(zip(self.text, other.text, strict=False))
        shortest = min(len(self.text), len(other.text))
        return 1 - next((at for at, (a, b) in pairs if a != b), shortest) / longest


Reading = Amount | Day | Clock | Word


@value_class(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of a text."""

    kind: FigureKind
    text: str
    """As it is written, with its sign or unit."""
    start: int
    """Where it begins in the normal text."""
    end: int
    readings: tuple[Reading, ...]
    """All that it may mean: `1.250` is 1250 or 1.25."""
    parts: tuple[Figure, ...] = ()
    """The numbers that it may be instead, such as 1 and 250 of `1 250`."""

    def is_said_by(self, others: tuple[Figure, ...]) -> bool:
        """Whether one of the others has one of its meanings, or several have all of its parts."""
        readings = [reading for other in others for reading in other.readings]
        if any(is_said_by(own, its) for own in self.readings for its in readings):
            return True
        return bool(self.parts) and all(part.is_said_by(others) for part in self.parts)


def is_said_by(own: Reading, other: Reading) -> bool:
    """Whether one meaning is also that of another figure. A year may be that of a date."""
    if isinstance(own, Amount) and isinstance(other, Day):
        return not own.units and own.value == other.year
    return type(own) is type(other) and own.is_said_by(other)  # type: ignore[arg-type]  # compared


_CURRENCIES = {
    "$": "USD CAD AUD NZD SGD HKD MXN",
    "us$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY CNY",
    "₹": "INR",
    "₩": "KRW",
    "kr": "NOK SEK DKK ISK",
    "zł": "PLN",
    "dollar dollars": "USD CAD AUD NZD SGD HKD",
    "euro euros": "EUR",
    "pound pounds": "GBP",
    "franc francs franken": "CHF",
    "krone kroner": "NOK DKK",
    "krona kronor": "SEK",
    "yen": "JPY",
    "% percent prozent": "%",
}
_CODES = "USD EUR GBP CHF NOK SEK DKK ISK JPY CNY CAD AUD NZD SGD HKD MXN INR KRW PLN CZK HUF BRL"
UNITS: Mapping[str, frozenset[str]] = {
    **{sign: frozenset(of.split()) for signs, of in _CURRENCIES.items() for sign in signs.split()},
    **{code.lower(): frozenset((code,)) for code in _CODES.split()},
}
"""Signs, names and codes of currencies and of shares, in lower case."""
_UNIT = "|".join(re.escape(one) for one in sorted(UNITS, key=len, reverse=True))
_BEFORE = re.compile(rf"(?i)(?<![^\W\d_])(?P<unit>{_UNIT})\s?$")
_AFTER = re.compile(rf"(?i)\s?(?P<unit>{_UNIT})(?![^\W\d_])")
_LONGEST_UNIT = 9

_URL = re.compile(r"(?i)\b(?:https?://|www\.)[^\s<>\"“”«»|`]+")
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]+@[^\W_](?:[\w-]*\.)+[^\W\d_]{2,}")
_LIST_MARKER = re.compile(r"(?m)^[ \t]*(?:[*_]{2})?\d{1,3}[.)](?=\s)")
_PHONE = re.compile(r"\+\d[\d ()./-]{5,}\d")
_NUMBER = re.compile(
    r"(?<!\d)\d{1,3}(?: \d{3})+(?:[.,]\d+)?(?![\d.,]?\d)"
    r"|\d+(?:[.,'’]\d+)*"  # noqa: RUF001  # as Swiss prices
)
_SPACES = re.compile(r"[\u2009\u202f\u00a0]")
_GROUP = 3
"""Digits between two separators of thousands."""


@lru_cache(maxsize=4096)
def figures_in(text: str) -> tuple[Figure, ...]:
    """The figures of a text, in their order. Each stretch of the text is in one of them."""
    text = normal(_SPACES.sub(" ", text))
    found: list[Figure] = []
    rest = text
    for find in (_urls, _emails, _dates, _times, _phones, _numbers):
        for figure in find(rest):
            if "\0" in rest[figure.start : figure.end]:
                continue
            found.append(figure)
            rest = _without(rest, figure.start, figure.end)
        if find is _dates:
            for marker in _LIST_MARKER.finditer(rest):
                rest = _without(rest, *marker.span())
    return tuple(sorted(found, key=lambda one: one.start))


def figure_of(number: float) -> Figure:
    """A number of a payload as a figure. Its text is not read again: 1.125 is not 1125."""
    text = str(number)
    # NaN and infinity, which some providers send, equal no figure.
    value = abs(Decimal(text)) if isfinite(number) else Decimal(-1)
    amount = Amount(value)
    return Figure(kind=FigureKind.NUMBERS, text=text, start=0, end=len(text), readings=(amount,))


def _without(text: str, start: int, end: int) -> str:
    """The text with a stretch that is no longer read, of the same length."""
    return f"{text[:start]}{chr(0) * (end - start)}{text[end:]}"


def _urls(text: str) -> Iterator[Figure]:
    for match in _URL.finditer(text):
        found = match[0].rstrip(".,;:!?'’*_…")  # noqa: RUF001  # the end of a quotation
        while found[-1:] in (")", "]", "}") and found.count(found[-1]) > found.count(
            {")": "(", "]": "[", "}": "{"}[found[-1]]
        ):
            found = found[:-1].rstrip(".,;:!?'*_")
        site, slash, path = re.sub(r"(?i)^https?://", "", found).partition("/")
        word = Word(f"{site.lower()}{slash}{path}".rstrip("/"))
        yield _figure(FigureKind.URLS, text, match.start(), match.start() + len(found), word)


def _emails(text: str) -> Iterator[Figure]:
    for match in _EMAIL.finditer(text):
        yield _figure(FigureKind.EMAILS, text, *match.span(), Word(match[0].lower()))


def _dates(text: str) -> Iterator[Figure]:
    yield from _written(FigureKind.DATES, text, dates_in)


def _times(text: str) -> Iterator[Figure]:
    yield from _written(FigureKind.TIMES, text, times_in)


def _written(
    kind: FigureKind, text: str, find: Callable[[str], Iterator[Written]]
) -> Iterator[Figure]:
    for one in find(text):
        yield _figure(kind, text, one.start, one.end, *one.readings)


def _phones(text: str) -> Iterator[Figure]:
    for match in _PHONE.finditer(text):
        word = Word("+" + re.sub(r"\D", "", match[0]))
        yield _figure(FigureKind.NUMBERS, text, *match.span(), word)


def _numbers(text: str) -> Iterator[Figure]:
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        before = _BEFORE.search(text[max(0, start - _LONGEST_UNIT) : start])
        after = _AFTER.match(text, end)
        unit = before or after
        units = UNITS[unit["unit"].lower()] if unit else frozenset[str]()
        values = tuple(_values(match[0]))
        amounts = [Amount(value, units) for value in values]
        readings: list[Reading] = [*amounts] or [Word(match[0])]
        parts = () if amounts and " " not in match[0] else tuple(_parts(text, match, amounts))
        start -= len(before[0]) if before else 0
        end = after.end() if after and not before else end
        yield _figure(FigureKind.NUMBERS, text, start, end, *readings, parts=parts)


def _parts(text: str, match: re.Match[str], amounts: Sequence[Amount]) -> Iterator[Figure]:
    """The numbers between spaces; between all separators of what is not a number as a whole."""
    for part in re.finditer(r"\S+" if amounts else r"\d+", match[0]):
        readings = [Amount(value) for value in _values(part[0])]
        start, end = (match.start() + at for at in part.span())
        yield _figure(FigureKind.NUMBERS, text, start, end, *readings)


def _values(digits: str) -> Iterator[Decimal]:
    """What digits with separators may mean; nothing if they are not a number."""
    signs = re.findall(r"\D", digits)
    groups = re.split(r"\D", digits)
    *thousands, last = signs or [""]
    whole = "".join(groups)
    if not signs:
        yield Decimal(whole)
    elif _is_grouped(groups) and len(set(signs)) == 1:
        yield Decimal(whole)
        if len(signs) == 1 and last in ".,":
            yield Decimal(f"{groups[0]}.{groups[1]}")
    elif last in ".," and last not in thousands and len(set(thousands)) <= 1:
        if thousands and not _is_grouped(groups[:-1]):
            return
        yield Decimal(f"{''.join(groups[:-1])}.{groups[-1]}")


def _is_grouped(groups: list[str]) -> bool:
    """Whether digits are divided into thousands, or, as in India, first into hundreds."""
    first, *middle, last = groups
    is_long = 1 <= len(first) <= _GROUP and len(last) == _GROUP
    lengths = {len(one) for one in middle}
    return is_long and len(lengths) <= 1 and lengths <= {_GROUP - 1, _GROUP}


def _figure(
    kind: FigureKind,
    text: str,
    start: int,
    end: int,
    *readings: Reading,
    parts: tuple[Figure, ...] = (),
) -> Figure:
    return Figure(
        kind=kind, text=text[start:end], start=start, end=end, readings=readings, parts=parts
    )
