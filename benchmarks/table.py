# ruff: noqa: RUF001  # the table is typeset
"""The results as a Markdown table, printed and kept in README.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.measuring import Measured, Pair, Spread, seconds, spread
from benchmarks.row import Figure, Row

BEGIN = "<!-- table: written by `make bench` -->"
END = "<!-- end of table -->"

CELL = 200
"""Characters of a reason that the table shows."""

_HEAD = (
    "| work | beside | to reach | reached: median (least–most) | ours | theirs |",
    "|---|---|---|---|---|---|",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a row."""

    row: Row
    pairs: tuple[Pair, ...] = ()
    reason: str = ""
    """Why there are no pairs."""

    @property
    def has_missed(self) -> bool:
        """A figure does not reach its target, or a row of ours could not be measured."""
        if not self.pairs:
            return not self.row.is_peer
        return any(not _reaches(figure, self.pairs) for figure in self.row.figures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What the numbers depend on beside the code."""

    server_rate: float
    """Messages a second that the bench server answers by itself."""
    loops: tuple[float, ...]
    """Seconds of a fixed piece of work, timed between the rows."""


def table_text(results: Sequence[Result], machine: Machine) -> str:
    """The table and what must be known to read it."""
    lines = [*_HEAD, *(line for result in results for line in _lines(result)), "", _about(machine)]
    return "\n".join(lines) + "\n"


def write_table(file: Path, text: str) -> None:
    """Put the table between its markers. Raises `ValueError` where they are missing."""
    whole = file.read_text(encoding="utf-8")
    before, begin, rest = whole.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{file.name} has no place for the table: {BEGIN} … {END}")
    file.write_text(f"{before}{BEGIN}\n{text}{END}{after}", encoding="utf-8")


def _lines(result: Result) -> Sequence[str]:
    row = result.row
    if not result.pairs:
        return (f"| {row.work} | {row.beside} | | not measured: {_cell(result.reason)} | | |",)
    return [_line(row, figure, result.pairs) for figure in row.figures]


def _line(row: Row, figure: Figure, pairs: tuple[Pair, ...]) -> str:
    work = f"{row.work}: {figure.label}" if figure.label else row.work
    reached = _times(_ratios(figure, pairs), figure)
    mine = _amount(figure, [pair.ours for pair in pairs])
    other = _amount(figure, [pair.beside for pair in pairs])
    verdict = "" if figure.target is None else _mark(_reaches(figure, pairs))
    return f"| {work} | {row.beside} | {_target(figure)} | {reached}{verdict} | {mine} | {other} |"


def _amount(figure: Figure, runs: Sequence[Measured]) -> str:
    """The middle; of seconds also what the processors did, which noise disturbs less."""
    middle = median(map(figure.quantity, runs))
    if figure.quantity is not seconds:
        return f"{middle:.{figure.digits}f} {figure.unit}"
    cpu = median(run.cpu_seconds for run in runs)
    return f"{middle:.2f} {figure.unit} (CPU {cpu:.2f})"


def _mark(is_reached: bool) -> str:  # noqa: FBT001  # its only argument
    return ", reached" if is_reached else ", **missed**"


def _ratios(figure: Figure, pairs: tuple[Pair, ...]) -> Spread:
    return spread(tuple(figure.ratio(pair) for pair in pairs))


def _reaches(figure: Figure, pairs: tuple[Pair, ...]) -> bool:
    if figure.target is None:
        return True
    middle = _ratios(figure, pairs).middle
    return middle >= figure.target if figure.is_speedup else middle <= figure.target


def _times(ratios: Spread, figure: Figure) -> str:
    faster = " faster" if figure.is_speedup else ""
    return f"{ratios.middle:.2f} ×{faster} ({ratios.least:.2f}–{ratios.most:.2f})"


def _target(figure: Figure) -> str:
    if figure.target is None:
        return "for comparison"
    if figure.is_speedup:
        return f"at least {figure.target:g} × faster"
    return f"at most {figure.target:g} ×"


def _about(machine: Machine) -> str:
    loops = spread(machine.loops)
    noise = (loops.most / loops.least - 1) * 100
    return (
        f"Python {platform.python_version()}, {os.cpu_count()} processors. The bench server by"
        f" itself answers {machine.server_rate:,.0f} messages a second. Noise of the machine: a"
        f" fixed loop, timed before each row, took {loops.least:.3f} to {loops.most:.3f} s"
        f" ({noise:.0f} % apart)."
    )


def _cell(text: str) -> str:
    flat = " ".join(text.split()).replace("|", "\\|")
    return flat if len(flat) <= CELL else f"{flat[:CELL]}… ({len(flat) - CELL} more characters)"
