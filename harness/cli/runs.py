"""What `harness history` does."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli.echoing import echo
from harness.cli.here import history_here
from harness.config import find_config
from harness.core.counted import counted
from harness.core.project_file import HISTORY_VARIABLE
from harness.history.address import HistoryError
from harness.history.flips import find_flaky
from harness.history.pages import (
    Section,
    flaky_section,
    plain,
    runs_section,
    safe,
    scenario_section,
    slowed_section,
)
from harness.history.rows import Series, read_series
from harness.history.slowness import find_slowed
from harness.history.store import History

if TYPE_CHECKING:
    from rich.table import Table

REPORTS = Path("reports")
"""The folder of reports of `harness run`, where no other is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which runs are asked for."""

    url: str = ""
    """Of the history; empty for that of the project."""
    project: str = ""
    last: int | None = None
    branch: str = ""
    mode: str = ""

    def open(self, *, writes: bool = False) -> History:
        """The history. Raises `HistoryError` and `ConfigurationError`."""
        address = history_here(REPORTS, self.url)
        if address is None:
            raise HistoryError(
                code="history-missing",
                where="--history" if self.url else HISTORY_VARIABLE,
                message="it is 'none', so no history is kept",
                hint="name one with --history",
            )
        if writes and address.file is not None and not address.file.is_file():
            # What is to be tidied is not to be made.
            writes = False
        return History(address, writes=writes)

    @property
    def project_name(self) -> str:
        """Whose runs count; empty for all of them. A file is one project's."""
        if self.project:
            return self.project
        address = history_here(REPORTS, self.url)
        file = find_config(Path.cwd())
        is_shared = address is not None and address.file is None
        return file.parent.resolve().name if is_shared and file is not None else ""


def tell_history(asked: Asked, *, scenario: str, as_json: bool) -> None:
    """Print runs, flaky scenarios and what got slower; of one scenario, its runs."""
    with asked.open() as history:
        runs = history.runs(
            last=asked.last, project=asked.project_name, branch=asked.branch, mode=asked.mode
        )
        series = read_series(history, runs, scenario=scenario)
        if scenario and not series:
            raise HistoryError(
                code="unknown-scenario",
                where="--scenario",
                message=f"no run of the last {len(runs)} played '{scenario}'",
                hint="an id is what stands behind `scenario:`; --last looks further back",
            )
        flaky, slowed = find_flaky(series, history), find_slowed(series, history)
        if as_json:
            found = {"runs": [asdict(run) for run in runs]} if not scenario else _told(series)
            found |= {"flaky": [asdict(one) for one in flaky]}
            found |= {"slower": [asdict(one) for one in slowed]}
            echo(json.dumps(found, indent=2, default=_text))
            return
        if scenario:
            sections = [scenario_section(name, seen, history) for name, seen in series.items()]
        else:
            sections = [runs_section(runs, series)]
        show([*sections, flaky_section(flaky), slowed_section(slowed)])


def prune_runs(asked: Asked, *, keep: int | None, older: float | None) -> None:
    """Remove old runs, and print how many."""
    before = None if older is None else datetime.now(UTC) - timedelta(seconds=older)
    with asked.open(writes=True) as history:
        count = history.prune(keep=keep, before=before, project=asked.project_name)
    echo(f"{counted(count, 'run')} removed")


def show(sections: Iterable[Section]) -> None:
    """Print a page: tables in a terminal, plain text elsewhere."""
    if not sys.stdout.isatty():
        echo(plain(sections))
        return
    # Late: Rich takes 100 ms to import, and only a terminal needs it.
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415  # as above

    console = Console(highlight=False)
    for section in sections:
        console.print(Text(safe(section.title), style="bold"))
        if section.rows:
            console.print(_table(section))
        for line in section.lines:
            console.print(Text(f"  {safe(line)}"))
        console.print()


def _table(section: Section) -> Table:
    from rich import box  # noqa: PLC0415  # as in show
    from rich.table import Table  # noqa: PLC0415  # as in show
    from rich.text import Text  # noqa: PLC0415  # as in show

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    columns = [
        column for column in range(len(section.heads)) if any(row[column] for row in section.rows)
    ]
    for column in columns:
        is_right = section.is_right(column)
        table.add_column(
            section.heads[column], justify="right" if is_right else "left", overflow="fold"
        )
    for row in section.rows:
        table.add_row(*(Text(safe(row[column])) for column in columns))
    return table


def _told(series: Series) -> dict[str, object]:
    """By conversation, what came of it in each run."""
    return {
        "conversations": {
            name: [
                {"run": one.run.run, "started": one.run.started, **_without_turns(one.conversation)}
                for one in seen
            ]
            for name, seen in series.items()
        }
    }


def _without_turns(row: object) -> Mapping[str, object]:
    values: dict[str, object] = asdict(row)  # type: ignore[call-overload]  # a row is a dataclass
    for name in ("turns", "number", "id", "take"):
        values.pop(name)
    return values


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
