"""Which messages of two replies belong together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from harness.checks.pairing import align
from harness.checks.text_forms import normal
from harness.conversation import Reply, ReplyMessage
from harness.core import value_class

MOST_PAIRED = 40
"""Messages on a side whose texts are compared to find the nearest; others are paired in order."""
LONGEST = 4_000
"""Characters of a text that are compared to find the nearest."""


@value_class(frozen=True, slots=True, kw_only=True)
class Pairing:
    """The messages of two replies."""

    pairs: tuple[tuple[ReplyMessage, ReplyMessage], ...]
    only_old: tuple[ReplyMessage, ...]
    only_new: tuple[ReplyMessage, ...]


def paired(old: Reply, new: Reply, *, in_order: bool) -> Pairing:
    """Pair the messages with equal texts, then those with the nearest texts.

    Messages are left over only on the side that has more of them.
    """
    befores, afters = ([message.text for message in reply.messages] for reply in (old, new))
    pairs = paired_texts(befores, afters, in_order=in_order)
    taken_old, taken_new = {before for before, _ in pairs}, {after for _, after in pairs}
    return Pairing(
        pairs=tuple((old.messages[i], new.messages[j]) for i, j in sorted(pairs)),
        only_old=tuple(m for i, m in enumerate(old.messages) if i not in taken_old),
        only_new=tuple(m for j, m in enumerate(new.messages) if j not in taken_new),
    )


def paired_texts(
    befores: Sequence[str], afters: Sequence[str], *, in_order: bool = True
) -> list[tuple[int, int]]:
    """The indexes of texts that belong together: equal ones, then the nearest."""
    olds, news = ([normal(text) for text in texts] for texts in (befores, afters))
    equal = [[old == new for new in news] for old in olds]
    found = align(equal, [True] * len(olds), len(news), in_order=in_order)
    return [*found.pairs, *_nearest(found.missing, found.surplus, olds, news)]


def _nearest(
    olds: Sequence[int], news: Sequence[int], befores: Sequence[str], afters: Sequence[str]
) -> Iterator[tuple[int, int]]:
    if len(olds) == len(news) or max(len(olds), len(news)) > MOST_PAIRED:
        yield from zip(olds, news, strict=False)
        return
    likeness = sorted((-_likeness(befores[i], afters[j]), i, j) for i in olds for j in news)
    left_old, left_new = set(olds), set(news)
    for _, i, j in likeness:
        if i in left_old and j in left_new:
            left_old.remove(i)
            left_new.remove(j)
            yield i, j


def _likeness(old: str, new: str) -> float:
    return SequenceMatcher(None, old[:LONGEST], new[:LONGEST], autojunk=False).quick_ratio()
