"""Checks that a person types, as those of a scenario's turn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from harness.conversation import Turn
from harness.core import Json, Problem, ScenarioError
from harness.formats.template import literal
from harness.formats.yaml import Document, read
from harness.project.project import Project
from harness.project.verifying import problems_of
from harness.scenario import UserTurn, examine_scenario

TYPED = "/check"
"""How messages name what was typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedChecks:
    """Checks of one turn."""

    planned: UserTurn
    """The turn, as if a scenario had it."""
    written: Mapping[str, Json]
    """The checks as they were typed."""
    headers: frozenset[str]
    """Answer headers that they use."""


def read_checks(text: str, turn: Turn, project: Project, provider: str) -> TypedChecks:
    """Read the content of an `expect:` block; for a refused turn, of an `error:` block.

    Raises `YamlError` and `ScenarioError` with every problem, as `harness lint` reports them.
    """
    typed = read(text.encode(), TYPED, expect_mapping=True)
    document = _in_a_scenario(typed, turn, provider)
    scenario, problems = examine_scenario(document, project.scenario_format)
    if scenario is not None:
        problems += problems_of(project, scenario, [document])
    if problems or scenario is None:
        raise ScenarioError(_of_turn(problems, turn.number))
    planned = replace(scenario.user_turns[0], number=turn.number, id="")
    assert isinstance(typed.value, dict)  # noqa: S101  # a mapping was required
    return TypedChecks(planned=planned, written=typed.value, headers=scenario.header_names)


def _in_a_scenario(typed: Document, turn: Turn, provider: str) -> Document:
    """A scenario with one turn that expects what was typed, and the variables that are known."""
    known = {
        name: literal(value)  # type: ignore[arg-type]  # JSON
        for name, value in turn.variables.items()
        if not callable(value) and _is_json(value)
    }
    key = "expect" if turn.refusal is None else "error"
    head = {"scenario": "chat", "provider": provider, **({"vars": known} if known else {})}
    value: Json = {**head, "turns": [{"user": "said", key: typed.value}]}  # type: ignore[dict-item]  # JSON
    turns = [0, [[0, {"user": [0, 0], key: [0, typed.marks]}]]]
    marks = [0, {**{name: [0, _marks(one)] for name, one in head.items()}, "turns": [0, turns]}]
    return Document(source=typed.source, value=value, marks=marks)


def _marks(value: object) -> list[object] | int:
    """Marks that lead nowhere, for a value that was not typed."""
    if isinstance(value, dict):
        return [0, {name: [0, _marks(one)] for name, one in value.items()}]
    return [0, [_marks(one) for one in value]] if isinstance(value, list) else 0


def _of_turn(problems: Iterable[Problem], number: int) -> list[Problem]:
    return [
        replace(one, subject=f"turn {number}") if one.subject.startswith("turn ") else one
        for one in problems
    ]


def _is_json(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(name, str) and _is_json(one) for name, one in value.items())
    if isinstance(value, list | tuple):
        return all(map(_is_json, value))
    return value is None or isinstance(value, bool | int | float | str)
