"""Says all that is wrong with a scenario file, at once."""

from __future__ import annotations

from collections.abc import Sequence

from harness.errors import Problem
from harness.file_format import Departure, departures_of, without
from harness.json_schema import Schema
from harness.scenario.files import NO_FILES, OtherFiles
from harness.scenario.reader import Reader
from harness.scenario.scenario import Scenario
from harness.scenario.subject import SubjectIn
from harness.scenario.variables import variable_problems
from harness.yaml_reader import Document

MAX_ROUNDS = 3
"""Leaving out what is wrong may empty a block, which is wrong in turn."""


def examine_scenario(
    document: Document,
    schema: Schema,
    files: OtherFiles = NO_FILES,
    defaults: Sequence[Document] = (),
) -> tuple[Scenario | None, list[Problem]]:
    """Read a scenario, with every problem that can be told without the project.

    Keys and values, names, variables, captures, and turns that assert nothing. The scenario
    lacks what is wrong; it is None where what is left cannot be read.
    """
    departures = list(departures_of(document, schema, SubjectIn(document)))
    rest = _readable(document, schema, departures)
    if rest is None:
        return None, [one.problem for one in departures]
    reader = Reader(rest, files, defaults)
    scenario = reader.scenario()
    compiler = reader.compiler
    further = [
        *reader.problems,
        *variable_problems(scenario, compiler.nodes, compiler.subject),
    ]
    touched = {one.problem.subject for one in departures}
    problems = [one.problem for one in departures]
    # Without its misspelt check, a turn seems to assert nothing.
    problems += [p for p in further if p.code != "asserts-nothing" or p.subject not in touched]
    return scenario, problems


def _readable(
    document: Document, schema: Schema, departures: Sequence[Departure]
) -> Document | None:
    """The document without what departs from the format; None where nothing fit is left."""
    rest, found = document, departures
    for _ in range(MAX_ROUNDS):
        if not found:
            return rest
        rest = without(rest, [one.path for one in found])
        found = list(departures_of(rest, schema))
    return None if found else rest
