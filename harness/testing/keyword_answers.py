"""Answers to tool calls that a Python test gives, as those of a scenario."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import cast

from harness.checks import BadExpectation, Options
from harness.checks.tools import argument_rules
from harness.core import Json, Place, Problem, ScenarioError, did_you_mean, parse_duration
from harness.formats.json_schema import Schema, compile_format, explain
from harness.formats.template import constant_template
from harness.scenario.compiling import too_long
from harness.scenario.tool_answers import ANSWERS, PlannedAnswer, PlannedAnswers, ToolAnswers

Given = Mapping[str, Json]
"""As under `answers:` in a scenario: by the name of the tool, an answer or a list of answers."""


def read_keyword_answers(given: Given | None, place: Place, subject: str) -> ToolAnswers:
    """The answers of one call of `say`. Raises `ScenarioError` with every problem."""
    if given is None:
        return {}
    try:
        # Tuples become lists.
        written: dict[str, Json] = json.loads(json.dumps(given))
    except (TypeError, ValueError) as error:
        raise ScenarioError(_problem(f"answers: not JSON: {error}", place, subject)) from error
    problems = [
        _problem(
            f"{'.'.join(('answers', *map(str, one.path)))}: {one.message}",
            place,
            subject,
            did_you_mean(str(one.path[-1]), one.known) if one.keyword == "unknown-key" else "",
        )
        for one in explain(written, _format())
    ]
    if problems:
        raise ScenarioError(problems)
    return {
        tool: PlannedAnswers(
            place=place,
            answers=tuple(_answer(one, place, subject) for one in _listed(answers)),
            is_sequence=isinstance(answers, list),
        )
        for tool, answers in written.items()
    }


def _listed(answers: Json) -> list[dict[str, Json]]:
    return cast("list[dict[str, Json]]", answers if isinstance(answers, list) else [answers])


def _answer(written: Mapping[str, Json], place: Place, subject: str) -> PlannedAnswer:
    if "arguments" in written:
        try:
            argument_rules(written["arguments"], Options())
        except BadExpectation as error:
            raise ScenarioError(_problem(f"answers: {error.message}", place, subject)) from error
    parts = {
        key: constant_template(written[key])
        for key in ("arguments", "returns", "fails")
        if key in written
    }
    delay = parse_duration(str(written.get("delay", "0s")))
    if problem := too_long(delay):
        raise ScenarioError(_problem(f"answers: delay: {problem}", place, subject))
    return PlannedAnswer(place=place, delay=delay, **parts)


def _problem(message: str, place: Place, subject: str, hint: str = "") -> Problem:
    return Problem(code="wrong-value", message=message, place=place, subject=subject, hint=hint)


@cache
def _format() -> Schema:
    return compile_format(ANSWERS, name="answers")
