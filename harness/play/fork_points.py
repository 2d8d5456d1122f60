"""Where the conversations of a file part, so that one of them may go on from another."""

from __future__ import annotations

import json
from pathlib import Path

from harness.core.values import value_class
from harness.project.plan import Play
from harness.scenario import (
    AssistantLine,
    MatrixRow,
    Scenario,
    TurnPurpose,
    UserTurn,
    Way,
    said_anew,
)

Entry = UserTurn | AssistantLine

DRAWN = frozenset(("uuid", "random"))
"""What gives another value each time that it is asked."""

Key = tuple[Path, str, int, str, tuple[tuple[int, int], ...]]
"""File, provider, take, variables of the row, and what was said: places and their utterances."""


@value_class(frozen=True, slots=True, kw_only=True)
class ForkPoint:
    """A turn after which conversations part, in one of them."""

    key: Key
    """The same in each conversation that was held alike until here."""
    said: int
    """Entries of the conversation until here, this turn included."""
    is_left: bool
    """Others may go on from what this conversation comes to here."""
    is_taken: bool
    """This conversation may go on from what another one came to here."""


def fork_points(whole: Scenario, scenario: Scenario, play: Play) -> tuple[ForkPoint, ...]:
    """Where a play shares its beginning with others of its file; the longest beginning first.

    `whole` is the scenario with all its conversations, `scenario` the one that is played. There
    are none where it captures secrets.
    """
    row = next((row for row in whole.rows if row.name == play.row), None)
    if row is None or row.way is None or any(turn.has_secrets for turn in scenario.user_turns):
        return ()
    lengths = {_shared(other.way, row.way) for other in whole.rows if other.way is not None}
    points = (_point(whole, scenario, play, row, length) for length in sorted(lengths - {0}))
    return tuple(point for point in points if point.is_left or point.is_taken)[::-1]


def _shared(branch: Way, way: Way) -> int:
    """Entries before a branch, where the other conversation says the same; else 0."""
    return branch.anew if branch.said[: branch.anew] == way.said[: branch.anew] else 0


def _point(whole: Scenario, scenario: Scenario, play: Play, row: MatrixRow, said: int) -> ForkPoint:
    assert row.way is not None  # noqa: S101  # asked by the caller
    before = [one for one in scenario.turns[:said] if isinstance(one, UserTurn)]
    after = scenario.user_turns[len(before) :]
    own = [turn for turn in before if turn.part is TurnPurpose.TURN]
    # What the provider keeps tells what was said on every branch; and what is looked up for a
    # check of this conversation is not asked for by another one.
    is_alone = any(map(_looks_up, after)) or any(map(_looks_up_itself, own))
    stopping = [turn for turn in own if turn.stops_on_fail]
    spoken = tuple((place, _utterance(whole, row, place)) for place in row.way.said[:said])
    values = json.dumps(row.values, sort_keys=True, default=str)
    return ForkPoint(
        key=(play.file, play.provider, play.take, values, spoken),
        said=said,
        is_left=not is_alone and not any(map(_draws, stopping)),
        is_taken=not is_alone and not stopping,
    )


def _looks_up(turn: UserTurn) -> bool:
    """Whether the provider is asked for what it keeps, or for what came behind a reply."""
    return turn.wants_history or (turn.is_patient and bool(turn.expectations))


def _looks_up_itself(turn: UserTurn) -> bool:
    """Whether it is, and would not be before a branch."""
    anew = said_anew(turn)
    return _looks_up(turn) and isinstance(anew, UserTurn) and not _looks_up(anew)


def _draws(turn: UserTurn) -> bool:
    """Whether judging a turn draws values, which would not be drawn before a branch."""
    return any(one.value.names & DRAWN for one in turn.expectations)


def _utterance(whole: Scenario, row: MatrixRow, place: int) -> int:
    entry = whole.turns[place]
    return row.said.get(entry.number, 0) if isinstance(entry, UserTurn) else 0
