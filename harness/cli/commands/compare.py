"""`harness compare`: the differences between two runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.cli.commands.history import open_history, project_in, show
from harness.cli.here import config_here
from harness.cli.terminal import echo
from harness.config import Slower
from harness.conversation import Outcome
from harness.core import Problem, counted
from harness.history.address import HistoryError
from harness.history.comparison import Change, compare, find_reworded
from harness.history.comparison_page import comparison_json, comparison_page
from harness.history.history_rows import ConversationRow, RunRow, outcomes_of, rows_of, run_row
from harness.history.store import History
from harness.reports.results import NoResults, Results, read_results

_FROM_END = {"last": 1, "previous": 2}
MOST_LISTED = 5
"""The most runs that are listed if a name fits several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two runs."""

    run: RunRow
    rows: Sequence[ConversationRow]
    results: Results | None = None
    """If it was read from a file; has the texts."""


def compare_runs(before: str, after: str, *, project: str, url: str, as_json: bool) -> bool:
    """Print the changes of the conversations. Returns whether there is a regression."""
    old, new = (_side(name, project, url) for name in (before, after))
    compared = list(compare(old.rows, new.rows))
    has_texts = old.results is not None and new.results is not None
    reworded = find_reworded(old.results or (), new.results or ()) if has_texts else None
    config = config_here()
    slower = config.slower if config is not None else Slower()
    if as_json:
        echo(json.dumps(comparison_json((old.run, new.run), compared, reworded, slower), indent=2))
    else:
        show(comparison_page((old.run, new.run), compared, reworded, slower))
    return any(pair.change is Change.REGRESSION for pair in compared)


def _side(name: str, project: str, url: str) -> Side:
    path = Path(name)
    if path.suffix == ".json" or path.is_file():
        return _of_file(path)
    with open_history(url) as history:
        run = _run(name, history.runs(project=project_in(history, project)))
        return Side(run=run, rows=_with_turns(history, run, history.conversations(run.run)))


def _of_file(path: Path) -> Side:
    try:
        results = read_results(path)
        rows: list[ConversationRow] = []
        for conversation in results:
            rows.extend(rows_of(conversation, len(rows)))
    except (NoResults, OSError) as error:
        raise HistoryError(
            Problem(
                code="no-results", where=str(path), message=str(error).removeprefix(f"{path}: ")
            )
        ) from error
    return Side(run=run_row(results.head, outcomes_of(rows)), rows=rows, results=results)


def _run(name: str, runs: Sequence[RunRow]) -> RunRow:
    """The run of a name. Raises `HistoryError` if there is none, or more than one."""
    if name in _FROM_END:
        matches = [runs[-_FROM_END[name]]] if len(runs) >= _FROM_END[name] else []
        message = f"the history contains {counted(len(runs), 'run')}"
    else:
        matches = [run for run in runs if run.run.startswith(name)]
        listed = ", ".join(run.run for run in matches[:MOST_LISTED])
        message = (
            f"{len(matches)} runs have an id that starts like this: {listed}"
            if matches
            else "no run of the history has an id that starts like this"
        )
    if len(matches) == 1:
        return matches[0]
    raise HistoryError(
        Problem(
            code="unknown-run",
            where=name,
            message=message,
            hint="`harness history` lists the runs; you can also name a results file",
        )
    )


def _with_turns(
    history: History, run: RunRow, rows: Sequence[ConversationRow]
) -> list[ConversationRow]:
    """The rows, each bad one with its turns, which show where it failed."""
    bad = [(run.run, row.number) for row in rows if Outcome(row.outcome).is_bad]
    turns = history.turns(bad)
    return [replace(row, turns=turns.get((run.run, row.number), ())) for row in rows]
