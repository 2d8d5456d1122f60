"""The rows of a matrix: every combination of its values, and the lines of a file."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from harness.core.errors import quote
from harness.core.typing import Json
from harness.core.values import value_class
from harness.formats.yaml import Node
from harness.scenario.compiling import Compiler
from harness.scenario.files import BadFile
from harness.scenario.names import (
    FEWER_ROWS,
    MOST_ROWS,
    joined_names,
    matrix_rows,
    row_name,
    slug,
    unique_name,
)
from harness.scenario.row_files import Record, from_csv, from_json, require_names
from harness.scenario.scenario import MatrixRow

NAMING = ("name", "id")
"""Columns of a file that name its rows."""
FILE = "file"


@value_class(frozen=True, slots=True)
class _Line:
    """One line of a file of rows."""

    name: str
    former: str
    values: Mapping[str, Json]


def read_rows(node: Node | None, compiler: Compiler) -> tuple[MatrixRow, ...]:
    """The rows that `matrix:` makes; one without a name where there is none."""
    if node is None:
        return (MatrixRow(name=""),)
    matrix = {key: values.value for key, values in node.items()}
    named = node.get(FILE)
    is_file = named is not None and isinstance(named.value, str)
    for key, values in node.items():
        if not (is_file and key == FILE):
            require_distinct(values, "value", compiler)
    if named is None or not is_file:
        return matrix_rows(_bounded(matrix, 1, node, compiler))
    del matrix[FILE]
    lines = _lines_of(named, compiler)
    matrix = _bounded(matrix, len(lines), node, compiler)
    for name in sorted(matrix.keys() & lines[0].values.keys()) if lines else ():
        message = f"'{name}' is a column of {named.value} too"
        compiler.note("wrong-rows", message, node.at(name), "keep one of them", key=True)
    return tuple(_joined(lines, matrix_rows(matrix) if matrix else (MatrixRow(name=""),)))


def _bounded(
    matrix: Mapping[str, Json], lines: int, node: Node, compiler: Compiler
) -> dict[str, Json]:
    """The values that are combined; of a matrix with too many rows only the first of each."""
    lists = {name: one if isinstance(one, list) else [one] for name, one in matrix.items()}
    count = lines * math.prod(map(len, lists.values()))
    if count <= MOST_ROWS:
        return dict(matrix)
    message = f"the matrix makes {count:,} rows, the limit is {MOST_ROWS:,}"
    compiler.note("too-many-rows", message, node, FEWER_ROWS, key=True)
    return {name: values[:1] for name, values in lists.items()}


def require_distinct(values: Node, noun: str, compiler: Compiler) -> None:
    """Note elements of a list that stand there twice: both would be the same conversation."""
    first: dict[str, Node] = {}
    for one in values:
        before = first.setdefault(json.dumps(one.value, sort_keys=True), one)
        if before is not one:
            line, is_here = before.place.line, before.place.line == one.place.line
            where = "twice on this line" if is_here else f"on line {line} too"
            message = f"the {noun} {quote(one.as_written)} stands {where}"
            compiler.note("duplicate-value", message, one, "keep one of them")


def _joined(lines: Iterable[_Line], others: tuple[MatrixRow, ...]) -> Iterator[MatrixRow]:
    taken: set[str] = set()
    for line in lines:
        for other in others:
            former = slug([part for part in (line.former, other.former) if part])
            yield MatrixRow(
                name=joined_names(line.name, other.name),
                former=unique_name(former, taken),
                values={**line.values, **other.values},
            )


def _lines_of(node: Node, compiler: Compiler) -> list[_Line]:
    """The lines of the file that a matrix names; what is wrong with it is noted."""
    try:
        shown, text = compiler.files.text(str(node.value), node.document.source.path)
        is_json = shown.endswith(".json")
        found = from_json(shown, text) if is_json else from_csv(shown, text)
        records = list(islice(found, MOST_ROWS + 1))
        _require_fit(shown, records)
        lines = [_line(record) for _, record in records]
    except BadFile as error:
        compiler.note(error.code, error.message, node, error.hint)
        compiler.knows_names = False
        return []
    return lines


def _line(record: Mapping[str, Json]) -> _Line:
    naming = _naming(record)
    told = [naming] if naming else list(record.values())
    return _Line(row_name(told), slug(told), record)


def _naming(record: Mapping[str, Json]) -> str:
    return next((str(record[key]) for key in NAMING if key in record), "")


def _require_fit(shown: str, records: Sequence[Record]) -> None:
    """Raise unless all lines have the same names, which can be used in `${…}`."""
    if not records:
        raise BadFile("wrong-rows", f"{shown} holds no row")
    if len(records) > MOST_ROWS:
        message = f"{shown} has more than {MOST_ROWS:,} rows, which is the limit"
        raise BadFile("too-many-rows", message, FEWER_ROWS)
    columns = {*records[0][1]}
    named: dict[str, str] = {}
    for where, record in records:
        require_names(where, record)
        if {*record} != columns:
            odd = min({*record} ^ columns)
            raise BadFile("wrong-rows", f"{where} and the first row differ in '{odd}'")
        name = _naming(record)
        if name and (first := named.setdefault(name, where)) != where:
            message = f"{where} has the name {quote(name)}, which {first} has too"
            raise BadFile("wrong-rows", message, "give each row its own")
