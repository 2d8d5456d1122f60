"""`--harness-plan`: reads the plan, and takes the options over that it was made with."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.core import ConfigurationError, Problem
from harness.parallel.plan_format import PlanFile, read_plan

_KEY: pytest.StashKey[PlanFile] = pytest.StashKey()
OPTION = "--harness-plan"


def take_plan(config: pytest.Config) -> None:
    """Read the plan, and let the run have its providers and takes.

    Raises `UsageError` if it cannot be read, and for an option that says otherwise.
    """
    shown = str(config.getoption(OPTION))
    try:
        plan = read_plan(Path(config.invocation_params.dir, shown), shown)
    except ConfigurationError as error:
        raise pytest.UsageError(f"\n{error}") from error
    planned = {"provider": plan.content["providers"], "repeat": plan.content["repeat"]}
    for name, value in planned.items():
        given = config.getoption(f"--harness-{name}")
        if given and given != value:
            message = f"--{name} is part of the plan, which was made "
            message += f"with {value}" if value else "without it"
            hint = f"remove it, or make another plan with it: harness plan --{name}"
            raise plan_error(plan, message, hint)
        if value:
            setattr(config.option, f"harness_{name}", value)
    config.stash[_KEY] = plan


def plan_of(config: pytest.Config) -> PlanFile | None:
    """The plan of the run; None if it has none."""
    return config.stash.get(_KEY, None)


def plan_error(plan: PlanFile, message: str, hint: str = "") -> pytest.UsageError:
    """The error that a plan cannot be played."""
    problem = Problem(code="no-plan", where=str(plan.path.name), message=message, hint=hint)
    return pytest.UsageError(f"\n{problem}")
