"""Plain scalars by the core schema of YAML 1.2. Source: YAML 1.2.2, section 10.3.2.

In one point it is narrower than the core schema: a number with a leading zero, such as `012`,
stays the text that was written, because it is a code or a house number and never twelve.
"""

from __future__ import annotations

import math
import re
from typing import Final

CONSTANTS: Final[dict[str, bool | None]] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}

STARTS: Final = frozenset(("", *"~nNtTfF0123456789+-."))
"""The first characters of plain scalars that can be something else than a text."""

LONGEST_NUMBER: Final = 400
"""Characters. Longer than any number that a float holds, and short of Python's own limit."""

PREFIX: Final = "tag:yaml.org,2002:"

_NUMBER = re.compile(
    r"""(?P<integer> [-+]? (?: 0 | [1-9][0-9]* ) )
    |   (?P<octal> 0o [0-7]+ )
    |   (?P<hexadecimal> 0x [0-9a-fA-F]+ )
    |   (?P<float> [-+]? (?: \.[0-9]+ | (?: 0 | [1-9][0-9]* ) (?: \.[0-9]* )? )
                   (?: [eE] [-+]? [0-9]+ )? )
    |   (?P<special> [-+]? \. (?: inf | Inf | INF ) | \. (?: nan | NaN | NAN ) )
    """,
    re.VERBOSE,
)
_NUMBER_ENDS = frozenset("0123456789abcdefABCDEFnN.")
_LEADING_ZEROS = re.compile(r"\A([-+]?)0+(?=[0-9])")


class NotJson(ValueError):
    """A number that JSON cannot hold; the text is a sentence without a full stop."""


def resolve(text: str) -> bool | int | float | str | None:
    """The value of a plain scalar without a tag.

    Raises NotJson for `.inf`, `.nan`, and numbers too long or too large to hold.
    """
    if text in CONSTANTS:
        return CONSTANTS[text]
    # Most texts that start like a number do not end like one.
    if text[0] in "~nNtTfF" or text[-1] not in _NUMBER_ENDS:
        return text
    match = _NUMBER.fullmatch(text)
    return _number(text, str(match.lastgroup)) if match else text


def _number(text: str, form: str) -> int | float:
    if len(text) > LONGEST_NUMBER:
        raise NotJson(f"the number has {len(text):,} characters, the limit is {LONGEST_NUMBER}")
    if form == "integer":
        return int(text)
    if form in ("octal", "hexadecimal"):
        return int(text, 0)
    value = math.inf if form == "special" else float(text)
    if not math.isfinite(value):
        raise NotJson(f"'{text}' is not a number in JSON")
    return value


def apply_tag(tag: str, text: str) -> bool | int | float | str | None:
    """The value of a scalar with an explicit tag of the core schema.

    Raises KeyError for any other tag, ValueError with a sentence if the text does not fit.
    """
    kind = _TAGS[tag]
    if kind is str:
        return text
    value = resolve(_LEADING_ZEROS.sub(r"\1", text))
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ValueError(f"'{text}' does not match its tag {short_tag(tag)}")
    return value


def short_tag(tag: str) -> str:
    """A tag as an author writes it: `!!int` for `tag:yaml.org,2002:int`."""
    return f"!!{tag.removeprefix(PREFIX)}" if tag.startswith(PREFIX) else tag


_TAGS: Final[dict[str, type]] = {
    # The non-specific tag: `! 12` is the text "12".
    "!": str,
    f"{PREFIX}str": str,
    f"{PREFIX}int": int,
    f"{PREFIX}float": float,
    f"{PREFIX}bool": bool,
    f"{PREFIX}null": type(None),
}
