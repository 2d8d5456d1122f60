"""Replies that changed although both runs passed. History keeps no texts: results hold them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.checks.diff import text_difference
from harness.conversation import Outcome

Stored = Mapping[str, Any]

Texts = dict[int, str]
"""What the bot said, by the turn's number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reworded:
    """A turn whose reply has another text."""

    id: str
    turn: int
    lines: Sequence[str]
    """`-` what was said, `+` what is said now."""


def find_reworded(before: Iterable[Stored], after: Iterable[Stored]) -> list[Reworded]:
    """Turns with another text, in the order of `after`; of repeated scenarios none.

    Both are conversations as results.json has them, and are read twice, so that only the texts
    that differ are in memory.
    """
    old, new = _digests(before), _digests(after)
    changed = {name for name, digest in new.items() if old.get(name, digest) != digest}
    if not changed:
        return []
    was, now = _texts(before, changed), _texts(after, changed)
    return [
        Reworded(id=name, turn=turn, lines=text_difference(was[name].get(turn, ""), text))
        for name in now
        for turn, text in now[name].items()
        if was[name].get(turn, "") != text
    ]


def _digests(conversations: Iterable[Stored]) -> dict[str, bytes]:
    return {
        one["id"]: hashlib.blake2b(repr(_said(one)).encode(), digest_size=8).digest()
        for one in conversations
        if one["outcome"] == Outcome.PASSED and "transcript" in one
    }


def _texts(conversations: Iterable[Stored], names: Collection[str]) -> dict[str, Texts]:
    return {one["id"]: _said(one) for one in conversations if one["id"] in names}


def _said(conversation: Stored) -> Texts:
    return {
        turn["number"]: "\n".join(
            message["text"] for message in turn.get("reply", {}).get("messages", ())
        )
        for turn in conversation["transcript"]["turns"]
    }
