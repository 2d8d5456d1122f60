"""Names that become file names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import product

from harness.scenario.scenario import Row
from harness.typing import Json

ID_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
_ID = re.compile(ID_PATTERN)
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
    rows: list[Row] = []
    taken: set[str] = set()
    for values in product(*lists):
        name = _unique(_slug(values), taken)
        taken.add(name)
        rows.append(Row(name=name, values=dict(zip(keys, values, strict=True))))
    return tuple(rows)


def _slug(values: Iterable[Json]) -> str:
    text = "-".join(str(value) for value in values)
    slug = re.sub(r"[^A-Za-z0-9._]+", "-", text).strip("-._")[:60]
    return re.sub(r"-{2,}", "-", slug) or "row"


def _unique(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"
