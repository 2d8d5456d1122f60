"""What `harness history` shows: runs, flaky scenarios, and what got slower."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING

from harness.conversation import Outcome
from harness.conversation.spending import NOTHING_SPENT
from harness.core import counted, format_duration
from harness.core.sections import Section
from harness.history.costs import paid_by_run
from harness.history.history_rows import ConversationRow, RunRow
from harness.history.trends import (
    RECENT,
    Flaky,
    Seen,
    Series,
    Slowed,
    first_bad,
    pass_intervals,
)

if TYPE_CHECKING:
    from harness.history.store import History


_RUN_HEADS = ("run", "began (UTC)", "mode", "branch", "commit")
_COMMIT = 8
"""Characters of a commit that are shown."""


def runs_section(runs: Sequence[RunRow], series: Series) -> Section:
    """A line for each run, the newest last."""
    times, intervals = _medians(series), pass_intervals(series)
    paid = paid_by_run(series)
    outcomes = [outcome.value for outcome in Outcome]
    return Section(
        title=counted(len(runs), "run"),
        heads=(
            *_RUN_HEADS,
            *outcomes,
            "pass rate",
            "95 % interval",
            "median",
            *(("spent",) if paid else ()),
        ),
        rows=[
            (
                *_about(run),
                *(str(getattr(run, outcome)) for outcome in outcomes),
                "" if run.pass_rate is None else f"{run.pass_rate:.1%}".replace("%", " %"),
                str(intervals.get(run.run, "")),
                "" if run.run not in times else format_duration(times[run.run]),
                *((paid.get(run.run, NOTHING_SPENT).text,) if paid else ()),
            )
            for run in runs
        ],
        lines=["median: reply time of passed live conversations"] if times else (),
    )


def scenario_section(name: str, seen: Sequence[Seen], history: History) -> Section:
    """A line for each run of one conversation, the newest last. Raises `HistoryError`."""
    heads = (*_RUN_HEADS, "outcome", "takes", "time", "scenario", "turn", "problem")
    has_costs = any(played.conversation.spent for played in seen)
    rows = [
        (*row, played.conversation.costs.text) if has_costs else row
        for played, row in zip(seen, _runs_of(seen, history), strict=True)
    ]
    return Section(title=name, heads=(*heads, "cost") if has_costs else heads, rows=rows)


def flaky_section(flaky: Sequence[Flaky]) -> Section:
    """Scenarios whose outcome alternates."""
    return Section(
        title=f"flaky: {len(flaky) or 'none'}",
        heads=("conversation", "flips", "passed", "turn that flips", "problem"),
        rows=[
            (
                item.id,
                str(item.flips),
                f"{item.passed} of {item.judged}",
                _flipping(item),
                item.codes.replace(" ", ", "),
            )
            for item in flaky
        ],
    )


def slowed_section(slowed: Sequence[Slowed]) -> Section:
    """Scenarios that got slower."""
    return Section(
        title=f"slower: {len(slowed) or 'none'}",
        heads=("conversation", "before", "now", "noise", "most in"),
        rows=[
            (
                item.id,
                format_duration(item.before),
                format_duration(item.now),
                format_duration(item.noise),
                ""
                if item.turn is None
                else f"{turn_name(item.turn)}: {format_duration(item.turn_before)} to "
                f"{format_duration(item.turn_now)}",
            )
            for item in slowed
        ],
        lines=[f"medians of the last {RECENT} live runs and of those before"] if slowed else (),
    )


def turn_name(turn: int) -> str:
    """`turn 2`, or the name of what is not a turn."""
    return {0: "conversation", -1: "closing"}.get(turn, f"turn {turn}")


def takes_text(takes: Sequence[ConversationRow]) -> str:
    """How many takes of a repeated scenario passed; empty if it is not repeated."""
    passed = sum(take.outcome == Outcome.PASSED for take in takes)
    return f"{passed} of {len(takes)}" if takes else ""


def began(run: RunRow) -> str:
    """When a run began, to the minute."""
    return f"{run.started:%Y-%m-%d %H:%M}"


def short_commit(run: RunRow) -> str:
    """The first characters of the commit; `+` says that there were further changes."""
    return f"{run.commit[:_COMMIT]}{'+' if run.is_changed else ''}"


def _about(run: RunRow) -> tuple[str, ...]:
    return run.run, began(run), run.mode, run.branch, short_commit(run)


def _medians(series: Series) -> Mapping[str, float]:
    """By run, the median of the times that were measured, in seconds."""
    times: dict[str, list[float]] = {}
    for played in (played for seen in series.values() for played in seen if played.is_measured):
        times.setdefault(played.run.run, []).append(played.conversation.latency or 0.0)
    return {run: median(some) for run, some in times.items()}


def _flipping(flaky: Flaky) -> str:
    if flaky.turn is None:
        return ""
    return f"{turn_name(flaky.turn)} in {flaky.turn_failures} of {flaky.failures} failures"


def _runs_of(seen: Sequence[Seen], history: History) -> Iterator[tuple[str, ...]]:
    before = ""
    for played in seen:
        row = played.conversation
        takes = played.takes(history)
        red = next((take for take in takes if Outcome(take.outcome).is_bad), row)
        place = (played.run.run, red.number)
        bad = first_bad(history.turns([place]).get(place, ()))
        yield (
            *_about(played.run),
            row.outcome,
            takes_text(takes),
            "" if row.latency is None else format_duration(row.latency),
            "changed" if before not in ("", row.fingerprint) else "",
            "" if bad is None else turn_name(bad.turn),
            (bad or row).codes.replace(" ", ", "),
        )
        before = row.fingerprint
