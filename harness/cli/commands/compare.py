"""`harness compare`: the differences between two runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.cli.commands.history import open_history, project_in
from harness.cli.here import config_here
from harness.cli.terminal import echo, show
from harness.config import Slower
from harness.conversation import Outcome
from harness.core import Problem, counted, did_you_mean, quote
from harness.evaluation.take_counts import count_takes
from harness.evaluation.two_bots import TakesCompared, compare_takes
from harness.history.address import HistoryError
from harness.history.comparison import Change, OfProvider, compare, find_reworded, shared_id
from harness.history.comparison_page import comparison_json, comparison_page
from harness.history.history_rows import ConversationRow, RunRow, outcomes_of, rows_of, run_row
from harness.history.store import History
from harness.reports.html.comparison_report import ComparedSide, write_comparison
from harness.reports.results import NoResults, read_results

_FROM_END = {"last": 1, "previous": 2}
MOST_LISTED = 5
"""The most runs that are listed if a name fits several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two runs."""

    run: RunRow
    rows: Sequence[ConversationRow]
    name: str = ""
    head: Mapping[str, Any] = field(default_factory=dict)
    """Of the results, if it was read from a file."""
    conversations: Iterable[Mapping[str, Any]] | None = None
    """As the file has them, with the texts; None for a run of a history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareOptions:
    """The options of the command."""

    before: str | None
    """A results file, or a run of the history; None for the default, as in `after`."""
    after: str | None
    providers: Sequence[str]
    """Two providers of one run, or none."""
    html: Path | None
    """The page to write."""
    project: str
    url: str
    as_json: bool
    is_gate: bool = False
    """Only a second side that passes fewer takes, beyond chance, is a regression."""


def compare_runs(options: CompareOptions) -> bool:
    """Print the changes of the conversations. Returns whether there is a regression.

    Raises `HistoryError`.
    """
    old, new = _sides(options)
    compared = list(compare(old.rows, new.rows))
    has_texts = old.conversations is not None and new.conversations is not None
    reworded = (
        find_reworded(old.conversations or (), new.conversations or ()) if has_texts else None
    )
    config = config_here()
    slower = config.slower if config is not None else Slower()
    takes = _takes_of(old, new) if has_texts else None
    if options.is_gate and takes is None:
        raise _no_takes(old, new)
    if options.html is not None:
        _write_html(options.html, old, new)
    is_shown = takes is not None and (takes.is_repeated or options.is_gate)
    shown = takes if is_shown else None
    runs = (old.run, new.run)
    if options.as_json:
        echo(json.dumps(comparison_json(runs, compared, reworded, slower, shown), indent=2))
    else:
        show(comparison_page(runs, compared, reworded, slower, shown))
    if options.is_gate and takes is not None:
        if takes.undecided is not None:
            raise HistoryError(takes.undecided)
        return takes.is_worse
    return any(pair.change is Change.REGRESSION for pair in compared)


def _takes_of(old: Side, new: Side) -> TakesCompared:
    """The takes of both sides, which are read from results files."""
    before, after = (
        {one["id"]: count_takes(one) for one in side.conversations or ()} for side in (old, new)
    )
    return compare_takes((old.name, new.name), before, after)


def _no_takes(old: Side, new: Side) -> HistoryError:
    side = old if old.conversations is None else new
    return HistoryError(
        Problem(
            code="no-takes",
            where=side.run.run,
            message="a history does not say which takes were stopped, so they are not compared",
            hint="name the results files of both runs",
        )
    )


def _sides(options: CompareOptions) -> tuple[Side, Side]:
    project, url = options.project, options.url
    if not options.providers:
        old = _side(options.before or "previous", project, url)
        new = _side(options.after or "last", project, url)
        return replace(old, name="before"), replace(new, name="after")
    whole = _side(options.before or "last", project, url)
    first, second = (_of_provider(whole, name) for name in options.providers)
    return first, second


def _of_provider(whole: Side, provider: str) -> Side:
    """The conversations of one provider, under ids without its name."""
    known = {row.provider for row in whole.rows}
    if provider not in known:
        hint = did_you_mean(provider, known) or f"it has {', '.join(sorted(known))}"
        message = f"the run has no conversation with the provider {quote(provider)}"
        raise HistoryError(
            Problem(code="unknown-provider", where="--providers", message=message, hint=hint)
        )
    rows = [
        replace(row, id=shared_id(row.id, row.scenario, row.row))
        for row in whole.rows
        if row.provider == provider
    ]
    outcomes = outcomes_of(rows)
    found = whole.conversations
    return replace(
        whole,
        name=provider,
        run=replace(
            whole.run,
            run=f"{whole.run.run} {provider}",
            passed=outcomes.get(Outcome.PASSED, 0),
            failed=outcomes.get(Outcome.FAILED, 0),
            broken=outcomes.get(Outcome.BROKEN, 0),
            skipped=outcomes.get(Outcome.SKIPPED, 0),
        ),
        rows=rows,
        conversations=None if found is None else OfProvider(found, provider),
    )


def _write_html(path: Path, *sides: Side) -> None:
    compared = []
    for side in sides:
        if side.conversations is None:
            message = "the history has no texts, which the page shows"
            hint = "name the results files of both runs"
            raise HistoryError(
                Problem(code="no-texts", where=side.run.run, message=message, hint=hint)
            )
        compared.append(
            ComparedSide(name=side.name, head=side.head, conversations=side.conversations)
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_comparison(path, *compared)
    except (NoResults, OSError) as error:
        raise HistoryError(
            Problem(code="no-results", where=str(path), message=str(error))
        ) from error
    echo(f"wrote {path}", err=True)


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
        count = 0
        for conversation in results:
            rows.extend(rows_of(conversation, len(rows)))
            count += 1
    except (NoResults, OSError) as error:
        raise HistoryError(
            Problem(
                code="no-results", where=str(path), message=str(error).removeprefix(f"{path}: ")
            )
        ) from error
    if not results.is_whole:
        echo(
            f"note: {path} ends before the end of its run, so only"
            f" {counted(count, 'conversation')} of it can be compared",
            err=True,
        )
    return Side(
        run=run_row(results.head, outcomes_of(rows)),
        rows=rows,
        head=results.head,
        conversations=results,
    )


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
