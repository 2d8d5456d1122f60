# ruff: noqa: RUF001  # the table is typeset
"""The rows about reports: what writing them adds to a replay."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from benchmarks import ours
from benchmarks.measuring import Command
from benchmarks.row import Bench, Figure, Row, Sizes, at_most, memory_at_most
from benchmarks.words import TURNS

FOLDER = "reports"
ALL = (f"--harness-reports={FOLDER}", f"--junitxml={FOLDER}/junit.xml")
ALLURE = (f"--alluredir={FOLDER}/allure", "--clean-alluredir")


def report_rows(sizes: Sizes) -> Sequence[Row]:
    """Ours with reports beside ours without them, both with parsed files cached."""
    work = f"replay of {sizes.played:,} × {TURNS}, second run, "
    made = "results, HTML, Markdown, SARIF, code quality, history and JUnit"
    return (
        _row("reports", f"{work}{made} written", ALL, (at_most(1.35), memory_at_most(1.5))),
        _row("reports-allure", f"{work}Allure written", ALLURE, (at_most(1.35),)),
    )


def _row(name: str, work: str, options: Sequence[str], figures: tuple[Figure, ...]) -> Row:
    return Row(
        name=name,
        work=work,
        beside="the same without reports",
        ours=partial(_replay, options=tuple(options)),
        theirs=partial(_replay, options=()),
        figures=figures,
    )


def _replay(bench: Bench, *, options: tuple[str, ...]) -> Command:
    count = bench.sizes.played
    command = ours.replay(ours.recorded_project(count), count, is_cached=True)
    return ours.with_options(command, *options)
