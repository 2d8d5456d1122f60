"""Waits for messages that the bot sends after its reply."""

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
"""Asks once for the bot's messages, which may include those received before."""
TimeLeft = Callable[[Reply, float], float]
"""Gives the seconds until the next look, for the seconds since the reply came; 0.0 ends the
waiting."""


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
    """The reply with the messages that came after it while waiting.

    All times are seconds. `came` is the time of the reply since the start of the conversation,
    `passed` the time already waited. `look` is None if the provider's definition does not say how
    to ask.

    The recorded times of the exchanges decide when the waiting ends, never a clock. It also ends
    if a recording has no more looks. Raises `ProtocolError` `no-late` if `look` is None and
    waiting is necessary, and the errors of looking.
    """
    while (seconds := left(reply, passed)) > 0:
        if look is None:
            raise _no_late()
        pause = min(PAUSE, seconds)
        sleep(pause)
        try:
            found = look()
        except SentTooOften:
            # A replay, after the last look that was recorded.
            state.exchanges.pop()
            return reply
        # A look without exchanges, or without times, took as long as its pause.
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
    """The messages that the bot had not sent before.

    Ids identify the messages. A message without an id, now or before, is identified by its text,
    counted as often as the text was received.
    """
    texts = Counter(one.text for one in state.heard if not one.id)
    every = Counter(one.text for one in state.heard)
    ids = state.seen.union(one.id for one in state.heard if one.id)
    for one in found:
        if one.id and one.id in ids:
            continue
        # The same look may contain it twice.
        ids |= {one.id} - {""}
        known = texts if one.id else every
        if known[one.text] > 0:
            known[one.text] -= 1
            continue
        yield one


def _ended(state: FlowState) -> float:
    response = state.exchanges[-1].response if state.exchanges else None
    return response.ended if response is not None else 0.0
