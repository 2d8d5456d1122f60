"""What `harness history` shows: runs, flaky scenarios, and what got slower."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from harness.conversation import Outcome
from harness.core import PICTURES, counted, format_duration
from harness.history.history_rows import ConversationRow, RunRow
from harness.history.trends import RECENT, Flaky, Seen, Series, Slowed, first_bad

if TYPE_CHECKING:
    from harness.history.store import History


_NUMBER = re.compile(r"\d[\d.,]*( (s|ms|%))?")
_PICTURES = PICTURES | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
"""What is shown for a control character, so that a terminal does not act on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a page."""

    title: str
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    """Cells by column."""
    lines: Sequence[str] = ()
    """Text below the table."""

    @property
    def columns(self) -> list[int]:
        """The columns that are not empty."""
        return [
            column for column in range(len(self.heads)) if any(row[column] for row in self.rows)
        ]

    def is_right(self, column: int) -> bool:
        """Whether a column contains numbers, which are aligned to its right edge."""
        cells = [row[column] for row in self.rows if row[column]]
        return bool(cells) and all(_NUMBER.fullmatch(cell) for cell in cells)


def plain(sections: Iterable[Section]) -> str:
    """The page as text."""
    return "\n\n".join("\n".join(_plain(section)) for section in sections)


def safe(text: str) -> str:
    """A text on one line, without characters that a terminal acts on."""
    return text.translate(_PICTURES)


def _plain(section: Section) -> Iterator[str]:
    yield safe(section.title)
    if section.rows:
        rows = [section.heads, *([safe(cell) for cell in row] for row in section.rows)]
        widths = {column: max(len(row[column]) for row in rows) for column in section.columns}
        sides = {column: ">" if section.is_right(column) else "<" for column in widths}
        for row in rows:
            cells = (f"{row[column]:{sides[column]}{width}}" for column, width in widths.items())
            yield f"  {'  '.join(cells)}".rstrip()
    yield from (f"  {safe(line)}".rstrip() for line in section.lines)


_RUN_HEADS = ("run", "began (UTC)", "mode", "branch", "commit")
_COMMIT = 8
"""Characters of a commit that are shown."""


def runs_section(runs: Sequence[RunRow], series: Series) -> Section:
    """A line for each run, the newest last."""
    times = _medians(series)
    outcomes = [outcome.value for outcome in Outcome]
    return Section(
        title=counted(len(runs), "run"),
        heads=(*_RUN_HEADS, *outcomes, "pass rate", "median"),
        rows=[
            (
                *_about(run),
                *(str(getattr(run, outcome)) for outcome in outcomes),
                "" if run.pass_rate is None else f"{run.pass_rate:.1%}".replace("%", " %"),
                "" if run.run not in times else format_duration(times[run.run]),
            )
            for run in runs
        ],
        lines=["median: reply time of passed live conversations"] if times else (),
    )


def scenario_section(name: str, seen: Sequence[Seen], history: History) -> Section:
    """A line for each run of one conversation, the newest last. Raises `HistoryError`."""
    heads = (*_RUN_HEADS, "outcome", "takes", "time", "scenario", "turn", "why")
    return Section(title=name, heads=heads, rows=list(_runs_of(seen, history)))


def flaky_section(flaky: Sequence[Flaky]) -> Section:
    """Scenarios whose outcome alternates."""
    return Section(
        title=f"flaky: {len(flaky) or 'none'}",
        heads=("conversation", "flips", "passed", "turn that flips", "why"),
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
