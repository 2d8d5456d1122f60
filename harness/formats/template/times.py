"""The function `now()` and the filter `date` of templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from harness.core import describe, did_you_mean, quote
from harness.formats.template.template_error import Fault

UNITS: Final = ("weeks", "days", "hours", "minutes", "seconds", "milliseconds")
"""What can be added to a time."""
CODES: Final = "aAbBdeHIjmMpSyYzZ%"
"""What may follow a `%` in the format of a time, which is the same on every system."""
_NAMED: Final[Mapping[str, Callable[[datetime], object]]] = {
    "": lambda time: time.isoformat(timespec="seconds"),
    "iso": lambda time: time.isoformat(timespec="milliseconds"),
    "epoch": lambda time: int(time.timestamp()),
    "epoch_ms": lambda time: round(time.timestamp() * 1000),
}
_CODE = re.compile(r"%(.?)", re.DOTALL)
_HINT: Final = f"write one such as '%Y-%m-%d', or {', '.join(name for name in _NAMED if name)}"


def now_function(read: Callable[[], float]) -> Callable[..., object]:
    """The function `now(format, days=…)` of templates; `read` gives seconds since 1970, in UTC."""

    def now(format: object = "", /, **added: object) -> object:  # noqa: A002  # as in its messages
        for name, amount in added.items():
            if isinstance(amount, bool) or not isinstance(amount, int | float):
                raise Fault("bad-time", f"'{name}' is {describe(amount)}, expected a number")
        require_units(added)
        try:
            time = datetime.fromtimestamp(read(), UTC) + timedelta(**added)  # type: ignore[arg-type]  # numbers, as checked
        except (OverflowError, ValueError, OSError) as error:
            raise Fault("bad-time", "the time is not in the years 1 to 9999") from error
        return formatted(time, str(format))

    return now


def seconds_of(time: str) -> float:
    """Seconds since 1970 of an ISO 8601 text, such as when a conversation began; 0 of another."""
    try:
        return datetime.fromisoformat(time).timestamp()
    except ValueError:
        return 0.0


def date(value: object, format: object = "") -> object:  # noqa: A002  # as in its messages
    """A time in another format: an ISO 8601 text, or seconds since 1970."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return formatted(datetime.fromtimestamp(value, UTC), str(format))
        time = datetime.fromisoformat(value if isinstance(value, str) else "")
    except (ValueError, OverflowError, OSError) as error:
        hint = "it needs an ISO 8601 text such as now(), or seconds since 1970"
        raise Fault("bad-time", f"{quote(value)} is not a time", hint) from error
    return formatted(time if time.tzinfo else time.replace(tzinfo=UTC), str(format))


def formatted(time: datetime, format: str) -> object:  # noqa: A002  # as in its messages
    """The time as a text, or as a number since 1970. Raises Fault for an unknown format."""
    require_format(format)
    if format in _NAMED:
        return _NAMED[format](time)
    return time.strftime(format)


def require_units(names: Iterable[str]) -> None:
    """Raise Fault for an argument of `now()` that does not exist."""
    for name in names:
        if name not in UNITS:
            hint = did_you_mean(name, UNITS) or f"known: {', '.join(UNITS)}"
            raise Fault("bad-time", f"now() has no argument {quote(name)}", hint)


def require_format(format: str) -> None:  # noqa: A002  # as in its messages
    """Raise Fault for a format that does not exist."""
    if format in _NAMED:
        return
    if "%" not in format:
        hint = did_you_mean(format, _NAMED) or _HINT
        raise Fault("bad-time", f"{quote(format)} is not the format of a time", hint)
    for code in _CODE.findall(format):
        if not code or code not in CODES:
            message = f"{quote('%' + code)} is not a part of the format of a time"
            raise Fault("bad-time", message, f"known: %{', %'.join(CODES)}")
