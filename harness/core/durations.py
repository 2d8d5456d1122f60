"""Durations in files and reports: a number with its unit."""

from __future__ import annotations

import re
from typing import Final

DURATION_PATTERN: Final = r"^(?:[0-9]+(?:\.[0-9]+)?(?:ms|h|m|s))+$"
"""For JSON Schema: one or more numbers, each with its unit."""

AGE_PATTERN: Final = r"^(?:[0-9]{1,5}[dw]|(?:[0-9]+(?:\.[0-9]+)?(?:ms|h|m|s))+)$"
"""For JSON Schema: days, weeks or a duration."""

_AGE_SECONDS: Final = {"d": 86_400.0, "w": 604_800.0}
_AGE = re.compile(r"([0-9]{1,5})([dw])\Z")
_SECONDS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DURATION = re.compile(DURATION_PATTERN.removesuffix("$") + r"\Z")
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|h|m|s)")
_LONGEST: Final = 30
"""Characters; a century in milliseconds has 15."""


def parse_duration(text: str) -> float:
    """Seconds of `500ms`, `2s`, `1.5s`, `1m`, `2h`, `1m30s`. Raises ValueError with a sentence."""
    if len(text) > _LONGEST or not _DURATION.match(text):
        shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
        raise ValueError(f"'{shown}' is not a duration such as 500ms, 2s, 1m30s or 2h")
    return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))


def parse_age(text: str) -> float:
    """Seconds of `90d`, `12w` or a duration such as `36h`. Raises ValueError with a sentence."""
    days = _AGE.match(text)
    if days:
        return int(days[1]) * _AGE_SECONDS[days[2]]
    try:
        return parse_duration(text)
    except ValueError as error:
        shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
        raise ValueError(f"'{shown}' is not an age such as 90d, 12w or 36h") from error


def format_duration(seconds: float) -> str:
    """A duration for reading: `350 ms`, `1.24 s`, `2 min 5 s`, `1 h 3 min`."""
    if seconds < 0:
        return f"-{format_duration(-seconds)}"
    if (milliseconds := round(seconds * 1000)) < 1000:  # noqa: PLR2004 - milliseconds of a second
        return f"{milliseconds} ms"
    if (shown := round(seconds, 2)) < _SECONDS["m"]:
        return f"{shown:g} s"
    if round(seconds) < _SECONDS["h"]:
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
