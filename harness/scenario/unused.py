"""Names that a scenario or its defaults define for nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from harness.core.errors import Problem
from harness.core.source import Place
from harness.formats.template import Template
from harness.formats.yaml import Document
from harness.scenario.rows import FILE, NAMING
from harness.scenario.scenario import AssistantLine, Scenario, UserTurn
from harness.scenario.subject import turn_subject
from harness.scenario.variables import templates_in


def unused_names(scenario: Scenario, document: Document) -> Iterator[Problem]:
    """Variables, columns and captures of the scenario's own file that no template uses."""
    used = {name for template in _templates(scenario) for name in template.names}
    top = document.at()
    for name, node in top.entries("vars"):
        if name not in used:
            yield _problem(f"the variable '{name}' is never used", node.key_place)
    matrix = top.get("matrix")
    columns = scenario.rows[0].values if scenario.rows and matrix is not None else {}
    for name in columns:
        if matrix is None or name in used:
            continue
        own = matrix.get(name)
        if own is not None:
            yield _problem(f"the matrix's '{name}' is never used", own.key_place)
        elif name not in NAMING:
            place = matrix.at(FILE).place
            yield _problem(f"the column '{name}' of the matrix's file is never used", place)
    for turn in scenario.user_turns:
        for name, capture in turn.captures.items():
            if name not in used and capture.place.source.path == document.source.path:
                subject = turn_subject(turn.number, turn.id)
                yield _problem(f"the capture '{name}' is never used", capture.place, subject)


def overwritten_names(scenario: Scenario, document: Document) -> Iterator[Problem]:
    """Captures of the scenario's own file that replace a variable which is used afterwards."""
    defined = {*scenario.variables, *(name for row in scenario.rows for name in row.values)}
    turns = scenario.user_turns
    for place, turn in enumerate(turns):
        later = [one.value for one in (*turn.expectations, *scenario.expectations)]
        later += [one for after in turns[place + 1 :] for one in _templates_of(after)]
        used = {name for template in later for name in template.names}
        for name, capture in turn.captures.items():
            if name in defined & used and capture.place.source.path == document.source.path:
                yield Problem(
                    code="overwritten-name",
                    message=f"the capture replaces the variable '{name}', which is used afterwards",
                    place=capture.place,
                    subject=turn_subject(turn.number, turn.id),
                    hint="give the capture a name of its own",
                )


def names_of_defaults(scenario: Scenario, document: Document) -> set[str]:
    """Names that a scenario uses and does not define under its own `vars`."""
    used = {name for template in _templates(scenario) for name in template.names}
    return used - {name for name, _ in document.at().entries("vars")}


def unused_defaults(document: Document, used: Collection[str]) -> Iterator[Problem]:
    """Variables of a folder's defaults that none of its scenarios uses."""
    for name, node in document.at().entries("vars"):
        if name not in used:
            message = f"no scenario of the folder uses the variable '{name}'"
            yield _problem(message, node.key_place)


def unused_parameters(part: Scenario, document: Document) -> Iterator[Problem]:
    """Parameters of a fragment that nothing in it uses."""
    used = {name for template in _templates(part) for name in template.names}
    for name, node in document.at().entries("parameters"):
        if name not in used:
            yield _problem(f"the parameter '{name}' is never used", node.key_place)


def odd_cells(scenario: Scenario, document: Document) -> Iterator[Problem]:
    """Cells of a matrix's CSV file that are empty, or begin or end with a blank."""
    matrix = document.at().get("matrix")
    named = matrix.get(FILE) if matrix is not None else None
    if named is None or not isinstance(named.value, str) or not named.value.endswith(".csv"):
        return
    rows = {tuple(row.values.items()): row for row in scenario.rows}.values()
    for name in scenario.rows[0].values:
        cells = [(row.name, row.values[name]) for row in rows]
        odd = [at for at, cell in cells if isinstance(cell, str) and cell != (cell.strip() or None)]
        if odd and (matrix is None or matrix.get(name) is None):
            rest = f" and {len(odd) - 1} more" if odd[1:] else ""
            yield Problem(
                code="odd-cell",
                message=f"'{name}' is empty, or has blanks around it, in the row '{odd[0]}'{rest}",
                place=named.place,
                hint="fill it in, or take the blanks away",
            )


def _problem(message: str, place: Place, subject: str = "") -> Problem:
    hint = "use it, or take it out"
    return Problem(code="unused-name", message=message, place=place, subject=subject, hint=hint)


def _templates(scenario: Scenario) -> Iterator[Template]:
    yield from scenario.variables.values()
    yield scenario.session
    for turn in (*scenario.turns, *scenario.teardown):
        yield from _templates_of(turn)
    yield from (one.value for one in scenario.expectations)


def _templates_of(turn: UserTurn | AssistantLine) -> Iterator[Template]:
    for given in turn.given:
        yield from given.values()
    if isinstance(turn, AssistantLine):
        yield turn.text
        return
    yield from templates_in(turn.message)
    yield from (one.value for one in turn.expectations)
