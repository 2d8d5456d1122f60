"""The options of scenario runs, and the values of some of them."""

from __future__ import annotations

import os
from argparse import ArgumentTypeError
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import pytest

from harness.project_file import MODE_VARIABLE, JudgeMode, Mode
from harness.run_options import MODES, OF_PYTEST, RUN_OPTIONS, OptionValue, RunOption

if TYPE_CHECKING:
    from harness.play.drift.drift import Drift

MODES_OF: Mapping[str, tuple[str, ...]] = {
    name: option.modes for name, option in OF_PYTEST.items() if option.modes != MODES
}
"""The modes in which an option has an effect; an option that is not here has one in every mode."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of scenario runs."""
    group = parser.getgroup("harness", "conversations (harness)")
    for option in RUN_OPTIONS:
        group.addoption(option.of_pytest, **_arguments(option))


def given_options(config: pytest.Config) -> list[str]:
    """Those of our options that are given, on the command line or in `addopts`."""
    return [
        name for name, option in OF_PYTEST.items() if config.getoption(name) != _default(option)
    ]


def option_like(variable: str) -> str:
    """The option that a variable of the environment is named after; empty where there is none."""
    option = f"--{variable.lower().replace('_', '-')}"
    return option if option in OF_PYTEST else ""


def mode_of(config: pytest.Config) -> str:
    """The run's mode: the option's, else HARNESS_MODE, else replay. Raises `UsageError`."""
    mode = config.getoption("--harness-mode") or os.environ.get(MODE_VARIABLE) or "replay"
    if mode not in MODES:
        known = ", ".join(MODES)
        raise pytest.UsageError(f"{MODE_VARIABLE} is '{mode}', expected one of {known}")
    return str(mode)


def judging_of(config: pytest.Config, mode: Mode) -> JudgeMode:
    """Where the answers of judges come from: as the option says, else as the run's mode does."""
    given = config.getoption("--harness-judge")
    return JudgeMode(given) if given else JudgeMode.following(mode)


def wanted_processes(config: pytest.Config) -> int | None:
    """How many processes read and replay scenarios together; None if it is not given."""
    # The other workers of xdist use the other processors.
    is_worker = hasattr(config, "workerinput")
    wanted: int | None = 1 if is_worker else config.getoption("--harness-processes")
    return wanted


def fail_on(config: pytest.Config) -> Collection[Drift]:
    """The kinds of drift that fail a scenario. Raises `UsageError`."""
    # Late: nothing of the engine is wanted where there is no harness.yaml.
    from harness.play.drift.drift import kinds_named  # noqa: PLC0415

    words = config.getoption("--harness-fail-on")
    try:
        return kinds_named(words) if words else ()
    except ValueError as error:
        raise pytest.UsageError(f"--harness-fail-on: {error}") from error


def _arguments(option: RunOption) -> dict[str, object]:
    """The arguments of `addoption`."""
    arguments: dict[str, object] = {"help": option.help, "default": _default(option)}
    if option.metavar:
        arguments["metavar"] = option.metavar
    if option.choices:
        arguments["choices"] = option.choices
    match option.takes:
        case OptionValue.TEXTS:
            arguments["action"] = "append"
        case OptionValue.NUMBER:
            arguments["type"] = _at_least_one
        case OptionValue.TAKES:
            arguments["type"] = _takes
        case OptionValue.NOTHING:
            arguments["action"] = "store_true"
        case OptionValue.REVISION:
            arguments |= {"nargs": "?", "const": option.implied}
        case OptionValue.PART:
            arguments["type"] = _part
    return arguments


def _default(option: RunOption) -> object:
    defaults: dict[OptionValue, object] = {OptionValue.TEXTS: [], OptionValue.NOTHING: False}
    return defaults.get(option.takes)


def _at_least_one(text: str) -> int:
    """Reads the value of an option. Raises `ArgumentTypeError`."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"'{text}' is not a whole number of at least 1")
    return int(text)


def _takes(text: str) -> str:
    """Reads the value of an option. Raises `ArgumentTypeError`."""
    # Late: as in `fail_on`.
    from harness.scenario import repeat_from  # noqa: PLC0415

    try:
        repeat_from(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error
    return text


def _part(text: str) -> str:
    """Reads the value of an option. Raises `ArgumentTypeError`."""
    # Late: as in `fail_on`.
    from harness.parallel.dividing import part_from  # noqa: PLC0415

    try:
        part_from(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error
    return text
