"""Compares one run with another: outcomes, times, and the texts of replies."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from harness.checks.diff import text_difference
from harness.config import Slower
from harness.conversation import Outcome
from harness.history.history_rows import ConversationRow


class Change(StrEnum):
    """How a conversation changed, the most important change first."""

    REGRESSION = "regression"
    """It passed before, and now it failed or broke."""
    RED = "still red"
    NEW = "new"
    GONE = "gone"
    SKIPPED = "skipped now"
    """Or it fails as expected."""
    RETURNED = "played again"
    """It was skipped, or failed as expected."""
    REPAIR = "repair"


_CHANGES = {
    (Outcome.PASSED, Outcome.FAILED): Change.REGRESSION,
    (Outcome.FAILED, Outcome.FAILED): Change.RED,
    (Outcome.PASSED, Outcome.SKIPPED): Change.SKIPPED,
    (Outcome.FAILED, Outcome.SKIPPED): Change.SKIPPED,
    (Outcome.SKIPPED, Outcome.PASSED): Change.RETURNED,
    (Outcome.SKIPPED, Outcome.FAILED): Change.RETURNED,
    (Outcome.FAILED, Outcome.PASSED): Change.REPAIR,
}
"""By the outcome before and after, where a broken conversation counts as failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A conversation of two runs; None if a run did not contain it."""

    before: ConversationRow | None
    after: ConversationRow | None
    before_takes: Sequence[ConversationRow] = ()
    after_takes: Sequence[ConversationRow] = ()

    @property
    def id(self) -> str:
        """As pytest names it."""
        rows = (self.after, self.before)
        return next((row.id for row in rows if row is not None), "")

    @property
    def change(self) -> Change | None:
        """How it changed; None if it passed both times, or was skipped both times."""
        if self.before is None:
            return Change.NEW
        if self.after is None:
            return Change.GONE
        old, new = (_kind(row.counted) for row in (self.before, self.after))
        return _CHANGES.get((old, new))

    def is_slower(self, slower: Slower) -> bool:
        """Whether it passed both times, and took longer by factor and by seconds."""
        if self.before is None or self.after is None:
            return False
        old, new = self.before.latency, self.after.latency
        has_passed = self.before.outcome == self.after.outcome == Outcome.PASSED
        if not has_passed or old is None or new is None:
            return False
        return new >= slower.factor * old and new - old >= slower.at_least


def _kind(outcome: str) -> Outcome:
    return Outcome.FAILED if outcome == Outcome.BROKEN else Outcome(outcome)


def compare(
    before: Iterable[ConversationRow], after: Iterable[ConversationRow]
) -> Iterator[Compared]:
    """The conversations of both runs, in the order of the second; the missing ones last."""
    old, old_takes = _by_id(before)
    new, new_takes = _by_id(after)
    for name in dict.fromkeys((*new, *old)):
        yield Compared(
            before=old.get(name),
            after=new.get(name),
            before_takes=old_takes.get(name, ()),
            after_takes=new_takes.get(name, ()),
        )


def _by_id(
    rows: Iterable[ConversationRow],
) -> tuple[Mapping[str, ConversationRow], Mapping[str, Sequence[ConversationRow]]]:
    """Verdicts, and takes, by the id of the conversation."""
    verdicts: dict[str, ConversationRow] = {}
    takes: dict[str, list[ConversationRow]] = {}
    for row in rows:
        if row.take:
            takes.setdefault(row.id, []).append(row)
        else:
            verdicts[row.id] = row
    return verdicts, takes


Stored = Mapping[str, Any]


def shared_id(name: str, scenario: str, row: str) -> str:
    """The id of a conversation without its provider, so that two providers share it."""
    file = name.partition("::")[0]
    return f"{file}::{scenario}{f'[{row}]' if row else ''}"


@dataclass(frozen=True, slots=True)
class OfProvider:
    """The stored conversations of one provider, under ids that all providers share."""

    conversations: Iterable[Stored]
    provider: str

    def __iter__(self) -> Iterator[Stored]:
        for one in self.conversations:
            if one["provider"] == self.provider:
                name = shared_id(one["id"], one["scenario"], one.get("row", ""))
                yield {**one, "id": name}


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
    """Turns with another text, in the order of `after`; repeated scenarios are left out.

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
