"""The options of runs: those of pytest and of `harness run` are made of this table.

`--harness-mode` of pytest is `--mode` of `harness run`. Pytest always imports this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from harness.project_file import JudgeMode, Mode

PREFIX = "--harness-"
"""What the options of pytest begin with."""
MODES = tuple(map(str, Mode))
JUDGE_MODES = tuple(map(str, JudgeMode))


class OptionValue(StrEnum):
    """What an option takes."""

    TEXT = "text"
    TEXTS = "texts"
    """It can be repeated."""
    NUMBER = "number"
    """A whole number of at least 1."""
    TAKES = "takes"
    """How often a scenario is played."""
    NOTHING = "nothing"
    REVISION = "revision"
    """Perhaps a value, after an equals sign."""
    PART = "part"
    """One of several parts, such as `3/10`."""


class RunOption(NamedTuple):
    """An option of runs."""

    name: str
    help: str
    """Of `--help`: begins with a small letter, and ends without a full stop."""
    takes: OptionValue = OptionValue.TEXT
    metavar: str = ""
    choices: tuple[str, ...] = ()
    implied: str = ""
    """The value of an option that is given without one."""
    modes: tuple[str, ...] = MODES
    """The modes in which it has an effect."""

    @property
    def of_pytest(self) -> str:
        """Its name as an option of pytest."""
        return f"{PREFIX}{self.name}"

    @property
    def of_harness(self) -> str:
        """Its name as an option of `harness run`."""
        return f"--{self.name}"

    @property
    def parameter(self) -> str:
        """Its name in Python."""
        return self.name.replace("-", "_")


RUN_OPTIONS = (
    RunOption(
        "mode",
        "where answers come from; default: HARNESS_MODE, otherwise replay",
        choices=MODES,
    ),
    RunOption(
        "provider",
        "play against this provider of harness.yaml; can be repeated",
        OptionValue.TEXTS,
        "NAME",
    ),
    RunOption(
        "judge",
        "where answers of judges come from; default: as 'mode' says",
        choices=JUDGE_MODES,
    ),
    RunOption(
        "repeat",
        "takes of every scenario, in place of its own 'repeat': 5, 4/5 for 4 of 5, or decided",
        OptionValue.TAKES,
        "TAKES",
    ),
    RunOption(
        "concurrency",
        "concurrent conversations, in all modes except replay",
        OptionValue.NUMBER,
        "N",
        modes=tuple(mode for mode in MODES if mode != Mode.REPLAY),
    ),
    RunOption(
        "budget",
        "begin no further conversation after spending this much, such as 2.50USD or 100000tokens",
        metavar="BUDGET",
    ),
    RunOption(
        "processes",
        "processes that read scenarios and replay them together; default: one for"
        " each processor, at most 4, from 200 scenarios on",
        OptionValue.NUMBER,
        "N",
    ),
    RunOption(
        "fail-on",
        "in drift mode: kinds of drift that fail a scenario, such as shape,state",
        metavar="KINDS",
        modes=(Mode.DRIFT,),
    ),
    RunOption(
        "holding",
        "write new recordings to this folder, and leave the old ones unchanged",
        metavar="FOLDER",
        modes=(Mode.RECORD, Mode.REFRESH),
    ),
    RunOption(
        "reports",
        "write results.json and the reports made from it to this folder",
        metavar="FOLDER",
    ),
    RunOption(
        "history",
        "add a run with reports to this history: a file, a PostgreSQL URL, or none;"
        " default: history.sqlite next to the reports",
        metavar="URL",
    ),
    # Goldens are written from recordings alone, because a live answer may hold secrets.
    RunOption(
        "update",
        "rewrite the golden files of 'same_as' from the recordings, and list what differed",
        OptionValue.NOTHING,
        modes=(Mode.REPLAY,),
    ),
    RunOption(
        "affected",
        "play only scenarios that a change since this git revision can touch, in the"
        " working tree too; default: HEAD",
        OptionValue.REVISION,
        "REV",
        implied="HEAD",
    ),
    RunOption(
        "part",
        "play only this part, such as 3/10: the parts take about as long as each other",
        OptionValue.PART,
        "N/PARTS",
    ),
    RunOption(
        "plan",
        "play only what this file of 'harness plan' lists, or one --part of it",
        metavar="FILE",
    ),
    RunOption(
        "config",
        "the harness.yaml for all files; default: the nearest one above each file",
        metavar="FILE",
    ),
)
"""In the order in which `--help` shows them."""

OF_PYTEST: Mapping[str, RunOption] = {option.of_pytest: option for option in RUN_OPTIONS}
"""The options by their names in pytest."""
