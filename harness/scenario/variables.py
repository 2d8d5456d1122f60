"""Names that a scenario uses and does not define, or defines and does not use."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from harness.core import Json, Place, Problem, did_you_mean
from harness.formats.template import LETTERS, Template, TemplateError, UndefinedMember
from harness.formats.template.expressions import expression_with
from harness.formats.yaml import Document, Node
from harness.scenario.rows import FILE, NAMING
from harness.scenario.scenario import AssistantLine, Given, Scenario, UserTurn
from harness.scenario.simulation import templates_in, templates_of_simulation
from harness.scenario.tool_answers import templates_of_answers
from harness.scenario.turn_names import turn_subject

FUNCTIONS = ("uuid", "now", "random")
"""Callable in every template; seeded, so that a replay gives the same values."""


def variable_problems(
    scenario: Scenario,
    nodes: Mapping[int, Node],
    subject: Callable[[Node], str],
    granted: Iterable[str] = (),
) -> Iterator[Problem]:
    """Every name that is used without a definition, or before it.

    `nodes` holds what each template was made of, by the template's identity. Names that are
    `granted` count as defined.
    """
    made_later = {name: turn.number for turn in scenario.user_turns for name in turn.captures}
    known = {*FUNCTIONS, *granted, *_columns(scenario)}
    literal = _literals(scenario)

    def unknown(template: Template, names: set[str] = known) -> Iterator[Problem]:
        node = nodes.get(id(template))
        if node is not None and template.names:
            yield from _unknown(template, names, made_later, node.place, subject(node))
            yield from _members(template, literal, subject(node))

    for name, template in scenario.variables.items():
        yield from unknown(template)
        known.add(name)
    yield from unknown(scenario.session)
    seen: set[int] = set()
    for turn in (*scenario.turns, *scenario.teardown):
        yield from _given_problems(turn.given, seen, known, unknown)
        names = {*known, *(name for given in turn.given for name in given)}
        if isinstance(turn, AssistantLine):
            yield from unknown(turn.text, names)
            continue
        for template in (*_said_in(turn, scenario, seen), *templates_of_answers(turn.answers)):
            yield from unknown(template, names)
        known.update(turn.captures)
        for expectation in turn.expectations:
            yield from unknown(expectation.value, {*names, *turn.captures})
    of_all = (one.value for one in scenario.expectations)
    for template in (*templates_of_answers(scenario.answers), *of_all):
        yield from unknown(template)


def _said_in(turn: UserTurn, scenario: Scenario, seen: set[int]) -> Iterator[Template]:
    """The templates of a turn's message; those of a simulated user once, at its first turn."""
    if not turn.is_simulated:
        yield from templates_in(turn.message)
    elif id(scenario.simulation) not in seen:
        seen.add(id(scenario.simulation))
        yield from templates_of_simulation(scenario.simulation)


def _columns(scenario: Scenario) -> set[str]:
    return {name for row in scenario.rows for name in row.values}


def _literals(scenario: Scenario) -> dict[str, Json]:
    """The variables that have the same value in every play, at every turn."""
    others = _columns(scenario)
    for turn in (*scenario.turns, *scenario.teardown):
        others.update(*turn.given, turn.captures if isinstance(turn, UserTurn) else ())
    return {
        name: template.render({})
        for name, template in scenario.variables.items()
        if template.is_constant and name not in others
    }


def _members(template: Template, literal: Mapping[str, Json], subject: str) -> Iterator[Problem]:
    """A member that a literal value does not have."""
    if not template.names <= literal.keys():
        return
    try:
        template.render(literal)
    except TemplateError as error:
        if isinstance(error.fault, UndefinedMember):
            yield replace(error.problem, subject=subject)


def _given_problems(
    scopes: Iterable[Given],
    seen: set[int],
    known: set[str],
    unknown: Callable[[Template, set[str]], Iterator[Problem]],
) -> Iterator[Problem]:
    """Each scope is examined once: all turns of a fragment have the same parameters."""
    names = known
    for given in scopes:
        if id(given) not in seen:
            seen.add(id(given))
            for template in given.values():
                yield from unknown(template, names)
        names = {*names, *given}


def _unknown(
    template: Template, known: set[str], made_later: dict[str, int], place: Place, subject: str
) -> Iterator[Problem]:
    for name in sorted(template.names - known):
        where = expression_with(name, place)
        if name in made_later:
            yield Problem(
                code="capture-too-early",
                message=f"'{name}' is used here, but only captured in turn {made_later[name]}",
                place=where,
                subject=subject,
                hint="use a capture after its turn",
            )
            continue
        hint = did_you_mean(name, known.difference(FUNCTIONS))
        if name == "env":
            hint = "only harness.yaml can use environment variables"
        elif not hint.startswith("did"):
            hint = "; ".join((hint or "define it under 'vars:' or 'capture:'", LETTERS))
        yield Problem(
            code="undefined-variable",
            message=f"there is no variable '{name}'",
            place=where,
            subject=subject,
            hint=hint,
        )


def unused_names(scenario: Scenario, document: Document) -> Iterator[Problem]:
    """Variables, columns and captures of the scenario's own file that no template uses."""
    used = _names_used(_templates(scenario))
    top = document.at()
    for name, node in top.entries("vars"):
        if name not in used:
            yield _unused(f"the variable '{name}' is never used", node.key_place)
    matrix = top.get("matrix")
    for name in scenario.rows[0].values if scenario.rows else ():
        if matrix is None or name in used:
            continue
        if matrix.has(name):
            yield _unused(f"the matrix's '{name}' is never used", matrix.at(name).key_place)
        elif name not in NAMING:
            yield _unused(
                f"the column '{name}' of the matrix's file is never used", matrix.at(FILE).place
            )
    for turn in scenario.user_turns:
        for name, capture in turn.captures.items():
            if name not in used and capture.place.source.path == document.source.path:
                yield _unused(
                    f"the capture '{name}' is never used",
                    capture.place,
                    turn_subject(turn.number, turn.id),
                )


def overwritten_names(scenario: Scenario, document: Document) -> Iterator[Problem]:
    """Captures of the scenario's own file that replace a variable which is used afterwards."""
    defined = {*scenario.variables, *_columns(scenario)}
    turns = scenario.user_turns
    for place, turn in enumerate(turns):
        later = [expectation.value for expectation in (*turn.expectations, *scenario.expectations)]
        later += [template for after in turns[place + 1 :] for template in _templates_of(after)]
        used = _names_used(later)
        for name, capture in turn.captures.items():
            if name in defined & used and capture.place.source.path == document.source.path:
                yield Problem(
                    code="overwritten-name",
                    message=f"the capture replaces the variable '{name}', which is used afterwards",
                    place=capture.place,
                    subject=turn_subject(turn.number, turn.id),
                    hint="rename the capture",
                )


def names_of_defaults(scenario: Scenario, document: Document) -> set[str]:
    """Names that a scenario uses and does not define under its own `vars`."""
    return _names_used(_templates(scenario)).difference(dict(document.at().entries("vars")))


def unused_defaults(document: Document, used: Collection[str]) -> Iterator[Problem]:
    """Variables of a folder's defaults that none of its scenarios uses."""
    for name, node in document.at().entries("vars"):
        if name not in used:
            yield _unused(f"no scenario of the folder uses the variable '{name}'", node.key_place)


def unused_parameters(part: Scenario, document: Document) -> Iterator[Problem]:
    """Parameters of a fragment that nothing in it uses."""
    used = _names_used(_templates(part))
    for name, node in document.at().entries("parameters"):
        if name not in used:
            yield _unused(f"the parameter '{name}' is never used", node.key_place)


def odd_cells(scenario: Scenario, document: Document) -> Iterator[Problem]:
    """Cells of a matrix's CSV file that are empty, or begin or end with a blank."""
    matrix = document.at().get("matrix")
    if matrix is None or not str(matrix.value_of(FILE)).endswith(".csv"):
        return
    rows = {tuple(row.values.items()): row for row in scenario.rows}.values()
    for name in scenario.rows[0].values:
        cells = [(row.name, row.values[name]) for row in rows]
        odd = [at for at, cell in cells if isinstance(cell, str) and cell != (cell.strip() or None)]
        if odd and not matrix.has(name):
            rest = f" and {len(odd) - 1} more" if odd[1:] else ""
            yield Problem(
                code="odd-cell",
                message=f"'{name}' is empty or has spaces around it in the row '{odd[0]}'{rest}",
                place=matrix.at(FILE).place,
                hint="fill it in, or remove the spaces",
            )


def _unused(message: str, place: Place, subject: str = "") -> Problem:
    return Problem(
        code="unused-name",
        message=message,
        place=place,
        subject=subject,
        hint="use it, or remove it",
    )


def _names_used(templates: Iterable[Template]) -> set[str]:
    return {name for template in templates for name in template.names}


def _templates(scenario: Scenario) -> Iterator[Template]:
    yield from scenario.variables.values()
    yield scenario.session
    yield from templates_of_simulation(scenario.simulation)
    yield from templates_of_answers(scenario.answers)
    for turn in (*scenario.turns, *scenario.teardown):
        yield from _templates_of(turn)
    yield from (expectation.value for expectation in scenario.expectations)


def _templates_of(turn: UserTurn | AssistantLine) -> Iterator[Template]:
    for given in turn.given:
        yield from given.values()
    if isinstance(turn, AssistantLine):
        yield turn.text
        return
    yield from templates_in(turn.message)
    yield from templates_of_answers(turn.answers)
    yield from (expectation.value for expectation in turn.expectations)
