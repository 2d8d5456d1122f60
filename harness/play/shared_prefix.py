"""Plays the turns that branches of a file have in common once, where the provider allows it."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field

from harness.core import Interrupted
from harness.play.checkpoint import Checkpoint
from harness.play.conversation_variables import VariablesCheckpoint
from harness.play.scenario_player import Entry, ScenarioPlayer
from harness.scenario import PrefixEnd, TurnPurpose, UserTurn, said_again

MOST_CHECKPOINTS = 64
"""Stored at once. Plays of one file follow one another, so older ones are hardly needed."""
Start = tuple[Checkpoint, VariablesCheckpoint, Mapping[tuple[str, str], int]]
"""Where a conversation was at the end of a prefix."""


@dataclass(slots=True, eq=False)
class SharedPrefix:
    """What one play shares with others of its file."""

    prefixes: SharedPrefixes
    ends: Sequence[PrefixEnd]
    """The longest prefix first."""
    start: Start | None = None
    """The checkpoint of another play; None if this one starts from the beginning."""
    length: int = 0
    """The number of entries before `start`."""
    claimed: set[Hashable] = field(default_factory=set)

    def begin(self, player: ScenarioPlayer) -> Iterator[Entry]:
        """Bring a conversation to its start; returns the entries that remain.

        Raises `CassetteError` if the journal cannot be written.
        """
        if self.start is not None:
            player.variables.resume(self.start[1])
            player.conversation.resume(self.start[0])
            player.tools.resume(self.start[2])
        return self._entries(player)

    def _entries(self, player: ScenarioPlayer) -> Iterator[Entry]:
        """The entries that remain. Each is requested once the one before it is complete."""
        keys = {end.length: end.key for end in self.ends}
        for length, entry in enumerate(player.scenario.turns[self.length :], self.length + 1):
            yield entry
            if length in keys:
                self.prefixes.leave(self, keys[length], _checkpoint(player))


class SharedPrefixes:
    """The checkpoints of a run's plays at the ends of prefixes. Safe for threads.

    The first play that will reach an end claims it. A play waits only for one that is running, and
    claims longer prefixes before it waits for a shorter one, so that no two wait for each other.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._starts: dict[Hashable, Future[Start | None]] = {}
        self._is_stopped = False

    @contextmanager
    def shared(self, ends: Sequence[PrefixEnd]) -> Iterator[SharedPrefix | None]:
        """What a play shares with others, while it is running; None without `ends`.

        Waits if another play will reach one of them. Raises `Interrupted` if the run is stopped
        meanwhile.
        """
        if not ends:
            yield None
            return
        prefix = SharedPrefix(self, ends)
        try:
            self._find_start(prefix)
            yield prefix
        finally:
            for key in tuple(prefix.claimed):
                self.leave(prefix, key, None)

    def leave(self, prefix: SharedPrefix, key: Hashable, start: Start | None) -> None:
        """A play reached an end; `start` is None if no other may continue from there."""
        with self._lock:
            is_claimed = key in prefix.claimed
            prefix.claimed.discard(key)
            if self._is_stopped or (start is None and not is_claimed):
                return
            future = self._starts.setdefault(key, Future())
            if start is None and not future.done():
                del self._starts[key]
            if not future.done():
                future.set_result(start)
            finished = [key for key, one in self._starts.items() if one.done()]
            for oldest in finished[:-MOST_CHECKPOINTS]:
                del self._starts[oldest]

    def stop(self) -> None:
        """Wake all plays that wait; none waits from now on."""
        with self._lock:
            self._is_stopped = True
            for future in self._starts.values():
                if not future.done():
                    future.set_result(None)
            self._starts.clear()

    def _find_start(self, prefix: SharedPrefix) -> None:
        for end in prefix.ends:
            with self._lock:
                future = self._starts.get(end.key)
                if future is None and not self._is_stopped:
                    self._starts[end.key] = Future()
                    prefix.claimed.add(end.key)
            if future is None or not end.is_taken:
                continue
            # If the claiming play fails, those that waited begin at once, all together.
            prefix.start, prefix.length = future.result(), end.length
            if self._is_stopped:
                raise Interrupted("interrupted", "the run was stopped")
            if prefix.start is not None:
                return
        prefix.length = 0


def _checkpoint(player: ScenarioPlayer) -> Start | None:
    """The checkpoint of a conversation; None if others could not continue from it.

    Before a branch, a turn whose captures or contract fail ends the conversation; secrets of
    answers are known only to the recording of this conversation.
    """
    conversation = player.conversation
    said = map(said_again, player.scenario.user_turns)
    if conversation.state.held_secrets or not all(
        player.holds(entry, turn)
        for entry, turn in zip(said, conversation.turns, strict=False)
        if isinstance(entry, UserTurn) and entry.part is TurnPurpose.PREFIX
    ):
        return None
    return conversation.checkpoint(), player.variables.checkpoint(), player.tools.checkpoint()
