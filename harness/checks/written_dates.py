"""Dates and times of day as they are written in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from harness.core import value_class

_NAMES = (
    "jan january januar januari janvier enero janeiro gennaio ene",
    "feb february februar februari février fevrier febrero fevereiro febbraio",
    "mar march märz maerz mär maart mars marzo março",
    "apr april avril abril aprile avr",
    "may mai mei maj mayo maio maggio",
    "jun june juni juin junio junho giugno",
    "jul july juli juillet julio julho luglio",
    "aug august augustus augusti août agosto",
    "sep sept september septembre septiembre setembro settembre",
    "oct october oktober okt octobre octubre outubro ottobre",
    "nov november novembre noviembre novembro",
    "dec december dezember dez desember décembre diciembre dezembro dicembre",
)
MONTHS: Mapping[str, int] = {
    name: number for number, names in enumerate(_NAMES, 1) for name in names.split()
}
"""Names of months, and their abbreviations, in nine languages."""
_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_ENGLISH = "|".join(
    sorted((name for names in _NAMES for name in names.split(" ")[:2]), key=len, reverse=True)
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?"
_YEAR = r"(?P<year>\d{4})"
_SHORT = r"(?P<first>\d{1,2})(?P<sign>[./-])(?P<second>\d{1,2})"
_OF = r"(?:\s+(?:of|de|di|del)\s+|[\s-]+)"
_FORMS = tuple(
    re.compile(rf"(?i)(?<![\w.,/-]){form}")
    for form in (
        rf"{_YEAR}[-/.](?P<month>\d\d)[-/.](?P<day>\d\d)(?:(?=T\d)|(?!\w))",
        rf"{_SHORT}(?P=sign)(?P<year>\d{{4}}|\d\d(?![.,/-]?\d))(?!\w)",
        rf"{_DAY}{_OF}{_MONTH}(?:,?{_OF}{_YEAR})?(?!\w)",
        # Only in English, the month may be first.
        rf"(?P<month>{_ENGLISH})\b\.?\s+{_DAY}(?:,?\s+{_YEAR})?(?!\w)",
        rf"{_MONTH}{_OF}{_YEAR}(?!\w)",
    )
)
_STAMP = re.compile(r"(?<=\d)T(?=\d\d:\d\d)")
_HALF = r"(?P<half>[ap])\.?m\b\.?"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?"
_TIMES = tuple(
    re.compile(rf"(?i)(?<![\d.,:]){form}")
    for form in (
        rf"{_CLOCK}(?![\d:])(?:\s?{_HALF})?",
        rf"(?P<hour>\d{{1,2}})(?:\.(?P<minute>\d\d))?\s?{_HALF}",
        r"(?P<hour>\d{1,2})(?:\.(?P<minute>\d\d))?\s?Uhr\b",
        r"(?P<hour>\d{1,2})\s?h\s?(?P<minute>\d\d)\b",
    )
)
_CENTURY, _FIRST_YEAR = 2000, 100
_MONTHS_A_YEAR, _DAYS_A_MONTH, _HOURS, _MINUTES = 12, 31, 24, 60


class Day(NamedTuple):
    """A date, of which the year or the day may not be written."""

    year: int | None
    month: int
    day: int | None

    def is_said_by(self, other: Day) -> bool:
        """Whether another date says all that this one says."""
        return all(own in (None, its) for own, its in zip(self, other, strict=True))

    def distance(self, other: Day) -> float:
        """Roughly how many days are between both; a missing part counts as equal."""
        pairs = zip(self, other, (365, 31, 1), strict=True)
        return abs(sum((a - b) * days for a, b, days in pairs if a is not None and b is not None))


class Clock(NamedTuple):
    """A time of day, of which the seconds may not be written."""

    hour: int
    minute: int
    second: int | None

    def is_said_by(self, other: Clock) -> bool:
        """Whether another time says all that this one says."""
        return self[:2] == other[:2] and self.second in (None, other.second)

    def distance(self, other: Clock) -> float:
        """How many minutes are between both."""
        return abs((self.hour - other.hour) * 60 + self.minute - other.minute)


@value_class(frozen=True, slots=True, kw_only=True)
class Written:
    """A date or time in a text, with all that it may mean."""

    start: int
    end: int
    readings: tuple[Day, ...] | tuple[Clock, ...]


def dates_in(text: str) -> Iterator[Written]:
    """The dates of a text, form by form. A date in figures that may be either has two readings."""
    for form in _FORMS:
        for match in form.finditer(text):
            days = tuple(day for day in _days(match.groupdict()) if _is_date(day))
            if days:
                yield Written(start=match.start(), end=match.end(), readings=days)


def times_in(text: str) -> Iterator[Written]:
    """The times of day of a text, form by form."""
    # The time of 2026-03-02T10:15 follows a letter.
    text = _STAMP.sub(" ", text)
    for form in _TIMES:
        for match in form.finditer(text):
            time = _time(match.groupdict())
            if time.hour <= _HOURS and time.minute < _MINUTES:
                yield Written(start=match.start(), end=match.end(), readings=(time,))


def _days(parts: Mapping[str, str | None]) -> Iterator[Day]:
    digits = parts.get("year")
    year = int(digits) if digits else None
    if year is not None and year < _FIRST_YEAR:
        year += _CENTURY
    if parts.get("first"):
        first, second = int(parts["first"] or 0), int(parts["second"] or 0)
        yield from dict.fromkeys((Day(year, second, first), Day(year, first, second)))
        return
    month = parts["month"] or ""
    number = int(month) if month.isdigit() else MONTHS[month.lower()]
    yield Day(year, number, int(parts["day"] or 0) if parts.get("day") else None)


def _is_date(day: Day) -> bool:
    return 1 <= day.month <= _MONTHS_A_YEAR and (day.day is None or 1 <= day.day <= _DAYS_A_MONTH)


def _time(parts: Mapping[str, str | None]) -> Clock:
    hour = int(parts["hour"] or 0)
    half = (parts.get("half") or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    second = parts.get("second")
    return Clock(hour, int(parts.get("minute") or 0), int(second) if second else None)
