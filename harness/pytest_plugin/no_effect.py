"""Options and variables of the environment that are given and have no effect in a run."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

import pytest

from harness.core import Problem
from harness.project_file import VARIABLES, Mode
from harness.pytest_plugin.notes import notes_of
from harness.pytest_plugin.options import MODES_OF, given_options, judging_of, option_like
from harness.run_options import MODES

_PREFIX = "HARN"
"""Misspelt variables begin like this; the prefix itself may be misspelt."""
_NEAR = 0.85
"""How alike a name and a misspelling are: other tools have variables with this prefix."""


def require_effect(config: pytest.Config, mode: str) -> None:
    """Report each option that this run does not use.

    Raises `pytest.UsageError` if it is on the command line. One of `addopts` may be meant for
    other runs, so it gets a note in the closing lines.
    """
    for name in given_options(config):
        problem = _problem_of(config, name, mode)
        if problem is None:
            continue
        if _is_typed(config, name):
            raise pytest.UsageError(f"\n{problem}")
        notes_of(config).add(str(problem))


def note_variables(config: pytest.Config, names: Iterable[str], sources: Iterable[str]) -> None:
    """Note each of the set variables that looks like a misspelling of one that is read.

    `sources` are the texts of the harness.yaml files: what one of them names is read.
    """
    ours = {name: _meant_by(name) for name in names if name.upper().startswith(_PREFIX)}
    wrong = {name: hint for name, hint in ours.items() if hint and name not in VARIABLES}
    texts = tuple(dict.fromkeys(sources)) if wrong else ()
    for name, hint in wrong.items():
        if not any(name in text for text in texts):
            _note(config, name, "this variable is set, but nothing reads it", hint)


def note_providers(config: pytest.Config, played: Collection[str]) -> None:
    """Note each chosen provider that no collected scenario plays against."""
    for name in dict.fromkeys(config.getoption("--harness-provider")):
        if name not in played:
            hint = "they name other providers, or are in a project without it"
            message = "no collected scenario uses it"
            _note(config, f"--harness-provider={name}", message, hint)


def note_repeats(config: pytest.Config) -> None:
    """Note that pytest-repeat's `--count` repeats no scenario: it knows Python functions only."""
    is_known = config.pluginmanager.hasplugin("repeat")
    count = config.getoption("count", default=1) if is_known else 1
    if count > 1:
        hint = f"write 'repeat: {count}' in the scenario to play it in takes"
        message = "it repeats Python tests, not scenarios"
        _note(config, f"--count={count}", message, hint)


def _note(config: pytest.Config, where: str, message: str, hint: str) -> None:
    problem = Problem(code="no-effect", where=where, message=message, hint=hint)
    notes_of(config).add(str(problem))


def _problem_of(config: pytest.Config, name: str, mode: str) -> Problem | None:
    modes = MODES_OF.get(name, MODES)
    if mode not in modes:
        return Problem(
            code="no-effect",
            where=name,
            message=f"it has no effect in mode '{mode}'",
            hint=(
                f"it is for {_listed(modes)}; choose that with --harness-mode, or remove the option"
            ),
        )
    is_free = mode == Mode.REPLAY and not judging_of(config, Mode(mode)).asks
    if name == "--harness-budget" and is_free:
        return Problem(
            code="no-effect",
            where=name,
            message=f"it has no effect in mode '{mode}', which costs nothing",
            hint="choose another mode with --harness-mode, or remove the option",
        )
    if name == "--harness-history" and not config.getoption("--harness-reports"):
        return Problem(
            code="no-effect",
            where=name,
            message="it has no effect without reports",
            hint="add --harness-reports=FOLDER, or remove it",
        )
    if name == "--harness-history" and config.getoption("--harness-part"):
        return Problem(
            code="no-effect",
            where=name,
            message="a part is not added to a history; the merged results of all parts are",
            hint="remove it; give HARNESS_HISTORY to 'harness report build' if it is elsewhere",
        )
    return None


def _listed(modes: Iterable[str]) -> str:
    *others, last = modes
    return f"{', '.join(others)} or {last}" if others else last


def _is_typed(config: pytest.Config, name: str) -> bool:
    """Whether an option is on the command line, and not only in `addopts`."""
    arguments = config.invocation_params.args
    return any(str(one).partition("=")[0] == name for one in arguments)


def _meant_by(variable: str) -> str:
    """What to do instead of setting a variable; empty if it resembles none of ours."""
    near = get_close_matches(variable.upper(), VARIABLES, n=1, cutoff=_NEAR)
    if near:
        return f"did you mean '{near[0]}'?"
    option = option_like(variable)
    return f"use {option}" if option else ""
