"""`reading`: how easily the English text is read.

Source: J. P. Kincaid and others, Derivation of new readability formulas, 1975.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from harness.checks.arguments import OptionalKeys, keys_schema, unlike
from harness.checks.check import Judge, Kind, Options, Subject
from harness.checks.matcher import Matcher, all_expected, first_complaint
from harness.checks.matchers import compile_comparisons
from harness.checks.measures import require_library, words_of
from harness.checks.text_forms import said
from harness.checks.verdict import PASS, Verdict, failed, skipped
from harness.core import Json, value_class

if TYPE_CHECKING:
    from pyphen import Pyphen

_SENTENCE_END = re.compile(r"[.!?…]+[^\w\s]*(?:\s+|$)|\n+")


@value_class(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the formulas are calculated from."""

    words: int
    sentences: int
    syllables: int

    @property
    def grade(self) -> float:
        """Flesch-Kincaid: years of school that a reader needs."""
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59

    @property
    def ease(self) -> float:
        """Flesch: from about 0, very hard, to about 100, very easy."""
        return 206.835 - 1.015 * self.words / self.sentences - 84.6 * self.syllables / self.words


_LIKELY = {"grade": range(-3, 31), "ease": range(-100, 121)}
"""What may be limited, and the values of most texts."""


def _compile(value: Json, options: Options) -> Judge:
    parts = OptionalKeys(value, tuple(_LIKELY))
    limits = {name: found for name in _LIKELY if (found := parts.make(name, _limits))}
    for name, matchers in limits.items():
        likely = _LIKELY[name]
        if not any(first_complaint(matchers, one, ()) for one in likely):
            message = f"every likely {name} from {likely[0]} to {likely[-1]} is"
            options.doubt(f"{message} {all_expected(matchers)}", "set the intended limit")
    require_library("pyphen", check="reading", extra="text")

    def judge(subject: Subject) -> Verdict:
        counts = counts_of(subject.text)
        if counts is None:
            return skipped(f"{subject.name} has no words")
        for name, matchers in limits.items():
            number = round(getattr(counts, name), 1)
            if first_complaint(matchers, number, ()):
                return _failure(name, number, all_expected(matchers), subject, counts)
        return PASS

    return judge


def _limits(value: Json) -> tuple[Matcher, ...]:
    if not isinstance(value, Mapping):
        raise unlike(value, "a limit", "such as {at_most: 8}")
    return compile_comparisons(value)


def _failure(name: str, number: float, wanted: str, subject: Subject, counts: Counts) -> Verdict:
    per_sentence, per_word = counts.words / counts.sentences, counts.syllables / counts.words
    return failed(
        f"the reading {name} of {subject.name} is {number}, expected {wanted}",
        expected=f"a reading {name} of {wanted}",
        actual=f"{number}\n{said(subject.text)}",
        difference=(f"{per_sentence:.1f} words per sentence, {per_word:.2f} syllables per word",),
    )


def counts_of(text: str) -> Counts | None:
    """The counts of a text; None if it has no words."""
    words = words_of(text)
    if not words:
        return None
    sentences = sum(1 for part in _SENTENCE_END.split(text) if words_of(part))
    return Counts(words=len(words), sentences=sentences, syllables=sum(map(syllables_of, words)))


def syllables_of(word: str) -> int:
    """The syllables of an English word, as it is hyphenated; at least one."""
    return len(_hyphenation().positions(word)) + 1


@lru_cache(maxsize=1)
def _hyphenation() -> Pyphen:
    # Late: only this check needs it, so no other run loads it.
    from pyphen import Pyphen  # noqa: PLC0415

    return Pyphen(lang="en_US")


_LIMITS = keys_schema(
    {
        "less_than": {"type": "number"},
        "greater_than": {"type": "number"},
        "at_least": {"type": "number"},
        "at_most": {"type": "number"},
        "between": {"type": "array", "items": {"type": "number"}},
    }
)

READING = Kind(
    name="reading",
    schema={
        **keys_schema(
            {
                "grade": {**_LIMITS, "description": "Years of school, by Flesch and Kincaid."},
                "ease": {**_LIMITS, "description": "From 0, hard, to 100, easy, by Flesch."},
            }
        ),
        "description": "How easy the English text is to read.",
        "examples": [{"grade": {"at_most": 8}}, {"ease": {"at_least": 60}}],
    },
    compile=_compile,
    on="text",
    is_caseless=True,
    other_words="readability",
)
