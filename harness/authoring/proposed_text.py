"""Proposes what is expected of one text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from harness.authoring.passages import (
    FEWEST_LETTERS,
    LONGEST,
    MOST_PASSAGES,
    key_sentences,
    letters_outside,
    passages,
)
from harness.checks.varying import pattern_for, varying_in
from harness.core import Json, value_class
from harness.formats.template import literal


@value_class(frozen=True, slots=True, kw_only=True)
class ProposedText:
    """The checks that are proposed for a text, and what varies in it."""

    checks: Mapping[str, Json]
    """By their names; empty if the text says nothing that stays the same."""
    by_form: tuple[str, ...] = ()
    """What varies, and is expected by its form."""
    left_out: tuple[str, ...] = ()
    """What varies, and is not expected at all."""


def proposed_texts(texts: Sequence[str]) -> Sequence[ProposedText]:
    """What is proposed for each message of a reply.

    If anything is proposed for several messages, something is for each of them.
    """
    proposed = [proposed_text(text) for text in texts]
    if len(texts) == 1 or not any(one.checks for one in proposed):
        return proposed
    return [one if one.checks else _whole(text) for text, one in zip(texts, proposed, strict=True)]


def proposed_text(text: str) -> ProposedText:
    """What is proposed for a text: all of a short one, the key sentences of a long one.

    The first of these sentences with something that varies becomes a pattern. Of the others, the
    parts around what varies are expected.
    """
    formed = next(filter(_has_a_form, key_sentences(text)), "")
    contains = passages(text, without=formed)[: MOST_PASSAGES - bool(formed)]
    by_form = _varying(formed)
    return ProposedText(
        checks=_checks(text, contains, pattern_for(formed)),
        by_form=tuple(by_form),
        left_out=tuple((Counter(_varying(text)) - Counter(by_form)).elements()),
    )


def _checks(text: str, contains: Sequence[str], pattern: str) -> dict[str, Json]:
    plain = text.strip()
    if [*contains] == [plain] and len(plain) < FEWEST_LETTERS:
        # Such a text is in almost every other one.
        return {"equals": literal(text)}
    checks: dict[str, Json] = {}
    if contains:
        checks["contains"] = literal(contains[0] if len(contains) == 1 else [*contains])
    if pattern:
        checks["matches"] = literal(pattern)
    return checks


def _whole(text: str) -> ProposedText:
    """All of a text that says nothing that stays the same, with what varies by its form."""
    if varying := _varying(text):
        pattern = literal(f"^{pattern_for(text)}$")
        return ProposedText(checks={"matches": pattern}, by_form=tuple(varying))
    return ProposedText(checks={"equals": literal(text)})


def _has_a_form(sentence: str) -> bool:
    """Whether something varies in a sentence that can be expected by its form."""
    is_usable = len(sentence) <= LONGEST and letters_outside(sentence) >= FEWEST_LETTERS
    return is_usable and bool(_varying(sentence))


def _varying(text: str) -> list[str]:
    return [text[start:stop] for start, stop in varying_in(text)]
