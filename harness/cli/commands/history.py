"""`harness history`: the results of earlier runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from harness.cli.here import config_here, history_here
from harness.cli.terminal import echo, show
from harness.core import Problem, counted
from harness.history.address import HistoryError
from harness.history.costs import paid_by_run
from harness.history.history_rows import ConversationRow, RunRow
from harness.history.pages import (
    flaky_section,
    runs_section,
    scenario_section,
    slowed_section,
)
from harness.history.store import History
from harness.history.trends import (
    Series,
    find_flaky,
    find_slowed,
    pass_intervals,
    read_series,
)
from harness.project_file import HISTORY_VARIABLE

REPORTS = Path("reports")
"""The default folder for the reports of `harness run`."""


def open_history(url: str, *, writes: bool = False) -> History:
    """The history at a URL, or that of the project if the URL is empty.

    Raises `HistoryError` and `ConfigurationError`.
    """
    address = history_here(REPORTS, url)
    if address is None:
        raise HistoryError(
            Problem(
                code="history-missing",
                where="--history" if url else HISTORY_VARIABLE,
                message="it is 'none', so no history is stored",
                hint="name one with --history",
            )
        )
    # Pruning does not create a file.
    is_there = address.file is None or address.file.is_file()
    return History(address, writes=writes and is_there)


def project_in(history: History, named: str) -> str:
    """The project whose runs count; empty for all, such as in a file, which has only one."""
    config = config_here() if not named and history.is_shared else None
    return named if config is None else config.root.name


def show_history(  # one parameter an option
    *, scenario: str, last: int, branch: str, mode: str, project: str, url: str, as_json: bool
) -> None:
    """Print runs, flaky scenarios and slower ones, or the runs of one scenario."""
    with open_history(url) as history:
        runs = history.runs(
            last=last, project=project_in(history, project), branch=branch, mode=mode
        )
        series = read_series(history, runs, scenario=scenario)
        if scenario and not series:
            raise HistoryError(
                Problem(
                    code="unknown-scenario",
                    where="--scenario",
                    message=f"no run of the last {len(runs)} played '{scenario}'",
                    hint="use the id from `scenario:`; --last searches more runs",
                )
            )
        flaky, slowed = find_flaky(series, history), find_slowed(series, history)
        if as_json:
            subject = _conversations(series) if scenario else {"runs": _runs(runs, series)}
            page = {**subject, "flaky": [*map(asdict, flaky)], "slower": [*map(asdict, slowed)]}
            echo(json.dumps(page, indent=2, default=_text))
            return
        sections = [scenario_section(name, seen, history) for name, seen in series.items()]
        show(
            [
                *(sections if scenario else [runs_section(runs, series)]),
                flaky_section(flaky),
                slowed_section(slowed),
            ]
        )


def prune_history(*, keep: int | None, older: float | None, project: str, url: str) -> None:
    """Remove old runs, and print how many. `older` is in seconds."""
    before = None if older is None else datetime.now(UTC) - timedelta(seconds=older)
    with open_history(url, writes=True) as history:
        count = history.prune(keep=keep, before=before, project=project_in(history, project))
    echo(f"{counted(count, 'run')} removed")


def _runs(runs: Iterable[RunRow], series: Series) -> list[Mapping[str, object]]:
    """The runs, with the interval of the pass rate where it is known."""
    intervals, paid = pass_intervals(series), paid_by_run(series)
    return [
        {
            **asdict(run),
            **({"interval": intervals[run.run]} if run.run in intervals else {}),
            **({"spent": paid[run.run].json()} if run.run in paid else {}),
        }
        for run in runs
    ]


def _conversations(series: Series) -> dict[str, object]:
    """For each conversation its outcome in each run."""
    return {
        "conversations": {
            name: [
                {"run": held.run.run, "started": held.run.started, **_outcome(held.conversation)}
                for held in seen
            ]
            for name, seen in series.items()
        }
    }


def _outcome(row: ConversationRow) -> Mapping[str, object]:
    left_out = ("turns", "number", "id", "take", "spent")
    told = {name: value for name, value in asdict(row).items() if name not in left_out}
    return {**told, **({"spent": row.costs.json()} if row.spent else {})}


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
