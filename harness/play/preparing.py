"""What comes once for each run and provider, before its first conversation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from harness.core.errors import CassetteError, Refused
from harness.play.context_factory import ContextFactory
from harness.play.line import Line
from harness.project.plan import Play
from harness.providers.session import Prepared, Session
from harness.scenario import Scenario

Key = tuple[str, str, str]
"""Provider, credentials, and whether it is live or recorded."""

Prepare = Callable[[], Prepared]
Watch = Callable[[Line], AbstractContextManager[Line]]
"""Opens a line so that a run which is stopped breaks it off; closes it again."""


def prepare_on(line: Line) -> Prepared:
    """Prepare over a line to the server; tells which secrets were captured and given."""
    prepared = Session(line.provider, line.wire, seed=line.seed, know=line.know).prepare()
    # What an answer gives under a telling name is learned from it.
    line.redact(prepared.exchanges)
    return replace(prepared, secrets=dict(line.redactor.learned))


class Preparing:
    """Prepares each provider once, when the first conversation needs it. Safe for threads."""

    def __init__(self, contexts: ContextFactory, *, watch: Watch = nullcontext) -> None:
        self._contexts = contexts
        self._watch = watch
        self._lock = threading.Lock()
        self._locks: dict[Key, threading.Lock] = {}
        self._done: dict[Key, Prepared] = {}

    def recorded(self, scenario: Scenario, play: Play, line: Line) -> Prepare:
        """What gives the recorded preparation, for a conversation on a recorded line."""

        def prepare() -> Prepared:
            wire = self._contexts.replayed_preparing(scenario, play)
            prepared = Session(line.provider, wire, seed=line.seed).prepare()
            if wire.changed:
                line.notes = (*line.notes, f"before all conversations, {wire.changed}")
            return prepared

        key = (play.provider, scenario.credentials, "recorded")
        return lambda: self.once(key, prepare)

    def live(self, scenario: Scenario, play: Play, line: Line, *, is_recorded: bool) -> Prepare:
        """What prepares over a line of its own, for a conversation on a live line."""

        def prepare() -> Prepared:
            with self._watch(self._line(scenario, play, is_recorded=is_recorded)) as own:
                prepared = prepare_on(own)
                if _is_told(prepared):
                    own.finish(None)
                elif prepared.error is not None:
                    own.finish(prepared.error)
                else:
                    own.drop()
                return prepared

        def once() -> Prepared:
            prepared = self.once(key, prepare)
            line.know_all(prepared.secrets)
            return prepared

        key = (play.provider, scenario.credentials, "live")
        return once

    def once(self, key: Key, prepare: Prepare) -> Prepared:
        """The outcome of preparing, from the first caller's `prepare`.

        A failed preparation is kept as well: it would fail again for every conversation.
        """
        with self._lock:
            mine = self._locks.setdefault(key, threading.Lock())
        with mine:
            if key not in self._done:
                self._done[key] = prepare()
            return self._done[key]

    def _line(self, scenario: Scenario, play: Play, *, is_recorded: bool) -> Line:
        try:
            return self._contexts.live_preparing(scenario, play, is_recorded=is_recorded)
        except CassetteError as error:
            if error.code != "cassette-locked":
                raise
            # Another process of this run records the same preparation.
            return self._contexts.live_preparing(scenario, play, is_recorded=False)


def _is_told(prepared: Prepared) -> bool:
    """Whether preparing asked something and came to an end that a replay can repeat."""
    is_repeatable = prepared.error is None or isinstance(prepared.error, Refused)
    return is_repeatable and bool(prepared.exchanges)
