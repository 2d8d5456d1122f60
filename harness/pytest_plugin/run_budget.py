"""The budget of a run: whether it can be counted, and what was spent of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from harness.core import Problem
from harness.play.budget import TOKENS, Budget
from harness.pytest_plugin.notes import notes_of
from harness.pytest_plugin.suite import Suite
from harness.reports.tally import Tally

OPTION = "--harness-budget"
_LEFT_OUT = {"budget-used-up": "played", "judge-over-budget": "judged"}
"""What did not happen because of the budget, by its code."""


def budget_of(config: pytest.Config) -> Budget | None:
    """The budget of the run; None without one. Raises `pytest.UsageError`."""
    given = config.getoption(OPTION)
    if not given:
        return None
    try:
        budget = Budget.parse(given)
    except ValueError as error:
        raise pytest.UsageError(f"{OPTION}: {error}") from error
    if config.getoption("dist", "no") != "no":
        raise pytest.UsageError(
            f"{OPTION}: the processes of pytest-xdist do not count together; leave out -n, as live"
            " conversations are concurrent without it"
        )
    return budget


def require_counted(config: pytest.Config, budget: Budget, suites: Sequence[Suite]) -> None:
    """Note each provider whose costs the budget does not count.

    Raises `pytest.UsageError` if it counts those of none.
    """
    found: dict[str, bool] = {}
    for suite in suites:
        found |= budget.counted_in(suite.project, suite.planner.providers)
    problems = [_problem(name, budget) for name, counts in found.items() if not counts]
    if problems and not any(found.values()):
        raise pytest.UsageError("".join(f"\n{problem}" for problem in problems))
    for problem in problems:
        notes_of(config).add(str(problem))


def _problem(provider: str, budget: Budget) -> Problem:
    message = f"it has no prices in {budget.unit}, so the budget does not count its costs"
    hint = "add its 'prices' to harness.yaml, or give the budget in tokens"
    if budget.unit == TOKENS:
        message = "its definition reads no usage, so the budget does not count its tokens"
        hint = "say in the definition's 'reply' where the usage is"
    return Problem(
        code="not-counted",
        where=OPTION,
        subject=f"provider {provider}",
        message=message,
        hint=hint,
    )


def budget_line(budget: Budget, tally: Tally) -> str:
    """What was spent of the budget, and how many conversations were not played."""
    line = f"budget: {budget.shown(budget.spent)} spent of {budget.shown(budget.limit)}"
    for code, participle in _LEFT_OUT.items():
        if left_out := sum(provider.codes[code] for provider in tally.providers.values()):
            verb = "conversation was" if left_out == 1 else "conversations were"
            line += f"; {left_out} {verb} not {participle}"
    if budget.uncounted:
        what = "reply is" if budget.uncounted == 1 else "replies are"
        line += f"; {budget.uncounted} {what} not counted, because the cost is not known"
    return line
