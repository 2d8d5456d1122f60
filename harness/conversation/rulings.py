"""What a judge decided about one criterion, and exactly what was asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from harness.core import Json, value_class

YES, NO, UNKNOWN = "yes", "no", "unknown"
"""What a judge or a person says about a criterion."""


@value_class(frozen=True, slots=True, kw_only=True)
class JudgedCriterion:
    """A criterion, and what it is decided about. It contains all that a question is made of."""

    criterion: str
    """Its name."""
    criteria: Mapping[str, str]
    """All criteria of the question by name, this one among them; for a scale, its levels."""
    scale: Mapping[str, Json] | None = None
    """`levels`, `at_least` and `at_most`; None if it is not a scale."""
    seen: str
    """What it is about, in words: `the bot's reply`."""
    data: Json
    """What the judge sees of the conversation."""
    reference: str = ""
    """A reply that would be right; empty if none is given."""

    @property
    def words(self) -> str:
        """What must be true."""
        return self.criteria[self.criterion]

    @property
    def key(self) -> str:
        """A hash of what has to be decided. Other criteria of the question do not change it."""
        content = [self.words, self.scale, self.seen, self.data, self.reference]
        text = json.dumps(content, sort_keys=True)
        return hashlib.blake2s(text.encode(), digest_size=12).hexdigest()


@value_class(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a judge decided about a criterion."""

    judge: str
    """Its name in harness.yaml."""
    asked: JudgedCriterion
    verdict: str = ""
    """`yes` or `no`; empty if it did not decide."""
    answers: tuple[str, ...] = ()
    """What each answer says, in order; empty for one that does not count."""
