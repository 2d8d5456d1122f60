"""The rows of a matrix: every combination of its values, and the lines of a file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.scenario.compiling import Compiler
from harness.scenario.files import BadFile
from harness.scenario.names import matrix_rows, slug, unique_name
from harness.scenario.scenario import Row
from harness.typing import Json
from harness.yaml_reader import Node

NAMING = ("name", "id")
"""Columns of a file that name its rows."""
FILE = "file"
_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a file of rows."""

    name: str
    values: Mapping[str, Json]


def read_rows(node: Node | None, compiler: Compiler) -> tuple[Row, ...]:
    """The rows that `matrix:` makes; one without a name where there is none."""
    if node is None:
        return (Row(name=""),)
    matrix = {key: values.value for key, values in node.items()}
    named = node.get(FILE)
    if named is None or not isinstance(named.value, str):
        return matrix_rows(matrix)
    del matrix[FILE]
    lines = _lines_of(named, compiler)
    return tuple(_joined(lines, matrix_rows(matrix) if matrix else (Row(name=""),)))


def _joined(lines: Iterable[_Line], others: tuple[Row, ...]) -> Iterator[Row]:
    taken: set[str] = set()
    for line in lines:
        for other in others:
            name = slug([part for part in (line.name, other.name) if part])
            yield Row(name=unique_name(name, taken), values={**line.values, **other.values})


def _lines_of(node: Node, compiler: Compiler) -> list[_Line]:
    """The lines of the file that a matrix names; what is wrong with it is noted."""
    try:
        shown, text = compiler.files.text(str(node.value), node.document.source.path)
        records = _from_json(shown, text) if shown.endswith(".json") else _from_csv(shown, text)
        lines = [_line(record) for record in records]
        _require_fit(shown, lines)
    except BadFile as error:
        compiler.note(error.code, error.message, node, error.hint)
        return []
    return lines


def _from_csv(shown: str, text: str) -> Iterator[Mapping[str, Json]]:
    import csv  # noqa: PLC0415  # late: few scenarios have such a file

    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        names = next(reader, [])
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(names):
                message = f"{shown}:{reader.line_num} has {len(cells)} cells, expected {len(names)}"
                raise BadFile("wrong-rows", message, "quote a cell that holds a comma")
            yield dict(zip(names, cells, strict=True))
    except csv.Error as error:
        raise BadFile("wrong-rows", f"{shown}:{reader.line_num} is no CSV: {error}") from error


def _from_json(shown: str, text: str) -> list[Mapping[str, Json]]:
    try:
        records = json.loads(text)
    except ValueError as error:
        raise BadFile("wrong-rows", f"{shown} is no JSON: {error}") from error
    if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
        raise BadFile("wrong-rows", f"{shown} is no list of objects", "write [{…}, {…}]")
    return records


def _line(record: Mapping[str, Json]) -> _Line:
    naming = next((str(record[key]) for key in NAMING if key in record), "")
    return _Line(slug([naming]) if naming else slug(record.values()), record)


def _require_fit(shown: str, lines: Sequence[_Line]) -> None:
    """Raise unless all lines have the same names, which can be used in `${…}`."""
    if not lines:
        raise BadFile("wrong-rows", f"{shown} holds no row")
    columns: set[str] | None = None
    for number, line in enumerate(lines, 1):
        columns = {*line.values} if columns is None else columns
        wrong = sorted(name for name in line.values if not _NAME.fullmatch(name))
        if wrong:
            hint = "letters, digits and '_', no digit first"
            raise BadFile("wrong-rows", f"{shown}: the column '{wrong[0]}' cannot be a name", hint)
        if {*line.values} != columns:
            odd = min({*line.values} ^ columns)
            raise BadFile("wrong-rows", f"{shown}: row {number} and row 1 differ in '{odd}'")
