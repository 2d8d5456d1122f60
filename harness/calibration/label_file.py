"""Reads and writes calibration files: JSON lines, one label a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache

from harness.calibration.label import Label
from harness.calibration.label_schema import LABEL_SCHEMA
from harness.core import ConfigurationError, Problem, Source
from harness.formats.json_schema import Schema, compile_format
from harness.formats.strict_json import finite, first_fault, no_constant, unique_keys


def read_labels(content: bytes, shown: str) -> list[Label]:
    """The labels of a file. `shown` is how messages name it.

    Empty lines are left out. Raises `ConfigurationError` for every line that is not a label.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            Problem(
                code="damaged-label",
                where=shown,
                message=f"the file is not UTF-8: {error.reason} at byte {error.start + 1}",
            )
        ) from error
    source = Source(path=shown, text=text)
    labels, problems = [], []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            labels.append(_label(line))
        except ValueError as error:
            problem = Problem(
                code="damaged-label",
                message=f"the line is not a label: {error}",
                place=source.place(number, 1, len(line)),
                hint="remove it, or restore the file",
            )
            problems.append(problem)
    if problems:
        raise ConfigurationError(problems)
    return labels


def write_labels(labels: Iterable[Label]) -> bytes:
    """The content of a file with labels."""
    lines = (json.dumps(label.json(), ensure_ascii=False) for label in labels)
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")


def _label(line: str) -> Label:
    """The label of a line. Raises `ValueError`, whose text says what is wrong."""
    try:
        value = json.loads(
            line, object_pairs_hook=unique_keys, parse_constant=no_constant, parse_float=finite
        )
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} at character {error.pos + 1}") from error
    if fault := first_fault(line):
        raise ValueError(fault[1])
    if reason := _format().misfit(value):
        raise ValueError(reason)
    if value["criterion"] not in value["criteria"]:
        raise ValueError("its 'criterion' is not one of its 'criteria'")
    return Label.from_json(value)


@cache
def _format() -> Schema:
    return compile_format(LABEL_SCHEMA, name="the label")


def by_question(labels: Iterable[Label]) -> dict[str, Sequence[Label]]:
    """Labels by what they decide, the last one of each labeller."""
    found: dict[str, dict[tuple[str, str], Label]] = {}
    for label in labels:
        found.setdefault(label.asked.key, {})[label.kind, label.labeller] = label
    return {key: tuple(of_question.values()) for key, of_question in found.items()}
