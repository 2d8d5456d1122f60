"""Reads the values of checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeGuard, TypeVar

from harness.checks.check import BadExpectation, Options
from harness.core import DURATION_PATTERN, Json, describe, did_you_mean, parse_duration, show

Key = TypeVar("Key", str, int)
Made = TypeVar("Made")

TEXT: Mapping[str, Json] = {"type": ["string", "number", "boolean", "null"]}
"""JSON Schema of a text; the reader takes it as it was written, whatever type YAML gives it."""

TEXTS: Mapping[str, Json] = {
    "oneOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}],
}
"""JSON Schema of a text or a list of texts."""


def keys_schema(properties: Mapping[str, Json]) -> dict[str, Json]:
    """JSON Schema of a mapping of some of these keys."""
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": properties,
    }


@contextmanager
def below(*steps: str | int) -> Iterator[None]:
    """Put these steps before the path of a `BadExpectation` that is raised inside."""
    try:
        yield
    except BadExpectation as error:
        error.path = (*steps, *error.path)
        raise


def unlike(value: Json, wanted: str, hint: str = "") -> BadExpectation:
    """The error for a value of the wrong kind; `wanted` is such as `a list of texts`."""
    message = f"expected {wanted}, not {describe(value)}"
    return BadExpectation("wrong-value", message, hint)


def mapping_of(value: Json, wanted: str, hint: str = "") -> Mapping[str, Json]:
    """A mapping that is not empty. Raises `BadExpectation` for any other value."""
    if isinstance(value, Mapping) and value:
        return value
    raise unlike(value, wanted, hint)


def list_of(value: Json, wanted: str) -> Sequence[Json]:
    """A list that is not empty. Raises `BadExpectation` for any other value."""
    if isinstance(value, list | tuple) and value:
        return value
    raise unlike(value, wanted)


def each(value: Json, make: Callable[[Json], Made]) -> list[Made]:
    """What is made of every item of a list, or of a value that is not a list.

    A `BadExpectation` names the item.
    """
    if not isinstance(value, list | tuple):
        return [make(value)]
    return list(each_key(dict(enumerate(value)), make).values())


def each_key(value: Mapping[Key, Json], make: Callable[[Json], Made]) -> dict[Key, Made]:
    """What is made of the value of every key. A `BadExpectation` names the key."""
    made = {}
    for key, one in value.items():
        with below(key):
            made[key] = make(one)
    return made


def text_of(value: Json) -> str:
    """A text, or a number as a text. Raises `BadExpectation` for any other value."""
    if isinstance(value, str):
        return value
    if is_number(value):
        return str(value)
    raise unlike(value, "a text")


def texts_of(value: Json) -> list[str]:
    """A text or a list of texts, as a list. Raises `BadExpectation` for any other value."""
    if value in ([], ()):
        raise BadExpectation("wrong-value", "the list is empty, expected at least one text")
    return each(value, text_of)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value is a JSON number; true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_whole(value: object) -> TypeGuard[int]:
    """Whether a value is an `int`; true and false are not."""
    return isinstance(value, int) and not isinstance(value, bool)


def flag_of(name: str, value: Json) -> bool:
    """True or false. Raises `BadExpectation`, which says what was meant."""
    if isinstance(value, bool):
        return value
    meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(str(value).lower())
    hint = f"write {meant}" if meant else ""
    message = f"'{name}' takes true or false, not {show(value)}"
    raise BadExpectation("wrong-value", message, hint)


DURATION: Mapping[str, Json] = {"type": "string", "pattern": DURATION_PATTERN}
"""JSON Schema of a duration."""


def duration_of(value: Json) -> float:
    """The seconds of a duration, more than 0. Raises `BadExpectation`."""
    hint = "such as 500ms, 2s, 1m"
    try:
        seconds = parse_duration(str(value))
    except ValueError as error:
        raise BadExpectation("wrong-value", f"{show(value)} is not a duration", hint) from error
    if not seconds:
        raise BadExpectation("wrong-value", "the time must be longer than zero", hint)
    return seconds


class OptionalKeys:
    """The keys of a mapping whose keys are all optional."""

    def __init__(self, value: Json, known: tuple[str, ...], *, short: str = "") -> None:
        """Raises `BadExpectation` for anything but a mapping of at least one known key.

        With `short`, a value that is not a mapping is taken as the value of that key.
        """
        self._is_short = bool(short) and not isinstance(value, Mapping)
        if self._is_short:
            value = {short: value}
        self._value = mapping_of(value, "a mapping", f"known: {', '.join(known)}")
        for key in self._value:
            if key not in known:
                hint = did_you_mean(key, known)
                raise BadExpectation("unknown-key", f"unknown key '{key}'", hint, (key,))

    def make(self, key: str, make: Callable[[Json], Made]) -> Made | None:
        """What is made of the value of a key; None if the key is missing."""
        if key not in self._value:
            return None
        with below(*(() if self._is_short else (key,))):
            return make(self._value[key])


def require_substance(texts: list[str], options: Options | None = None) -> None:
    """Refuse empty texts, which every text contains; with options, doubt spaces, which most do."""
    for index, text in enumerate(texts):
        if options is not None and text and not text.strip():
            options.doubt(f"{show(text)} is in almost every reply", "write what must be there")
        if not text:
            path = (index,) if len(texts) > 1 else ()
            message = "the text is empty, and every reply contains it"
            raise BadExpectation("matches-everything", message, path=path)
