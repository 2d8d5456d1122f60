"""What `harness compare` shows: how each conversation changed."""

from __future__ import annotations

from collections.abc import Sequence

from harness.config import Slower
from harness.core import Json, format_duration
from harness.core.sections import Section
from harness.evaluation.two_bots import TakesCompared
from harness.history.comparison import Change, Compared, Reworded
from harness.history.costs import compare_costs
from harness.history.history_rows import ConversationRow, RunRow, TurnRow
from harness.history.pages import began, short_commit, takes_text, turn_name
from harness.history.trends import first_bad

MOST_REWORDED = 50
"""Turns whose texts are shown."""

_TITLES = {
    Change.REGRESSION: "regressions",
    Change.RED: "still red",
    Change.NEW: "new",
    Change.GONE: "gone",
    Change.SKIPPED: "skipped now",
    Change.RETURNED: "played again",
    Change.REPAIR: "repairs",
}


def comparison_page(
    runs: tuple[RunRow, RunRow],
    compared: Sequence[Compared],
    reworded: Sequence[Reworded] | None,
    slower: Slower,
    takes: TakesCompared | None = None,
) -> list[Section]:
    """The page. `reworded` is None if one of the runs is from a history, which has no texts.

    `takes` is None if no conversation of the runs has several takes, or they are not known.
    """
    costs = compare_costs(compared)
    sections = [Section(title="before and after", heads=_HEADS, rows=[_run(run) for run in runs])]
    for change, title in _TITLES.items():
        if some := [row for row in compared if row.change is change]:
            sections.append(_changes(title, some))
    if slow := [row for row in compared if row.is_slower(slower)]:
        sections.append(_slower(slow))
    if reworded:
        sections.append(_reworded(reworded))
    # Those of equal costs do not differ.
    if costs is not None and costs.is_changed:
        sections.append(costs.section)
    if takes is not None:
        sections.append(Section(title="pass rates over all takes", lines=takes.lines))
    if len(sections) == 1:
        sections.append(Section(title="nothing changed"))
    if reworded is None:
        title = "texts were not compared: they are only in results.json, not in a history"
        sections.append(Section(title=title))
    return sections


def comparison_json(
    runs: tuple[RunRow, RunRow],
    compared: Sequence[Compared],
    reworded: Sequence[Reworded] | None,
    slower: Slower,
    takes: TakesCompared | None = None,
) -> dict[str, Json]:
    """The comparison as JSON. Times are in seconds."""
    before, after = runs
    costs = compare_costs(compared)
    return {
        **({"costs": costs.json()} if costs is not None else {}),
        **({"takes": takes.json()} if takes is not None else {}),
        "before": before.run,
        "after": after.run,
        "changes": [_change_json(row) for row in compared if row.change is not None],
        "slower": [
            {"id": row.id, **dict(zip(("before", "after"), _latencies(row), strict=True))}
            for row in compared
            if row.is_slower(slower)
        ],
        "reworded": None
        if reworded is None
        else [{"id": row.id, "turn": row.turn, "lines": list(row.lines)} for row in reworded],
    }


_HEADS = ("run", "began (UTC)", "mode", "branch", "commit", "passed", "failed", "broken", "skipped")


def _run(run: RunRow) -> tuple[str, ...]:
    counts = (run.passed, run.failed, run.broken, run.skipped)
    return (run.run, began(run), run.mode, run.branch, short_commit(run), *map(str, counts))


def _changes(title: str, some: Sequence[Compared]) -> Section:
    return Section(
        title=f"{title}: {len(some)}",
        heads=("conversation", "before", "after", "turn", "problem"),
        rows=[
            (
                row.id,
                _outcome(row.before, row.before_takes),
                _outcome(row.after, row.after_takes),
                "" if (bad := _bad(row)) is None else turn_name(bad.turn),
                _codes(row).replace(" ", ", "),
            )
            for row in some
        ],
    )


def _outcome(row: ConversationRow | None, takes: Sequence[ConversationRow]) -> str:
    if row is None:
        return ""
    word = "failed as expected" if row.is_expected else row.outcome
    return f"{word}, {takes_text(takes)} takes" if takes else word


def _bad(row: Compared) -> TurnRow | None:
    """The first turn that is bad now; of a repeated scenario, in the first take that is."""
    if row.after is None:
        return None
    rows = (row.after, *row.after_takes)
    return next((bad for row in rows if (bad := first_bad(row.turns)) is not None), None)


def _codes(row: Compared) -> str:
    cause = _bad(row) or row.after
    return cause.codes if cause is not None else ""


def _slower(some: Sequence[Compared]) -> Section:
    return Section(
        title=f"slower: {len(some)}",
        heads=("conversation", "before", "after"),
        rows=[(row.id, *map(format_duration, _latencies(row))) for row in some],
    )


def _latencies(row: Compared) -> tuple[float, float]:
    rows = (row.before, row.after)
    first, second = ((row.latency if row is not None else None) or 0.0 for row in rows)
    return first, second


def _reworded(reworded: Sequence[Reworded]) -> Section:
    lines = []
    for row in reworded[:MOST_REWORDED]:
        lines.append(f"{row.id}, {turn_name(row.turn)}")
        lines += [f"  {line}" for line in row.lines]
    if len(reworded) > MOST_REWORDED:
        lines.append(f"and {len(reworded) - MOST_REWORDED} more")
    return Section(title=f"other texts: {len(reworded)}", lines=lines)


def _change_json(row: Compared) -> Json:
    bad = _bad(row)
    return {
        "id": row.id,
        "change": None if row.change is None else row.change.value,
        "before": None if row.before is None else row.before.counted,
        "after": None if row.after is None else row.after.counted,
        "turn": None if bad is None else bad.turn,
        "codes": list(_codes(row).split()),
    }
