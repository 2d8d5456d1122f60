"""Draws what people shall label, so that the judge's yes and no both occur."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from harness.conversation.rulings import NO, YES
from harness.evaluation.calibrating.recorded_rulings import RecordedRuling

SEED = "calibration-1"
"""Makes the order; fixed, so that everybody labels the same."""


def drawn(found: Iterable[RecordedRuling], count: int) -> Sequence[RecordedRuling]:
    """As many of what was decided as wanted: half of them yes and half no, as far as there are.

    In a random order that depends on nothing but the content, so that it says nothing about the
    verdicts, and that further recordings do not change what was drawn from each verdict much.
    Within a verdict, each is as likely as another.
    """
    unique = {one.ruling.asked.key: one for one in found if one.ruling.verdict}
    ordered = sorted(unique.values(), key=_order)
    said = {one: [two for two in ordered if two.ruling.verdict == one] for one in (YES, NO)}
    fewer = min(count // 2, len(said[NO]))
    of_yes = min(count - fewer, len(said[YES]))
    chosen = [*said[YES][:of_yes], *said[NO][: count - of_yes]]
    return sorted(chosen, key=_order)


def _order(found: RecordedRuling) -> str:
    return hashlib.blake2s(f"{SEED}{found.ruling.asked.key}".encode()).hexdigest()
