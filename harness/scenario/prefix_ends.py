"""Where the conversations of a file part, so that one of them may go on from another."""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence

from harness.core import value_class
from harness.scenario.branching import said_again
from harness.scenario.scenario import MatrixRow, Scenario, TurnPurpose, UserTurn, Way

DRAWN = frozenset(("uuid", "random"))
"""What gives another value each time that it is asked."""


@value_class(frozen=True, slots=True, kw_only=True)
class PrefixEnd:
    """A turn after which conversations part, in one of them."""

    key: Hashable
    """The same in each conversation that says the same until here."""
    length: int
    """Entries of the conversation until here, this turn included."""
    is_taken: bool
    """This conversation may go on from what another one came to here."""


def prefix_ends(
    whole: Scenario, scenario: Scenario, name: str, owner: Hashable
) -> tuple[PrefixEnd, ...]:
    """Where a row shares its beginning with others of its file; the longest beginning first.

    `whole` is the scenario with all its conversations, `scenario` that of the row of this name;
    `owner` is what else must be the same to share. There are none where it captures secrets.
    """
    row = next((row for row in whole.rows if row.name == name), None)
    if row is None or row.way is None or any(turn.has_secrets for turn in scenario.user_turns):
        return ()
    lengths = {_shared(other.way, row.way) for other in whole.rows if other.way is not None}
    values = json.dumps(row.values, sort_keys=True, default=str)
    return tuple(
        PrefixEnd(
            key=(owner, values, _said(whole, row, row.way.said[:length])),
            length=length,
            is_taken=not any(turn.stops_on_fail for turn in _own(scenario, length)),
        )
        for length in sorted(lengths - {0}, reverse=True)
        if _is_shareable(scenario, length)
    )


def _shared(branch: Way, way: Way) -> int:
    """Entries before a branch, where the other conversation says the same; else 0."""
    return branch.repeated if branch.said[: branch.repeated] == way.said[: branch.repeated] else 0


def _said(whole: Scenario, row: MatrixRow, places: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Places of entries, and the utterance of each that the row says."""
    entries = ((place, whole.turns[place]) for place in places)
    return tuple(
        (place, row.said.get(entry.number, 0) if isinstance(entry, UserTurn) else 0)
        for place, entry in entries
    )


def _own(scenario: Scenario, length: int) -> list[UserTurn]:
    """The turns of a beginning that the scenario checks itself."""
    entries = scenario.turns[:length]
    turns = [entry for entry in entries if isinstance(entry, UserTurn)]
    return [turn for turn in turns if turn.part is TurnPurpose.TURN]


def _is_shareable(scenario: Scenario, length: int) -> bool:
    """Whether others may go on from a beginning: it is the same as where they say it themselves."""
    own = _own(scenario, length)
    before = sum(isinstance(entry, UserTurn) for entry in scenario.turns[:length])
    # What the provider keeps tells what was said on every branch; and what is looked up for a
    # check of this conversation is not asked for by another one.
    if any(map(_looks_up, scenario.user_turns[before:])) or any(map(_looks_up_itself, own)):
        return False
    # Judging these draws values, which would not be drawn before a branch.
    stopping = (turn for turn in own if turn.stops_on_fail)
    return not any(one.value.names & DRAWN for turn in stopping for one in turn.expectations)


def _looks_up(turn: UserTurn) -> bool:
    """Whether the provider is asked for what it keeps, or for what came behind a reply."""
    return turn.wants_history or (turn.is_patient and bool(turn.expectations))


def _looks_up_itself(turn: UserTurn) -> bool:
    """Whether it is, and would not be before a branch."""
    again = said_again(turn)
    return _looks_up(turn) and isinstance(again, UserTurn) and not _looks_up(again)
