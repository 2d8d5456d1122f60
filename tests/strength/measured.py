"""Measures the strength of a scenario of a desk, and runs `harness strength` in its folder."""

from __future__ import annotations

from typing import Any

from typer.testing import CliRunner, Result

from harness.cli.app import app
from harness.conversation import Outcome
from harness.core import HarnessError
from harness.evaluation.strength import Mutant, StrengthMeter
from harness.project.plan import Play
from tests.accepting.desk import Desk

NAME = "scenarios/order.yaml"


def recorded(desk: Desk, expect: str, answer: Any = "", *, more: str = "") -> None:
    """Record a scenario of one turn, in which the bot gives an answer; it passes."""
    desk.bot.answers["hi"] = answer
    desk.write(NAME, f"scenario: order\n{more}turns:\n  - user: hi\n    expect: {expect}\n")

    assert desk.record(NAME) == [Outcome.PASSED]


def mutants_in(desk: Desk, *names: str) -> list[Mutant]:
    """All mutants of scenarios, in order."""
    project = desk.project()
    plays = [
        Play(
            file=(desk.folder / name).resolve(), scenario=(name.split("/")[-1])[:-5], provider="one"
        )
        for name in names or (NAME,)
    ]
    meter = StrengthMeter(project, plays)
    return [mutant for play in plays for mutant in meter.measured(play).mutants]


def by_id(desk: Desk) -> dict[str, Mutant]:
    """The mutants of the scenario, by their ids."""
    return {mutant.id: mutant for mutant in mutants_in(desk)}


def strength(*words: str, typed: str | None = None) -> Result:
    """Run the command; `typed` is what the user types. Raises its error."""
    result = CliRunner().invoke(app, ["strength", *words], input=typed)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def refused(*words: str) -> str:
    """Why the command cannot run."""
    try:
        result = strength(*words)
    except HarnessError as error:
        return str(error)
    assert result.exit_code == 2
    return result.output
