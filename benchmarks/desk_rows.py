# the table is typeset
"""The rows about the command line: its start-up, and a round of `harness watch`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks import ours
from benchmarks.measuring import Command, Measured
from benchmarks.row import Bench, Figure, Row, Sizes
from benchmarks.words import TURNS

HARNESS = str(Path(sys.executable).with_name("harness"))
_FIRST = "FIRST"
"""Stands for the project's first scenario."""
TYPER = "import typer, rich.console; print('imported')"


def desk_rows(sizes: Sizes) -> Sequence[Row]:
    """Whole processes beside the import of typer and Rich, and one round of a watching process."""
    count = sizes.played
    beside = "python -c 'import typer, rich.console'"
    return (
        Row(
            name="help",
            work="`harness --help`, processor time",
            beside=beside,
            ours=partial(_harness, words=("--help",), proof="Test conversations"),
            theirs=_typer,
            figures=(_processor(1.5),),
        ),
        Row(
            name="lint",
            work="`harness lint` of one file, processor time",
            beside=beside,
            ours=partial(_harness, words=("lint", _FIRST), proof="1 scenario file, 0 problems"),
            theirs=_typer,
            figures=(_processor(4.0),),
        ),
        Row(
            name="watch",
            work=f"a round of `harness watch` after one of {count:,} scenarios changed,"
            " processor time",
            beside=f"replaying that one of {TURNS} turns, its file read again",
            ours=partial(_round, what="watch"),
            theirs=partial(_round, what="replay"),
            figures=(Figure(quantity=_milliseconds, unit="ms", target=1.3, digits=2),),
        ),
    )


def _processor(target: float) -> Figure:
    """Whole processes this short vary too much on the wall clock of a busy machine."""
    return Figure(quantity=lambda one: one.cpu_seconds, unit="s", target=target)


def _milliseconds(measured: Measured) -> float:
    return measured.reported * 1000


def _harness(bench: Bench, *, words: tuple[str, ...], proof: str) -> Command:
    project = ours.recorded_project(bench.sizes.played)
    named = tuple(_first(project) if word == _FIRST else word for word in words)
    return Command(arguments=(HARNESS, *named), folder=project, proof=proof)


def _first(project: Path) -> str:
    return min(project.joinpath("scenarios").rglob("*.yaml")).relative_to(project).as_posix()


def _typer(bench: Bench) -> Command:
    return Command(arguments=(sys.executable, "-c", TYPER), folder=bench.outside, proof="imported")


def _round(bench: Bench, *, what: str) -> Command:
    project = ours.recorded_project(bench.sizes.played)
    here = Path(__file__).resolve().parents[1]
    return Command(
        arguments=(sys.executable, "-m", "benchmarks.watch_round", str(project), what),
        folder=here,
        proof="measured",
    )
