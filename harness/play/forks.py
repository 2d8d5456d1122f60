"""Holds the beginning that several conversations share once, where a provider allows it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from harness.core.errors import Interrupted
from harness.play.fork_points import Entry, ForkPoint, Key
from harness.play.playing import Stage
from harness.play.snapshot import Snapshot, go_on_from, snapshot_of
from harness.scenario import TurnPurpose, UserTurn, said_anew

MOST_SNAPSHOTS = 64
"""Kept at once; plays of one file follow one another, so older ones are hardly asked for."""


class SharedPrefix:
    """What one play shares with others of its file."""

    def __init__(
        self, forks: Forks, points: Sequence[ForkPoint], header_names: Collection[str]
    ) -> None:
        """`points` are those of the play, the longest beginning first."""
        self._forks = forks
        self.points = points
        self.header_names = header_names
        """Answer headers that any conversation of the file looks at; lower case."""
        self.start: Snapshot | None = None
        """Where another play was; None where this one begins by itself."""
        self._said = 0

    def take(self, point: ForkPoint, start: Snapshot) -> None:
        """Go on from where another play was at a point."""
        self.start, self._said = start, point.said

    def begin(self, stage: Stage) -> None:
        """Bring a conversation to its start, and watch it from there.

        Raises `CassetteError` where the journal cannot be written.
        """
        if self.start is not None:
            go_on_from(self.start, stage)
        stage.entries = self._entries(stage)

    def _entries(self, stage: Stage) -> Iterator[Entry]:
        """What is still to be said; asked for the next entry only where the last one was told."""
        points = {point.said: point for point in self.points if point.is_left}
        rest = stage.scenario.turns[self._said :]
        for number, entry in enumerate(rest, self._said + 1):
            yield entry
            if number in points:
                snapshot = snapshot_of(stage) if _is_shareable(stage) else None
                self._forks.settle(self, points[number].key, snapshot)


class Forks:
    """The snapshots of a run. Safe for threads.

    The first play that is to come to a point claims it. A play waits only for one that is
    running, and claims longer beginnings before it waits for a shorter one, so that no two wait
    for each other.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._claimed: dict[Key, SharedPrefix] = {}
        self._ready: dict[Key, Snapshot] = {}
        self._is_stopped = False

    @contextmanager
    def shared(
        self, points: Sequence[ForkPoint], header_names: Collection[str]
    ) -> Iterator[SharedPrefix | None]:
        """What a play shares with others, while it is going on; None without points.

        Waits where another play is to come to one of the points. Raises `Interrupted` where the
        run is stopped meanwhile.
        """
        if not points:
            yield None
            return
        fork = SharedPrefix(self, points, header_names)
        try:
            with self._changed:
                self._start(fork)
            yield fork
        finally:
            with self._changed:
                for point in points:
                    self._give_up(fork, point.key)
                self._changed.notify_all()

    def settle(self, fork: SharedPrefix, key: Key, snapshot: Snapshot | None) -> None:
        """A play came to a point; None where no other may go on from what it came to."""
        with self._changed:
            self._give_up(fork, key)
            if snapshot is not None and not self._is_stopped:
                self._ready.setdefault(key, snapshot)
                if len(self._ready) > MOST_SNAPSHOTS:
                    del self._ready[next(iter(self._ready))]
            self._changed.notify_all()

    def stop(self) -> None:
        """Wake whoever waits; nobody waits from now on."""
        with self._changed:
            self._is_stopped = True
            self._ready.clear()
            self._changed.notify_all()

    def _start(self, fork: SharedPrefix) -> None:
        for point in fork.points:
            has_waited = point.is_taken and self._waits(point.key)
            if point.is_taken and point.key in self._ready:
                fork.take(point, self._ready[point.key])
                return
            # Those who waited in vain begin at once, each by itself, not one after another.
            is_open = point.key not in self._claimed and point.key not in self._ready
            if point.is_left and is_open and not has_waited:
                self._claimed[point.key] = fork

    def _waits(self, key: Key) -> bool:
        """Wait for a play that is to come to a point; whether there was one."""
        has_waited = False
        while key in self._claimed and key not in self._ready:
            if self._is_stopped:
                raise Interrupted("interrupted", "the run was stopped")
            has_waited = True
            self._changed.wait()
        return has_waited

    def _give_up(self, fork: SharedPrefix, key: Key) -> None:
        if self._claimed.get(key) is fork:
            del self._claimed[key]


def _is_shareable(stage: Stage) -> bool:
    """Whether another conversation would have come here as well.

    Before a branch, a turn whose captures or contract fail ends the conversation; what an answer
    held as a secret is known to the recording of this conversation alone.
    """
    if stage.line.held_secrets:
        return False
    said = [one for one in stage.scenario.turns if isinstance(one, UserTurn)]
    return all(
        stage.holds(anew, turn)
        for anew, turn in zip(map(said_anew, said), stage.turns, strict=False)
        if isinstance(anew, UserTurn) and anew.part is TurnPurpose.PREFIX
    )
