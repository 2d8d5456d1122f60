"""The options of scenario runs, and the values of some of them."""

from __future__ import annotations

import os
from argparse import ArgumentTypeError
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import pytest

from harness.project_file import MODE_VARIABLE, Mode

if TYPE_CHECKING:
    from harness.play.drift.drift import Drift

MODES = tuple(map(str, Mode))


def _at_least_one(text: str) -> int:
    """Reads the value of an option. Raises `ArgumentTypeError`."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"'{text}' is not a whole number of at least 1")
    return int(text)


_OPTIONS: dict[str, dict[str, object]] = {
    "--harness-mode": {
        "choices": MODES,
        "default": None,
        "help": "where answers come from; default: HARNESS_MODE, otherwise replay",
    },
    "--harness-provider": {
        "action": "append",
        "default": [],
        "metavar": "NAME",
        "help": "play against this provider of harness.yaml; can be repeated",
    },
    "--harness-concurrency": {
        "type": _at_least_one,
        "default": None,
        "metavar": "N",
        "help": "concurrent conversations, in all modes except replay",
    },
    "--harness-processes": {
        "type": _at_least_one,
        "default": None,
        "metavar": "N",
        "help": "processes that read scenarios and replay them together; default: one for"
        " each processor, at most 4, from 200 scenarios on",
    },
    "--harness-fail-on": {
        "default": "",
        "metavar": "KINDS",
        "help": "in drift mode: kinds of drift that fail a scenario, such as shape,state",
    },
    "--harness-holding": {
        "default": None,
        "metavar": "FOLDER",
        "help": "write new recordings to this folder, and leave the old ones unchanged",
    },
    "--harness-reports": {
        "default": None,
        "metavar": "FOLDER",
        "help": "write results.json and the reports made from it to this folder",
    },
    "--harness-history": {
        "default": "",
        "metavar": "URL",
        "help": "add a run with reports to this history: a file, a PostgreSQL URL, or none; "
        "default: history.sqlite next to the reports",
    },
    "--harness-update": {
        "action": "store_true",
        "help": "rewrite the golden files of 'same_as' from the recordings, and list what differed",
    },
    "--harness-affected": {
        "nargs": "?",
        "const": "HEAD",
        "default": None,
        "metavar": "REV",
        "help": "play only scenarios that a change since this git revision can touch, in the"
        " working tree too; default: HEAD",
    },
    "--harness-config": {
        "default": None,
        "metavar": "FILE",
        "help": "the harness.yaml for all files; default: the nearest one above each file",
    },
}
"""The arguments of `addoption` for each, in the order in which `pytest --help` shows them."""

MODES_OF: Mapping[str, tuple[str, ...]] = {
    "--harness-concurrency": ("record", "refresh", "live", "drift"),
    "--harness-fail-on": ("drift",),
    "--harness-holding": ("record", "refresh"),
    "--harness-update": ("replay",),
}
"""The modes in which an option has an effect; an option that is not here has one in every mode.

Goldens are written from recordings alone, because a live answer may hold secrets.
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of scenario runs."""
    group = parser.getgroup("harness", "conversations (harness)")
    for name, option in _OPTIONS.items():
        group.addoption(name, **option)


def given_options(config: pytest.Config) -> list[str]:
    """Those of our options that are given, on the command line or in `addopts`."""
    return [
        name
        for name, option in _OPTIONS.items()
        if config.getoption(name) != option.get("default", False)
    ]


def option_like(variable: str) -> str:
    """The option that a variable of the environment is named after; empty where there is none."""
    option = f"--{variable.lower().replace('_', '-')}"
    return option if option in _OPTIONS else ""


def mode_of(config: pytest.Config) -> str:
    """The run's mode: the option's, else HARNESS_MODE, else replay. Raises `UsageError`."""
    mode = config.getoption("--harness-mode") or os.environ.get(MODE_VARIABLE) or "replay"
    if mode not in MODES:
        known = ", ".join(MODES)
        raise pytest.UsageError(f"{MODE_VARIABLE} is '{mode}', expected one of {known}")
    return str(mode)


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
