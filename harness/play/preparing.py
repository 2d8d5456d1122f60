"""Runs the `prepare` steps of each provider once, before its first conversation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from harness.conversation import Origin, Request
from harness.core import CassetteLocked, Refused
from harness.play.context import ConversationContext
from harness.play.context_factory import ContextFactory
from harness.play.conversation_state import ConversationState
from harness.project.plan import Play
from harness.providers.flow import Observe, observe_nothing
from harness.providers.session import Prepared, Session
from harness.scenario import Scenario
from harness.transport import Answer, Transport
from harness.transport.replay import ReplayTransport

Key = tuple[str, str, bool]
"""Provider, credentials, and whether it is recorded."""

Prepare = Callable[[], Prepared]
Watch = Callable[[ConversationContext], AbstractContextManager[ConversationContext]]
"""Lets the end of the run interrupt a conversation, and closes its context at the end."""


def prepare_on(state: ConversationState, observe: Observe = observe_nothing) -> Prepared:
    """Prepare on a live transport. The result names the secrets that were captured or given.

    `observe` is told what each step read.
    """
    context = state.context
    session = Session(
        context.provider,
        context.transport,
        seed=context.seed,
        know=state.know,
        hides=state.hides,
    )
    session.observe(observe)
    prepared = session.prepare()
    # This learns secrets from the answers, by the names of their keys.
    state.redact(prepared.exchanges)
    return replace(prepared, secrets=dict(state.redactor.learned))


class Preparing:
    """Prepares each provider once, when the first conversation needs it. Safe for threads."""

    def __init__(self, contexts: ContextFactory, *, watch: Watch = nullcontext) -> None:
        self._contexts = contexts
        self._watch = watch
        self._lock = threading.Lock()
        self._locks: dict[Key, threading.Lock] = {}
        self._done: dict[Key, Prepared] = {}

    def of(self, scenario: Scenario, play: Play, state: ConversationState) -> Prepare:
        """A function that prepares for a conversation: from the recording, or live.

        A live preparation has a transport and a recording of its own. It is done once, for all
        callers: a failed one is not tried again, since it would fail for every conversation.
        """
        is_recorded = state.context.is_recorded
        key = (play.provider, scenario.credentials, is_recorded)

        def prepare() -> Prepared:
            make = self._replayed if is_recorded else self._live
            with self._lock:
                mine = self._locks.setdefault(key, threading.Lock())
            with mine:
                if key not in self._done:
                    self._done[key] = make(scenario, play, state)
            state.know_all(self._done[key].secrets)
            return self._done[key]

        return prepare

    def _replayed(self, scenario: Scenario, play: Play, state: ConversationState) -> Prepared:
        context = state.context
        transport = _LazyReplay(lambda: self._contexts.replayed_preparing(scenario, play))
        prepared = Session(context.provider, transport, seed=context.seed).prepare()
        if transport.changed:
            state.notes += (f"before all conversations, {transport.changed}",)
        return prepared

    def _live(self, scenario: Scenario, play: Play, state: ConversationState) -> Prepared:
        is_recorded = state.context.recorder is not None
        try:
            live = self._contexts.live_preparing(scenario, play, is_recorded=is_recorded)
        except CassetteLocked:
            # Another process of this run records the same preparation.
            live = self._contexts.live_preparing(scenario, play, is_recorded=False)
        with self._watch(live) as context:
            own = ConversationState(context)
            prepared = prepare_on(own)
            if prepared.error is not None and not isinstance(prepared.error, Refused):
                own.finish(prepared.error)
            elif prepared.exchanges:
                # Also for a refusal, which a replay can repeat.
                own.finish(None)
            elif context.recorder is not None:
                # Nothing is prepared, so the journal that a killed run left is useless.
                context.recorder.transport.discard(with_older=True)
            return prepared


class _LazyReplay(Transport):
    """A recording that is read when the first request is sent."""

    def __init__(self, make: Callable[[], ReplayTransport]) -> None:
        self._make = make
        self._transport: ReplayTransport | None = None

    @property
    def changed(self) -> str:
        """The first request that differs from the recorded one; empty if there is none."""
        return self._transport.changed if self._transport is not None else ""

    def send(self, request: Request) -> Answer:
        """Send a request. Raises `CassetteError`."""
        return self._made().send(request)

    def now(self, origin: Origin) -> float:
        """The time in the next recorded request of a step. Raises `CassetteError`."""
        return self._made().now(origin)

    def sleep(self, seconds: float) -> None:
        """Time does not pass in a replay."""

    def close(self) -> None:
        """Close the transport, if it was made."""
        if self._transport is not None:
            self._transport.close()

    def _made(self) -> ReplayTransport:
        self._transport = self._transport or self._make()
        return self._transport
