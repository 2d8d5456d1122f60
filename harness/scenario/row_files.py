"""CSV and JSON files whose lines are rows of a matrix."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from harness.core.typing import Json, levels
from harness.formats.yaml import Limits
from harness.scenario.files import BadFile

Record = tuple[str, Mapping[str, Json]]
"""Where a row stands, such as `scenarios/rows.csv:2`, and its values."""
MOST_LEVELS = Limits().depth
"""Of a JSON file, as of the scenario that its values come into."""
_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")


def from_csv(shown: str, text: str) -> Iterator[Record]:
    """The rows of a CSV file, whose first line names the columns. Raises `BadFile`."""
    import csv  # noqa: PLC0415  # late: few scenarios have such a file

    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        names = next(reader, [])
        twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
        if twice is not None:
            message = f"{shown}:{reader.line_num} has the column '{twice}' twice"
            raise BadFile("wrong-rows", message, "keep one of them")
        require_names(f"{shown}:1", names)
        for cells in reader:
            if not cells:
                continue
            where = f"{shown}:{reader.line_num}"
            if len(cells) != len(names):
                message = f"{where} has {len(cells)} cells, expected {len(names)}"
                raise BadFile("wrong-rows", message, "quote a cell that holds a comma")
            yield where, dict(zip(names, cells, strict=True))
    except csv.Error as error:
        raise BadFile("wrong-rows", f"{shown}:{reader.line_num} is no CSV: {error}") from error


def from_json(shown: str, text: str) -> list[Record]:
    """The rows of a JSON file: a list of objects. Raises `BadFile`."""
    too_deep = BadFile("wrong-rows", f"{shown} has more than {MOST_LEVELS} levels")
    try:
        records = json.loads(text)
    except RecursionError as error:
        raise too_deep from error
    except ValueError as error:
        raise BadFile("wrong-rows", f"{shown} is no JSON: {error}") from error
    if levels(records) > MOST_LEVELS:
        raise too_deep
    if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
        raise BadFile("wrong-rows", f"{shown} is no list of objects", "write [{…}, {…}]")
    return [(f"{shown}: row {number}", one) for number, one in enumerate(records, 1)]


def require_names(where: str, names: Iterable[str]) -> None:
    """Raise `BadFile` unless all can be used in `${…}`."""
    for name in names:
        if not _NAME.fullmatch(name):
            message = f"{where}: the column '{name}' cannot be a name"
            raise BadFile("wrong-rows", message, _fix(name))


def _fix(name: str) -> str:
    if name != name.strip():
        return f"remove the blank: '{name.strip()}'"
    for separator, word in ((";", "';'"), ("\t", "a tab")):
        if separator in name:
            return f"separate the columns with ',' instead of {word}"
    return "letters, digits and '_', no digit first" if name else "give the column a name"
