"""Names that become file names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import product

from harness.scenario.scenario import Row
from harness.typing import Json

ID_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
_ID = re.compile(ID_PATTERN)
MOST_ROWS = 10_000
"""Rows of one scenario: those of its matrix, with every utterance and in every branch."""
FEWER_ROWS = "divide them among several scenarios"
"""What to do where there are more."""
_RESERVED = frozenset(
    ("con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10)))
)


def scenario_id_problem(text: str) -> str:
    """Why a text cannot name a scenario; empty where it can.

    The id names the cassette, on every file system: so neither paths nor Windows' device names.
    """
    if not _ID.fullmatch(text):
        return (
            "an id has 1 to 100 letters, digits, '.', '_' or '-', and begins with a letter or digit"
        )
    if text.split(".", maxsplit=1)[0].lower() in _RESERVED:
        return "this is the name of a device on Windows"
    if text.lower() == "prepare":
        return "this names the recording of what comes once for a provider"
    if "--" in text or ".take-" in text:
        return "'--' and '.take-' separate the parts of a cassette's name"
    return ""


def matrix_rows(matrix: Mapping[str, Json]) -> tuple[Row, ...]:
    """One row for every combination of values, in the order written."""
    keys = list(matrix)
    lists = [value if isinstance(value, list) else [value] for value in matrix.values()]
    taken: set[str] = set()
    return tuple(
        Row(name=unique_name(slug(values), taken), values=dict(zip(keys, values, strict=True)))
        for values in product(*lists)
    )


def slug(values: Iterable[Json]) -> str:
    """A name of values that is safe in a file name."""
    text = "-".join(str(value) for value in values)
    short = re.sub(r"[^A-Za-z0-9._]+", "-", text).strip("-._")[:60]
    return re.sub(r"-{2,}", "-", short) or "row"


def unique_name(name: str, taken: set[str]) -> str:
    """The name, numbered where it is taken; it is taken then."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    taken.add(found)
    return found
