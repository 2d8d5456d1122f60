"""The filters of templates: those of Jinja that data needs, with limits.

All filters except `default` and `tojson` leave null as it is.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from harness.formats.template.lookup import not_a_value
from harness.formats.template.template_error import NullInText, too_long
from harness.formats.template.times import date

if TYPE_CHECKING:
    from mimetypes import MimeTypes

MOST: Final = 1_000_000
"""Characters of a text, or elements of a list, that a template may make."""


def text_of(value: object) -> str:
    """A value as a part of a text: JSON, but a text without quotes. Raises NullInText."""
    if value is None:
        raise NullInText
    return value if isinstance(value, str) else to_json(value)


def to_json(value: object) -> str:
    """A value as compact JSON."""
    return json.dumps(
        value, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain
    )


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise not_a_value(value)


def _join(value: Iterable[object], separator: str = "") -> str:
    texts = [text_of(element) for element in value]
    if sum(map(len, texts)) + len(texts) * len(separator) > MOST:
        raise too_long("the joined text", MOST)
    return separator.join(texts)


def _replace(value: object, old: str, new: str) -> str:
    text = text_of(value)
    if len(text) + text.count(old) * len(new) > MOST:
        raise too_long("the replaced text", MOST)
    return text.replace(old, new)


def _round(value: float, precision: int = 0) -> float:
    limit = 20
    if abs(precision) > limit:
        raise ValueError(f"a precision is at most {limit}")
    return round(value, precision)


def _integer(value: float | str, default: int = 0) -> int:
    try:
        return int(float(value)) if isinstance(value, str) and "." in value else int(value)
    except (TypeError, ValueError, OverflowError):
        return default


def _float(value: float | str, default: float = 0.0) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return default
    return number if math.isfinite(number) else default


def _unique(value: Iterable[object]) -> list[object]:
    elements: dict[str, object] = {}
    for element in value:
        elements.setdefault(to_json(element), element)
    return list(elements.values())


def _sort(value: Iterable[Any], *, reverse: bool = False) -> list[object]:
    return sorted(value, reverse=reverse)


def _url_encode(value: object, safe: str = "") -> str:
    """Percent-encode a text, except the characters of `safe`, such as the slash of a path."""
    if isinstance(value, Mapping):
        pairs = {key: text_of(element) for key, element in value.items()}
        return urlencode(pairs, safe=safe)
    return quote(text_of(value), safe=safe)


def _base64(value: object) -> str:
    return base64.b64encode(text_of(value).encode()).decode("ascii")


def _basic_auth(user: object, password: object) -> str | None:
    """The credentials after `Basic` in an Authorization header. Source: RFC 7617."""
    return None if password is None else _base64(f"{text_of(user)}:{text_of(password)}")


@cache
def _media_types() -> MimeTypes:
    """The types that Python knows, not those of this machine: a replay sends what was recorded."""
    # Late: few templates need it, and it reads files of this machine at first.
    from mimetypes import MimeTypes  # noqa: PLC0415

    return MimeTypes()


def _media_type(value: object) -> str:
    """The media type of a file, by the ending of its name."""
    known, _ = _media_types().guess_type(f"file:{text_of(value)}", strict=False)
    return known or "application/octet-stream"


def _keeping_none(do: Callable[..., object]) -> Callable[..., object]:
    @wraps(do)
    def keeping(value: object, *args: object, **options: object) -> object:
        return None if value is None else do(value, *args, **options)

    return keeping


def _of_text(do: Callable[..., str]) -> Callable[..., object]:
    return lambda value, *args: do(text_of(value), *args)


_OF_VALUES: Final[Mapping[str, Callable[..., object]]] = {
    "abs": abs,
    "base64": _base64,
    "basic_auth": _basic_auth,
    "capitalize": _of_text(str.capitalize),
    "date": date,
    "first": lambda value: next(iter(value), None),
    "float": _float,
    "int": _integer,
    "items": lambda value: [[key, element] for key, element in value.items()],
    "join": _join,
    "last": lambda value: next(iter(reversed(list(value))), None),
    "length": len,
    "list": list,
    "lower": _of_text(str.lower),
    "max": lambda value: max(value, default=None),
    "media_type": _media_type,
    "min": lambda value: min(value, default=None),
    "replace": _replace,
    "round": _round,
    "sort": _sort,
    "string": text_of,
    "sum": sum,
    "title": _of_text(str.title),
    "trim": _of_text(str.strip),
    "unique": _unique,
    "upper": _of_text(str.upper),
    "urlencode": _url_encode,
}

FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    **{name: _keeping_none(do) for name, do in _OF_VALUES.items()},
    "tojson": to_json,
}
"""The filters by name, without `default`: only the sandbox knows what is undefined."""
