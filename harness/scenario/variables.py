"""Which names a scenario may use where; told when the file is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from harness.core.errors import Problem, did_you_mean
from harness.core.source import Place
from harness.core.typing import Json
from harness.formats.template import LETTERS, Template, TemplateError
from harness.formats.template.expressions import expression_with
from harness.formats.yaml import Node
from harness.scenario.scenario import AssistantLine, Given, MessagePlan, Scenario, UserTurn

FUNCTIONS = ("uuid", "now", "random")
"""Callable in every template; seeded, so that a replay gives the same values."""


_ELSEWHERE = {"env": "only harness.yaml reads the environment"}


def variable_problems(
    scenario: Scenario,
    nodes: Mapping[int, Node],
    subject: Callable[[Node], str],
    granted: Iterable[str] = (),
) -> Iterator[Problem]:
    """Every name that is used before or without being defined.

    `nodes` holds what each template was made of, by the template's identity. Names that are
    `granted` are taken for defined.
    """
    made_later = {name: turn.number for turn in scenario.user_turns for name in turn.captures}
    known = {*FUNCTIONS, *granted, *(name for row in scenario.rows for name in row.values)}

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
        for template in templates_in(turn.message):
            yield from unknown(template, names)
        known.update(turn.captures)
        for expectation in turn.expectations:
            yield from unknown(expectation.value, {*names, *turn.captures})
    for expectation in scenario.expectations:
        yield from unknown(expectation.value)


def _literals(scenario: Scenario) -> dict[str, Json]:
    """The variables that have the same value in every play, at every turn."""
    others = {name for row in scenario.rows for name in row.values}
    for turn in (*scenario.turns, *scenario.teardown):
        others.update(name for given in turn.given for name in given)
        others.update(turn.captures if isinstance(turn, UserTurn) else ())
    variables = scenario.variables.items()
    return {n: t.render({}) for n, t in variables if t.is_constant and n not in others}


def _members(template: Template, literal: Mapping[str, Json], subject: str) -> Iterator[Problem]:
    """A member that a literal value does not have."""
    if not template.names <= literal.keys():
        return
    try:
        template.render(literal)
    except TemplateError as error:
        if error.problem.code == "undefined-member":
            yield replace(error.problem, subject=subject)


def _given_problems(
    scopes: Iterable[Given],
    seen: set[int],
    known: set[str],
    unknown: Callable[[Template, set[str]], Iterator[Problem]],
) -> Iterator[Problem]:
    """Each scope is looked at once: all turns of a fragment were given the same."""
    names = known
    for given in scopes:
        if id(given) not in seen:
            seen.add(id(given))
            for template in given.values():
                yield from unknown(template, names)
        names = {*names, *given}


def templates_in(message: MessagePlan) -> Iterator[Template]:
    """All that a message is made of."""
    parts = (message.text, message.press, message.attachments, message.metadata)
    yield from (part for part in parts if part is not None)
    yield from message.utterances[1:]


def _unknown(
    template: Template, known: set[str], made_later: dict[str, int], place: Place, subject: str
) -> Iterator[Problem]:
    for name in sorted(template.names - known):
        where = expression_with(name, place)
        if name in made_later:
            yield Problem(
                code="capture-too-early",
                message=f"'{name}' is used here, but captured only in turn {made_later[name]}",
                place=where,
                subject=subject,
                hint="a capture can be used after its turn",
            )
            continue
        yield Problem(
            code="undefined-variable",
            message=f"there is no variable '{name}'",
            place=where,
            subject=subject,
            hint=_ELSEWHERE.get(name) or _hint(name, known.difference(FUNCTIONS)),
        )


def _hint(name: str, known: set[str]) -> str:
    near = did_you_mean(name, known)
    if near.startswith("did"):
        return near
    here = near or "define it under 'vars:' or 'capture:'"
    return f"{here}; {LETTERS}"
