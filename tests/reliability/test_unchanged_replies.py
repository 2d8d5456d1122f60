"""Nothing notices the recorded replies, however often and in whichever order they are replayed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import harness
from harness.evaluation.strength import CannotMeasure, StrengthMeter
from harness.project.plan import Play
from harness.project.project import Project
from tests.docs.blocks import ROOT
from tests.reliability.size import runs
from tests.strength.unchanged import kills_of_unchanged

RUNS = runs(3, 100)
OF_EACH = runs(1, 10_000)
"""Plays of each provider; in the long run, all."""


def _plays() -> list[Play]:
    """Plays of the example suite, of all its providers."""
    of_provider: dict[str, list[Play]] = {}
    for one in harness.plan(config=ROOT / "harness.yaml").scenarios:
        of_provider.setdefault(one.play.provider, []).append(one.play)
    return [play for plays in of_provider.values() for play in plays[:OF_EACH]]


def _run(plays: Sequence[Play], every: Sequence[Play]) -> tuple[int, list[str]]:
    """Replies that were judged in a project that is read again, and what noticed one of them."""
    project = Project.at(ROOT / "harness.yaml")
    meter = StrengthMeter(project, every)
    judged, kills = 0, []
    for play in plays:
        try:
            conversation = meter.conversation(play)
        except CannotMeasure:
            continue
        judged += len(conversation.turns)
        found = kills_of_unchanged(conversation, project.vocabulary)
        kills += [f"{play.name}: {one}" for one in found]
    return judged, kills


def test_an_unchanged_reply_kills_nothing() -> None:
    """The same replies are judged in every run, in another order, and none of them is noticed."""
    random, every = Random(14), _plays()  # noqa: S311  # no secret
    judged, kills = set(), []
    for _ in range(RUNS):
        found, noticed = _run(random.sample(every, len(every)), every)
        judged.add(found)
        kills += noticed

    assert kills == []
    assert len(judged) == 1
    assert judged.pop() > len(every) // 2
