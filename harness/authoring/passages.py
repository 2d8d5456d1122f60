"""The passages of a text that are worth expecting."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from harness.checks.text_forms import normal
from harness.checks.varying import nouns_in, varying_in

SHORT = 100
"""Characters: of a text up to this length, all is expected."""
LONGEST = 200
"""The most characters of a passage that are expected."""
MOST_PASSAGES = 3
"""Of a text."""
FEWEST_LETTERS = 4
"""Letters and digits of a part of a text that is expected."""
_SENTENCE = re.compile(r".+?(?:[.!?…](?=\s|$)|$)", re.DOTALL)
_FIGURE = re.compile(r"\d")
_WORD = re.compile(r"\w")


def passages(text: str) -> Sequence[str]:
    """The passages of a text that are expected: all of a short one.

    Of a long one, its first sentence, and the first further sentences that have figures. What
    varies from run to run is left out, and splits a sentence.
    """
    plain = text.strip()
    if len(plain) <= SHORT and "\n" not in plain:
        return tuple(_stable_parts(plain))[:MOST_PASSAGES]
    first, *further = map(_stable_parts, _sentences(plain))
    figures = (part for parts in further for part in parts if _FIGURE.search(part))
    return tuple(dict.fromkeys((*first, *figures)))[:MOST_PASSAGES]


def common_passages(texts: Sequence[str], kept: Collection[str] = ()) -> Iterator[str]:
    """The passages of the first text that all texts contain; those with figures first.

    What varies is left out, unless the noun of its form is in `kept`.
    """
    formed = [normal(text) for text in texts]
    sentences = _sentences(texts[0])
    found = dict.fromkeys(part for one in sentences for part in _stable_parts(one, kept))
    common = [one for one in found if all(normal(one) in text for text in formed)]
    yield from sorted(common, key=lambda one: _FIGURE.search(one) is None)


def _stable_parts(text: str, kept: Collection[str] = ()) -> Iterator[str]:
    """A text without what varies; each part is at most `LONGEST` characters.

    What has a form of the nouns in `kept` stays.
    """
    end = 0
    spans = zip(varying_in(text), nouns_in(text), strict=True)
    left_out = [span for span, (noun, _) in spans if noun not in kept]
    for start, stop in (*left_out, (len(text), len(text))):
        part = text[end:start].strip()
        # The few letters between two dates are in almost every text.
        if _WORD.search(part) and (part == text or len(_WORD.findall(part)) >= FEWEST_LETTERS):
            yield _cut(part)
        end = stop


def _sentences(text: str) -> list[str]:
    lines = filter(None, map(str.strip, text.splitlines()))
    return [match[0].strip() for line in lines for match in _SENTENCE.finditer(line)] or [text]


def _cut(passage: str) -> str:
    if len(passage) <= LONGEST:
        return passage
    return passage[:LONGEST].rpartition(" ")[0] or passage[:LONGEST]
