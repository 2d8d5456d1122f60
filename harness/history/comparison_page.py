"""What `harness compare` shows: what became of each conversation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.config import Slower
from harness.core import Json, format_duration
from harness.history.comparison import Change, Compared, Reworded
from harness.history.pages import Section, began, takes_text, turn_name
from harness.history.rows import ConversationRow, RunRow, TurnRow
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
) -> list[Section]:
    """The page. `reworded` is None where one of the runs comes from a history, without texts."""
    sections = [Section(title="before and after", heads=_HEADS, rows=[_run(run) for run in runs])]
    for change, title in _TITLES.items():
        some = [one for one in compared if one.change is change]
        if some:
            sections.append(_changes(title, some))
    slow = [one for one in compared if one.is_slower(slower)]
    if slow:
        sections.append(_slower(slow))
    if reworded:
        sections.append(_reworded(reworded))
    if len(sections) == 1:
        sections.append(Section(title="nothing changed"))
    if reworded is None:
        sections.append(
            Section(
                title=("texts were not compared: they are only in results.json, not in a history")
            )
        )
    return sections


def comparison_json(
    runs: tuple[RunRow, RunRow],
    compared: Iterable[Compared],
    reworded: Sequence[Reworded] | None,
    slower: Slower,
) -> dict[str, Json]:
    """The same for a machine. Times are seconds."""
    before, after = runs
    found = list(compared)
    return {
        "before": before.run,
        "after": after.run,
        "changes": [_change_json(one) for one in found if one.change is not None],
        "slower": [_slower_json(one) for one in found if one.is_slower(slower)],
        "reworded": None
        if reworded is None
        else [{"id": one.id, "turn": one.turn, "lines": list(one.lines)} for one in reworded],
    }


_HEADS = ("run", "began (UTC)", "mode", "branch", "commit", "passed", "failed", "broken", "skipped")


def _run(run: RunRow) -> tuple[str, ...]:
    counts = (run.passed, run.failed, run.broken, run.skipped)
    return (run.run, began(run), run.mode, run.branch, run.commit[:8], *map(str, counts))


def _changes(title: str, some: Sequence[Compared]) -> Section:
    return Section(
        title=f"{title}: {len(some)}",
        heads=("conversation", "before", "after", "turn", "why"),
        rows=[
            (
                one.id,
                _outcome(one.before, one.before_takes),
                _outcome(one.after, one.after_takes),
                "" if (bad := _bad(one)) is None else turn_name(bad.turn),
                _codes(one).replace(" ", ", "),
            )
            for one in some
        ],
    )


def _outcome(row: ConversationRow | None, takes: Sequence[ConversationRow]) -> str:
    if row is None:
        return ""
    word = "failed as expected" if row.is_expected else row.outcome
    return f"{word}, {takes_text(takes)} takes" if takes else word


def _bad(one: Compared) -> TurnRow | None:
    """The first turn that is bad now; of a repeated scenario, in the first take that is."""
    if one.after is None:
        return None
    rows = (one.after, *one.after_takes)
    return next((bad for row in rows if (bad := first_bad(row.turns)) is not None), None)


def _codes(one: Compared) -> str:
    bad = _bad(one)
    return bad.codes if bad is not None else one.after.codes if one.after is not None else ""


def _slower(some: Sequence[Compared]) -> Section:
    return Section(
        title=f"slower: {len(some)}",
        heads=("conversation", "before", "after"),
        rows=[(one.id, *map(format_duration, _latencies(one))) for one in some],
    )


def _latencies(one: Compared) -> tuple[float, float]:
    rows = (one.before, one.after)
    first, second = (row.latency or 0.0 if row is not None else 0.0 for row in rows)
    return first, second


def _reworded(reworded: Sequence[Reworded]) -> Section:
    lines = []
    for one in reworded[:MOST_REWORDED]:
        lines.append(f"{one.id}, {turn_name(one.turn)}")
        lines += [f"  {line}" for line in one.lines]
    if len(reworded) > MOST_REWORDED:
        lines.append(f"and {len(reworded) - MOST_REWORDED} more")
    return Section(title=f"other texts: {len(reworded)}", lines=lines)


def _change_json(one: Compared) -> Json:
    bad = _bad(one)
    return {
        "id": one.id,
        "change": None if one.change is None else one.change.value,
        "before": None if one.before is None else one.before.counted,
        "after": None if one.after is None else one.after.counted,
        "turn": None if bad is None else bad.turn,
        "codes": list(_codes(one).split()),
    }


def _slower_json(one: Compared) -> Json:
    before, after = _latencies(one)
    return {"id": one.id, "before": before, "after": after}
