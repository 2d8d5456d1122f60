"""Conversations that broke because of their simulated user: they say nothing about the bot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harness.core import counted

USER_FAULTS = frozenset(
    (
        *("user-empty", "user-invented", "user-repeats", "user-turned-round", "user-too-long"),
        *("user-unreadable", "user-failed", "user-no-rule"),
    )
)
"""The codes of errors of a simulated user."""


def faults_of(codes: Iterable[str]) -> tuple[str, ...]:
    """Those of the codes that are of a simulated user."""
    return tuple(code for code in codes if code in USER_FAULTS)


def faults_of_record(conversation: Mapping[str, Any]) -> Iterator[str]:
    """The codes of a stored conversation, or of its takes, that are of a simulated user."""
    for one in conversation.get("takes") or (conversation,):
        yield from faults_of(one.get("codes", ()))


def faults_text(faults: Mapping[str, int]) -> str:
    """How many conversations broke because of their user; empty if none did."""
    if not faults:
        return ""
    listed = ", ".join(f"{count} {code}" for code, count in Counter(faults).most_common())
    broke = counted(sum(faults.values()), "conversation")
    return f"{broke} broke because of the user, not because of the bot ({listed})"
