"""Where the questions to judges are in a conversation, in the order in which people read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any

from harness.conversation import Outcome

Stored = Mapping[str, Any]


class Rank(IntEnum):
    """Which questions come first on the judges' page."""

    DIFFERS = 0
    """Answers that count say different things."""
    NOT_COUNTED = 1
    """An answer does not count."""
    RED = 2
    """The check failed or is broken."""
    AGREED = 3


def judged_in(conversation: Stored) -> Iterator[list[int]]:
    """Of each question its rank, check, number within the check, and take; 0 without takes."""
    for take in conversation.get("takes", (conversation,)):
        for position, check in enumerate(take.get("checks", ())):
            for number, judged in enumerate(check.get("judged", ())):
                yield [_rank(judged, check), position, number, take.get("take", 0)]


def _rank(judged: Stored, check: Stored) -> Rank:
    answers = judged["answers"]
    counting = [answer["votes"] for answer in answers if "code" not in answer and "votes" in answer]
    for name in judged["criteria"]:
        said = {(votes[name]["verdict"], votes[name].get("level")) for votes in counting}
        if len(said) > 1:
            return Rank.DIFFERS
    if len(counting) < len(answers):
        return Rank.NOT_COUNTED
    is_red = check["outcome"] in (Outcome.FAILED, Outcome.BROKEN)
    return Rank.RED if is_red else Rank.AGREED
