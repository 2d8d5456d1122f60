"""Waits for messages that the bot says behind its reply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from harness.conversation import Reply, ReplyMessage
from harness.core import ProtocolError, SentTooOften
from harness.providers.flow import FlowState

PAUSE: Final = 0.5
"""Seconds between two looks."""

Look = Callable[[], Iterable[ReplyMessage]]
"""Asks once for what the bot said. What was heard before may be among it."""
TimeLeft = Callable[[Reply, float], float]
"""Seconds that may pass until it must be looked, so many seconds after the reply came; 0.0 where
nothing is waited for any more."""


def wait_for_more(
    state: FlowState,
    reply: Reply,
    *,
    came: float,
    passed: float,
    left: TimeLeft,
    look: Look | None,
    sleep: Callable[[float], None],
) -> Reply:
    """The reply, with what came behind it as long as it was waited for.

    All times are seconds. `came` is when the reply had come, from the start of the conversation,
    `passed` what was waited before, and `look` is None where the provider's definition does not
    say how.

    Whether the time is over is told from the recorded times of the exchanges, never from a
    clock; where a recording holds no further look, the waiting ends. Raises `ProtocolError`
    `no-late` where it must be waited and nothing says how, and what looking raises.
    """
    while (seconds := left(reply, passed)) > 0:
        if look is None:
            raise _no_late()
        pause = min(PAUSE, seconds)
        sleep(pause)
        try:
            found = look()
        except SentTooOften:
            # A replay: beyond the last look that was recorded.
            state.exchanges.pop()
            return reply
        # What exchanges nothing, or has no times, took its pause.
        passed = max(passed + pause, _ended(state) - came)
        new = tuple(replace(one, is_late=True) for one in unheard(found, state))
        if new:
            reply = replace(reply, messages=(*reply.messages, *new))
            state.heard_late(reply, new)
    return reply


def _no_late() -> ProtocolError:
    return ProtocolError(
        "no-late",
        "a check waits for messages after the reply, but the provider's definition"
        " does not say how to look for them",
        "add 'late' steps to the definition, or remove 'within'",
    )


def unheard(found: Iterable[ReplyMessage], state: FlowState) -> Iterator[ReplyMessage]:
    """Those messages that the bot had not said before.

    They are told apart by their ids. A message without an id, here or when it was heard, is told
    by its text, as often as that was heard.
    """
    texts = Counter(one.text for one in state.heard if not one.id)
    every = Counter(one.text for one in state.heard)
    ids = state.seen.union(one.id for one in state.heard if one.id)
    for one in found:
        if one.id and one.id in ids:
            continue
        known = texts if one.id else every
        if known[one.text] > 0:
            known[one.text] -= 1
            continue
        yield one


def _ended(state: FlowState) -> float:
    response = state.exchanges[-1].response if state.exchanges else None
    return response.ended if response is not None else 0.0
