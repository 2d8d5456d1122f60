"""What a run was held with, as Java's properties, which Allure reads."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ESCAPED = re.compile(r"[\\\r\n\t\f]")
_NAMES = {"\\": "\\\\", "\r": "\\r", "\n": "\\n", "\t": "\\t", "\f": "\\f"}


def properties(values: Mapping[str, str]) -> str:
    r"""A line for each value. Names are plain words.

    Source: java.util.Properties, whose files are Latin-1 with the rest as `\uXXXX`.
    """
    return "".join(f"{name} = {_escaped(value)}\n" for name, value in values.items())


def _escaped(value: str) -> str:
    text = _ESCAPED.sub(lambda found: _NAMES[found.group()], value)
    units = text.encode("utf-16-be", "surrogatepass")
    pairs = (units[index : index + 2] for index in range(0, len(units), 2))
    return "".join(
        chr(unit) if unit < ord("\x7f") else f"\\u{unit:04x}"
        for unit in (int.from_bytes(pair) for pair in pairs)
    )
