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
        message = f"'{name}' is also a column of {named.value}"
        compiler.note("wrong-rows", message, node.at(name), "keep one of them", key=True)
    taken: set[str] = set()
    combined = matrix_rows(matrix) if matrix else (MatrixRow(name=""),)
    return tuple(_joined(parts, taken) for parts in product(lines, combined))


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
            where = "twice on this line" if is_here else f"here and on line {line}"
            message = f"the {noun} {quote(one.as_written)} appears {where}"
            compiler.note("duplicate-value", message, one, "keep one of them")


def _joined(parts: Sequence[MatrixRow], taken: set[str]) -> MatrixRow:
    """One row of several: a line of a file, values of a matrix, utterances.

    A former name that is `taken` gets a number; it is taken then.
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


def _line(record: Mapping[str, Json]) -> MatrixRow:
    naming = _naming(record)
    named_by = [naming] if naming else list(record.values())
    return MatrixRow(name=row_name(named_by), former=slug(named_by), values=record)


def _naming(record: Mapping[str, Json]) -> str:
    return next((str(record[key]) for key in NAMING if key in record), "")


def _require_fit(shown: str, records: Sequence[Record]) -> None:
    """Raise unless all lines have the same names, which can be used in `${…}`."""
    if not records:
        raise BadFile("wrong-rows", f"{shown} has no rows")
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
            message = f"{where} has the name {quote(name)}, and so has {first}"
            raise BadFile("wrong-rows", message, "give each row its own name")


class TooManyRows(Exception):
    """A scenario would have as many rows as its argument says."""


def spoken_rows(
    rows: Sequence[MatrixRow], spoken: Mapping[int, Node], identifier: str, taken: set[str]
) -> tuple[MatrixRow, ...]:
    """Every row with every combination of the utterances that are picked.

    `spoken` holds the messages that have several, by the number of their turn. A sample is drawn
    with the scenario's id where it names no seed, so it is the same in every run. Former names
    that are `taken` get a number; the new ones are taken then. Raises `TooManyRows`.
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
    """A row for each utterance of a turn; without a name where the turn says nothing else."""
    texts = [str(one.as_written) for one in user.at("utterances")]
    picked = _picked(texts, user.get("pick"), f"{identifier}/{turn}")
    for index in picked:
        said = [texts[index]] if len(picked) > 1 else []
        name, former = (row_name(said), slug(said)) if said else ("", "")
        yield MatrixRow(name=name, former=former, said={turn: index})


def _picked(texts: Sequence[str], pick: Node | None, otherwise: str) -> list[int]:
    """Places of the utterances that are said, in their order."""
    every = list(range(len(texts)))
    if pick is None or pick.value == "all":
        return every
    if pick.value == "first":
        return every[:1]
    seed = pick.text_of("seed") or otherwise
    # By each text's own hash: what is added or moved changes little of what is drawn.
    drawn = sorted(every, key=lambda index: _drawn(seed, texts[index]))
    return sorted(drawn[: int(str(pick.at("sample").value))])


def _drawn(seed: str, text: str) -> bytes:
    return hashlib.blake2s(f"{seed}/{text}".encode(), digest_size=8).digest()


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
                raise BadFile("wrong-rows", message, "quote a cell that contains a comma")
            yield where, dict(zip(names, cells, strict=True))
    except csv.Error as error:
        raise BadFile(
            "wrong-rows", f"{shown}:{reader.line_num} is not valid CSV: {error}"
        ) from error


def from_json(shown: str, text: str) -> list[Record]:
    """The rows of a JSON file: a list of objects. Raises `BadFile`."""
    too_deep = BadFile("wrong-rows", f"{shown} has more than {MOST_LEVELS} levels")
    try:
        records = json.loads(text)
    except RecursionError as error:
        raise too_deep from error
    except ValueError as error:
        raise BadFile("wrong-rows", f"{shown} is not JSON: {error}") from error
    if levels(records) > MOST_LEVELS:
        raise too_deep
    if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
        raise BadFile("wrong-rows", f"{shown} is not a list of objects", "write [{…}, {…}]")
    return [(f"{shown}: row {number}", one) for number, one in enumerate(records, 1)]


def require_names(where: str, names: Iterable[str]) -> None:
    """Raise `BadFile` unless all can be used in `${…}`."""
    for name in names:
        if not _NAME.fullmatch(name):
            message = f"{where}: '{name}' is not a valid column name"
            raise BadFile("wrong-rows", message, _fix(name))


def _fix(name: str) -> str:
    if name != name.strip():
        return f"remove the spaces: '{name.strip()}'"
    for separator, word in ((";", "';'"), ("\t", "a tab")):
        if separator in name:
            return f"separate the columns with ',' instead of {word}"
    return (
        ("use letters, digits and '_', and no digit at the start")
        if name
        else "give the column a name"
    )
