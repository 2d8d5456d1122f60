"""Which names a scenario may use where; told when the file is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from harness.errors import Problem, did_you_mean
from harness.scenario.scenario import AssistantLine, Scenario, UserTurn
from harness.source import Place
from harness.template import Template
from harness.template.places import expression_with
from harness.typing import Path

FUNCTIONS = ("uuid", "now", "random")
"""Callable in every template; seeded, so that a replay gives the same values."""


_ELSEWHERE = {"env": "only harness.yaml reads the environment"}


def variable_problems(
    scenario: Scenario, subject: Callable[[Path], str], places: Mapping[int, Place]
) -> Iterator[Problem]:
    """Every name that is used before or without being defined.

    `places` holds where each template stands, by the template's identity.
    """
    made_later = {name: turn.number for turn in scenario.user_turns for name in turn.captures}
    known = {*FUNCTIONS, *(name for row in scenario.rows for name in row.values)}

    def unknown(template: Template, where: str = "") -> Iterator[Problem]:
        place = places.get(id(template), scenario.place)
        yield from _unknown(template, known, made_later, place, where)

    for name, template in scenario.variables.items():
        yield from unknown(template)
        known.add(name)
    yield from unknown(scenario.session)
    for index, turn in enumerate(scenario.turns):
        where = subject(("turns", index))
        if isinstance(turn, AssistantLine):
            yield from unknown(turn.text, where)
            continue
        for template in _said(turn):
            yield from unknown(template, where)
        known.update(turn.captures)
        for expectation in turn.expectations:
            yield from unknown(expectation.value, where)
    for expectation in scenario.expectations:
        yield from unknown(expectation.value)


def _said(turn: UserTurn) -> Iterator[Template]:
    message = turn.message
    parts = (message.text, message.press, message.attachments, message.metadata)
    yield from (part for part in parts if part is not None)


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
            hint=_ELSEWHERE.get(name)
            or did_you_mean(name, known.difference(FUNCTIONS))
            or "define it under 'vars:' or 'capture:'",
        )
