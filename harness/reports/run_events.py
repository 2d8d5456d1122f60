"""What happens in a run, as values that reporters listen to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from harness.conversation.spending import NOTHING_SPENT, Spent
from harness.core import Json, value_class
from harness.play.result import ScenarioResult
from harness.project.plan import Play
from harness.reports.summary import Summary

if TYPE_CHECKING:
    from harness.evaluation import Takes


UNEXPECTED_PASS = "unexpected-pass"  # noqa: S105  # a pass of a test
"""The code of a scenario that passed although `xfail:` with `strict: true` says that it fails."""


@value_class(frozen=True, slots=True, kw_only=True)
class PlayingBegan:
    """Threads begin to hold conversations ahead of pytest."""

    plays: int
    """How many."""


@value_class(frozen=True, slots=True, kw_only=True)
class PlaysAdded:
    """Further takes of a repeated scenario are to be held ahead. Comes from a thread."""

    plays: int
    """How many."""


@value_class(frozen=True, slots=True, kw_only=True)
class PlayBegan:
    """A thread begins a conversation. Comes from that thread."""

    play: Play


@value_class(frozen=True, slots=True, kw_only=True)
class PlayEnded:
    """A conversation of a thread is over. Comes from that thread."""

    play: Play
    turns: int


@value_class(frozen=True, slots=True, kw_only=True)
class PlayingEnded:
    """The threads are stopped."""


@value_class(frozen=True, slots=True, kw_only=True)
class Identity:
    """The id of a conversation and its row."""

    id: str
    """As pytest names it: `scenarios/connectly/pink-dress.yaml::pink-dress[connectly]`."""
    row: str = ""
    """Of the matrix; empty if there is none."""

    @property
    def file(self) -> str:
        """The file of the scenario, as people see it."""
        return self.id.partition("::")[0]


@value_class(frozen=True, slots=True, kw_only=True)
class ExpectedFailure:
    """What an `xfail` mark says."""

    reason: str
    is_strict: bool


@value_class(frozen=True, slots=True, kw_only=True)
class EarlierAttempt:
    """An earlier attempt at a conversation, which does not count."""

    outcome: str
    codes: tuple[str, ...] = ()
    reason: str = ""
    """The first line of its failure."""
    spent: Spent = NOTHING_SPENT
    """What its replies cost."""

    def json(self) -> Json:
        """The attempt as an entry of `attempts` in a record, without empty values."""
        stored: dict[str, Json] = {
            "outcome": self.outcome,
            "codes": list(self.codes),
            "failure": self.reason,
            "spent": self.spent.json(),
        }
        return {name: value for name, value in stored.items() if value}


@value_class(frozen=True, slots=True, kw_only=True)
class AttemptEnded:
    """An attempt at a scenario is over; another one may follow.

    It holds the whole conversation, so it does not pickle and stays in its process.
    """

    id: str
    """Of the test, as pytest names it."""
    play: Play
    result: ScenarioResult | Takes | None
    """None if it was not played."""
    reason: str
    """Why it is skipped or expected to fail; empty for any other."""


@value_class(frozen=True, slots=True, kw_only=True)
class ChatsEnded:
    """An attempt at a Python test with conversations is over. It does not pickle either."""

    id: str
    results: tuple[ScenarioResult, ...]
    """In the order opened."""


@value_class(frozen=True, slots=True, kw_only=True)
class ScenarioFinished:
    """The last attempt at a scenario, or at a conversation of a Python test, is over: it counts."""

    id: str
    """Of the test, as pytest names it."""
    summary: Summary
    record: dict[str, Json] | None = None
    """The record in results.json, but for what `expected` and `earlier` add; None if no reporter
    writes it."""
    expected: ExpectedFailure | None = None
    earlier: tuple[EarlierAttempt, ...] = ()
    """Oldest first."""
    number: int = 0
    """Of the conversation in a Python test, from 1; 0 for a scenario."""


@value_class(frozen=True, slots=True, kw_only=True)
class ScenarioSkipped:
    """A scenario was not played, because it says so."""

    id: str
    play: Play
    line: int
    """From 1."""
    reason: str


@value_class(frozen=True, slots=True, kw_only=True)
class WorkerDied:
    """A worker of pytest-xdist died while it played a scenario. It does not pickle either."""

    id: str
    play: Play
    result: ScenarioResult
    again: EarlierAttempt | None
    """How the attempt ended, if another worker plays the scenario again."""


@value_class(frozen=True, slots=True, kw_only=True)
class FileUnread:
    """A file could not be collected."""

    file: str
    message: str
    """All that pytest shows of it."""


@value_class(frozen=True, slots=True, kw_only=True)
class ReportsMade:
    """The reports folder is complete, or a report could not be made."""

    paths: tuple[Path, ...]
    problem: str
    """Why a report could not be made; empty if all were."""


Event = (
    PlayingBegan
    | PlaysAdded
    | PlayBegan
    | PlayEnded
    | PlayingEnded
    | AttemptEnded
    | ChatsEnded
    | ScenarioFinished
    | ScenarioSkipped
    | WorkerDied
    | FileUnread
    | ReportsMade
)
Listener = Callable[[Event], None]
