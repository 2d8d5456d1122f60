"""Finds all problems of a scenario file at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from harness.core import Problem
from harness.formats.file_format import Departure, departures_of, without
from harness.formats.json_schema import Schema
from harness.formats.yaml import Document
from harness.scenario.advice import advise
from harness.scenario.branching import conversations_of
from harness.scenario.compiling import Compiler
from harness.scenario.files import NO_FILES, OtherFiles
from harness.scenario.order import naming_problems, order_problems, recall_problems
from harness.scenario.reader import build_scenario
from harness.scenario.scenario import Scenario
from harness.scenario.texts import text_problems
from harness.scenario.turn_names import SubjectIn
from harness.scenario.variables import variable_problems

MAX_ROUNDS = 3
"""Leaving out what is wrong may empty a block, and an empty block is wrong, too."""


def examine_scenario(
    document: Document,
    schema: Schema,
    files: OtherFiles = NO_FILES,
    defaults: Sequence[Document] = (),
) -> tuple[Scenario | None, list[Problem]]:
    """Read a scenario, with every problem that can be found without the project.

    Keys and values, names, variables, captures, and turns that assert nothing. The scenario
    lacks the parts with problems; it is None if the rest cannot be read.
    """
    departures = list(departures_of(document, schema, SubjectIn(document), advise))
    problems = [departure.problem for departure in departures if not departure.is_told_already]
    rest = _readable(document, schema, departures)
    if rest is None:
        return None, problems
    scenario, compiler = build_scenario(rest, files, defaults)
    # The names that a fragment defines are not known if it cannot be included.
    compiler.knows_names &= not any("include" in departure.path for departure in departures)
    names = {*scenario.variables, *(name for row in scenario.rows for name in row.values)}
    further = [
        *text_problems(rest, names),
        *order_problems(rest),
        *compiler.problems,
        *_variable_problems(scenario, compiler, _names_lost(document, departures)),
    ]
    touched = {departure.problem.subject for departure in departures}
    # Without its misspelt check, a turn seems to assert nothing.
    problems += [p for p in further if p.code != "asserts-nothing" or p.subject not in touched]
    return scenario, problems


def _names_lost(document: Document, departures: Sequence[Departure]) -> set[str]:
    """Variables whose definitions have problems, which are reported once, not at every use."""
    lost: set[str] = set()
    for path in (departure.path for departure in departures):
        if path and path[-1] in _DEFINING:
            lost.update(dict(document.at(*path).items()))
        # A variable, or its value, or an element of it.
        lost.update(str(name) for key, name in pairwise(path[-3:]) if key in _DEFINING)
    return lost


_DEFINING = ("vars", "matrix", "capture", "knows")


def _variable_problems(scenario: Scenario, compiler: Compiler, lost: set[str]) -> Iterable[Problem]:
    """The problems of every conversation of the file, each once."""
    if not compiler.knows_names:
        return ()
    problems = (
        problem
        for conversation in conversations_of(scenario)
        for problem in (
            *variable_problems(conversation, compiler.nodes, compiler.subject, lost),
            *recall_problems(conversation, compiler.document),
            *naming_problems(conversation, compiler.document),
        )
    )
    return {str(problem): problem for problem in problems}.values()


def _readable(
    document: Document, schema: Schema, departures: Sequence[Departure]
) -> Document | None:
    """The document without what departs from the format; None if the rest departs from it, too."""
    rest, found = document, departures
    for _ in range(MAX_ROUNDS):
        if not found:
            return rest
        rest = without(rest, [one.path for one in found])
        found = list(departures_of(rest, schema))
    return None if found else rest
