"""Says all that is wrong with a scenario file, at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.core import Problem
from harness.formats.file_format import Departure, departures_of, without
from harness.formats.json_schema import Schema
from harness.formats.yaml import Document
from harness.scenario.advice import advise
from harness.scenario.branching import conversations_of
from harness.scenario.compiling import Compiler
from harness.scenario.files import NO_FILES, OtherFiles
from harness.scenario.order import order_problems, recall_problems
from harness.scenario.reader import Reader
from harness.scenario.scenario import Scenario
from harness.scenario.texts import text_problems
from harness.scenario.turn_names import SubjectIn
from harness.scenario.variables import variable_problems

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
    departures = list(departures_of(document, schema, SubjectIn(document), advise))
    problems = [one.problem for one in departures if not one.is_told_already]
    rest = _readable(document, schema, departures)
    if rest is None:
        return None, problems
    reader = Reader(rest, files, defaults)
    scenario = reader.scenario()
    compiler = reader.compiler
    # What a fragment defines that cannot be included, nobody knows.
    compiler.knows_names &= not any("include" in one.path for one in departures)
    lost = _names_lost(document, departures)
    names = {*scenario.variables, *(name for row in scenario.rows for name in row.values)}
    further = [
        *text_problems(rest, names),
        *order_problems(rest),
        *reader.problems,
        *_variable_problems(scenario, compiler, lost),
    ]
    touched = {one.problem.subject for one in departures}
    # Without its misspelt check, a turn seems to assert nothing.
    problems += [p for p in further if p.code != "asserts-nothing" or p.subject not in touched]
    return scenario, problems


def _names_lost(document: Document, departures: Sequence[Departure]) -> set[str]:
    """Variables whose definitions are wrong: that is told once, not wherever they are used."""
    paths = [one.path for one in departures]
    lost = {str(p[-1]) for p in paths if len(p) > 1 and p[-2] in _DEFINING}
    lost.update(str(p[-2]) for p in paths if len(p) > 2 and p[-3] in _DEFINING)  # noqa: PLR2004
    for path in paths:
        if path and path[-1] in _DEFINING:
            lost.update(key for key, _ in document.at(*path).items())
    return lost


_DEFINING = ("vars", "matrix", "capture")


def _variable_problems(scenario: Scenario, compiler: Compiler, lost: set[str]) -> Iterator[Problem]:
    """Those of every conversation of the file, each told once."""
    if not compiler.knows_names:
        return
    told: set[str] = set()
    for one in conversations_of(scenario):
        for problem in (
            *variable_problems(one, compiler.nodes, compiler.subject, lost),
            *recall_problems(one, compiler.document),
        ):
            if str(problem) not in told:
                told.add(str(problem))
                yield problem


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
