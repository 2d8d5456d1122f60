"""The rows of a scenario: its matrix, the lines of a file, and several ways to say a thing."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product

from harness.core import Json, levels, quote
from harness.formats.yaml import Limits, Node
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
from harness.scenario.scenario import MatrixRow

NAMING = ("name", "id")
"""Columns of a file that name its rows."""
FILE = "file"


def read_rows(node: Node | None, compiler: Compiler) -> tuple[MatrixRow, ...]:
    """The rows that `matrix:` makes; one row without a name if there is no matrix."""
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
        compiler.note(
            "wrong-rows",
            f"'{name}' is also a column of {named.value}",
            node.at(name),
            "keep one of them",
            key=True,
        )
    taken: set[str] = set()
    combined = matrix_rows(matrix) if matrix else (MatrixRow(name=""),)
    return tuple(_joined(parts, taken) for parts in product(lines, combined))


def _bounded(
    matrix: Mapping[str, Json], lines: int, node: Node, compiler: Compiler
) -> dict[str, Json]:
    """The values to combine; only the first of each name if the matrix makes too many rows."""
    lists = {
        name: values if isinstance(values, list) else [values] for name, values in matrix.items()
    }
    count = lines * math.prod(map(len, lists.values()))
    if count <= MOST_ROWS:
        return dict(matrix)
    compiler.note(
        "too-many-rows",
        f"the matrix makes {count:,} rows, the limit is {MOST_ROWS:,}",
        node,
        FEWER_ROWS,
        key=True,
    )
    return {name: values[:1] for name, values in lists.items()}


def require_distinct(values: Node, noun: str, compiler: Compiler) -> None:
    """Note elements that are in a list twice: both would make the same conversation."""
    first: dict[str, Node] = {}
    for element in values:
        before = first.setdefault(json.dumps(element.value, sort_keys=True), element)
        if before is not element:
            line, is_here = before.place.line, before.place.line == element.place.line
            where = "twice on this line" if is_here else f"here and on line {line}"
            compiler.note(
                "duplicate-value",
                f"the {noun} {quote(element.as_written)} appears {where}",
                element,
                "keep one of them",
            )


def _joined(parts: Sequence[MatrixRow], taken: set[str]) -> MatrixRow:
    """One row made of several: a line of a file, values of a matrix, utterances.

    A former name that is `taken` gets a number; the name is added to `taken`.
    """
    former = [part.former for part in parts if part.former]
    return replace(
        parts[0],
        name=joined_names(*(part.name for part in parts)),
        former=unique_name(slug(former), taken) if former else "",
        values={name: value for part in parts for name, value in part.values.items()},
        said={turn: index for part in parts for turn, index in part.said.items()},
    )


def _lines_of(node: Node, compiler: Compiler) -> list[MatrixRow]:
    """The lines of the file that a matrix names; problems of the file are noted."""
    try:
        shown, text = compiler.files.text(str(node.value), node.document.source.path)
        read = from_json if shown.endswith(".json") else from_csv
        records = list(islice(read(shown, text), MOST_ROWS + 1))
        _require_fit(shown, records)
        return [_line(record) for _, record in records]
    except BadFile as error:
        compiler.note(error.code, error.message, node, error.hint)
        compiler.knows_names = False
        return []


def _line(record: Mapping[str, Json]) -> MatrixRow:
    naming = _naming(record)
    named_by = [naming] if naming else list(record.values())
    return MatrixRow(name=row_name(named_by), former=slug(named_by), values=record)


def _naming(record: Mapping[str, Json]) -> str:
    return next((str(record[key]) for key in NAMING if key in record), "")


def _require_fit(shown: str, records: Sequence[Record]) -> None:
    """Raise `BadFile` unless all lines have the same names, which can be used in `${…}`."""
    if not records:
        raise BadFile("wrong-rows", f"{shown} has no rows")
    if len(records) > MOST_ROWS:
        raise BadFile(
            "too-many-rows",
            f"{shown} has more than {MOST_ROWS:,} rows, which is the limit",
            FEWER_ROWS,
        )
    columns = {*records[0][1]}
    named: dict[str, str] = {}
    for where, record in records:
        require_names(where, record)
        if odd := {*record} ^ columns:
            raise BadFile("wrong-rows", f"{where} and the first row differ in '{min(odd)}'")
        name = _naming(record)
        if name and (first := named.setdefault(name, where)) != where:
            raise BadFile(
                "wrong-rows",
                f"{where} has the name {quote(name)}, and so has {first}",
                "give each row its own name",
            )


class TooManyRows(Exception):
    """A scenario would have as many rows as its argument says."""


def spoken_rows(
    rows: Sequence[MatrixRow], spoken: Mapping[int, Node], identifier: str, taken: set[str]
) -> tuple[MatrixRow, ...]:
    """Every row with every combination of the utterances that are picked.

    `spoken` holds the messages that have several, by the number of their turn. A sample without a
    seed is drawn with the scenario's id, so it is the same in every run. Former names that are
    `taken` get a number; the new names are added to `taken`. Raises `TooManyRows`.
    """
    if not spoken and not taken:
        taken.update(row.former for row in rows)
        return tuple(rows)
    choices = [tuple(_choices(turn, user, identifier)) for turn, user in spoken.items()]
    count = len(taken) + len(rows) * math.prod(map(len, choices))
    if count > MOST_ROWS:
        raise TooManyRows(count)
    return tuple(_joined(parts, taken) for parts in product(rows, *choices))


def _choices(turn: int, user: Node, identifier: str) -> Iterator[MatrixRow]:
    """A row for each utterance that is picked; without a name if it is the only one."""
    texts = [str(utterance.as_written) for utterance in user.at("utterances")]
    picked = _picked(texts, user.get("pick"), f"{identifier}/{turn}")
    for index in picked:
        said = [texts[index]] if len(picked) > 1 else []
        name, former = (row_name(said), slug(said)) if said else ("", "")
        yield MatrixRow(name=name, former=former, said={turn: index})


def _picked(texts: Sequence[str], pick: Node | None, otherwise: str) -> list[int]:
    """Places of the utterances that are said, in order. `otherwise` is the seed by default."""
    every = list(range(len(texts)))
    if pick is None or pick.value == "all":
        return every
    if pick.value == "first":
        return every[:1]
    seed = pick.text_of("seed") or otherwise

    # By each text's own hash: adding or moving a text changes the sample only a little.
    def draw(index: int) -> bytes:
        return hashlib.blake2s(f"{seed}/{texts[index]}".encode(), digest_size=8).digest()

    return sorted(sorted(every, key=draw)[: int(str(pick.at("sample").value))])


Record = tuple[str, Mapping[str, Json]]
"""The place of a row, such as `scenarios/rows.csv:2`, and its values."""
MOST_LEVELS = Limits().depth
"""Of a JSON file: the limit of the scenario that the values are put into."""
_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")


def from_csv(shown: str, text: str) -> Iterator[Record]:
    """The rows of a CSV file, whose first line names the columns. Raises `BadFile`."""
    import csv  # noqa: PLC0415  # late: few scenarios have such a file

    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        names = next(reader, [])
        twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
        if twice is not None:
            raise BadFile(
                "wrong-rows",
                f"{shown}:{reader.line_num} has the column '{twice}' twice",
                "keep one of them",
            )
        require_names(f"{shown}:1", names)
        for cells in reader:
            if not cells:
                continue
            where = f"{shown}:{reader.line_num}"
            if len(cells) != len(names):
                raise BadFile(
                    "wrong-rows",
                    f"{where} has {len(cells)} cells, expected {len(names)}",
                    "quote a cell that contains a comma",
                )
            yield where, dict(zip(names, cells, strict=True))
    except csv.Error as error:
        raise BadFile(
            "wrong-rows", f"{shown}:{reader.line_num} is not valid CSV: {error}"
        ) from error


def from_json(shown: str, text: str) -> list[Record]:
    """The rows of a JSON file: a list of objects. Raises `BadFile`."""
    try:
        records = json.loads(text)
        is_too_deep = levels(records) > MOST_LEVELS
    except RecursionError:
        is_too_deep = True
    except ValueError as error:
        raise BadFile("wrong-rows", f"{shown} is not JSON: {error}") from error
    if is_too_deep:
        raise BadFile("wrong-rows", f"{shown} has more than {MOST_LEVELS} levels")
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise BadFile("wrong-rows", f"{shown} is not a list of objects", "write [{…}, {…}]")
    return [(f"{shown}: row {number}", record) for number, record in enumerate(records, 1)]


def require_names(where: str, names: Iterable[str]) -> None:
    """Raise `BadFile` unless all can be used in `${…}`."""
    for name in names:
        if _NAME.fullmatch(name):
            continue
        hint = "use letters, digits and '_', and no digit at the start"
        if not name:
            hint = "give the column a name"
        elif name != name.strip():
            hint = f"remove the spaces: '{name.strip()}'"
        elif ";" in name or "\t" in name:
            separator = "';'" if ";" in name else "a tab"
            hint = f"separate the columns with ',' instead of {separator}"
        raise BadFile("wrong-rows", f"{where}: '{name}' is not a valid column name", hint)
