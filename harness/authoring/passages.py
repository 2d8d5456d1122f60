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
_CLOSING = re.compile(r"""\A(?:[\s.,;:!?…)\]}"”»]|['\u2019](?!\w))+""")
"""Punctuation after a value that is left out."""
_OPENING = re.compile(r"""[\s(\[{"“„«'\u2018#]+\Z""")
"""Punctuation before one."""


def key_sentences(text: str) -> Sequence[str]:
    """A short text as a whole; of a long one, its first sentence and those that have figures."""
    plain = text.strip()
    if len(plain) <= SHORT and "\n" not in plain:
        return (plain,)
    first, *further = _sentences(plain)
    return (first, *filter(_FIGURE.search, further))


def passages(text: str, without: str = "") -> Sequence[str]:
    """The passages of a text that are expected, from its key sentences but the one in `without`.

    What varies from run to run is left out, and splits a sentence.
    """
    found: dict[str, None] = {}
    for number, sentence in enumerate(key_sentences(text)):
        parts = stable_parts(sentence) if sentence != without else ()
        found |= dict.fromkeys(one for one in parts if not number or _FIGURE.search(one))
    return tuple(found)[:MOST_PASSAGES]


def common_passages(texts: Sequence[str], kept: Collection[str] = ()) -> Iterator[str]:
    """The passages of the first text that all texts contain; those with figures first.

    What varies is left out, unless the noun of its form is in `kept`.
    """
    formed = [normal(text) for text in texts]
    sentences = _sentences(texts[0])
    found = dict.fromkeys(part for one in sentences for part in stable_parts(one, kept))
    common = [one for one in found if all(normal(one) in text for text in formed)]
    yield from sorted(common, key=lambda one: _FIGURE.search(one) is None)


def stable_parts(text: str, kept: Collection[str] = ()) -> Iterator[str]:
    """A text without what varies; each part is at most `LONGEST` characters.

    What has a form of the nouns in `kept` stays. A part does not begin or end with punctuation
    that belongs to what is left out.
    """
    end = 0
    spans = zip(varying_in(text), nouns_in(text), strict=True)
    left_out = [span for span, (noun, _) in spans if noun not in kept]
    for start, stop in (*left_out, (len(text), len(text))):
        part = text[end:start].strip()
        if end:
            part = _CLOSING.sub("", part)
        if start < len(text):
            part = _OPENING.sub("", part)
        # The few letters between two dates are in almost every text.
        if _WORD.search(part) and (part == text or len(_WORD.findall(part)) >= FEWEST_LETTERS):
            yield _cut(part)
        end = stop


def letters_outside(text: str) -> int:
    """How many letters and digits a text has apart from what varies."""
    inside = sum(len(_WORD.findall(text[start:stop])) for start, stop in varying_in(text))
    return len(_WORD.findall(text)) - inside


def _sentences(text: str) -> list[str]:
    lines = filter(None, map(str.strip, text.splitlines()))
    return [sentence for line in lines for sentence in _sentences_of(line)] or [text]


def _sentences_of(line: str) -> Iterator[str]:
    """The sentences of a line; the full stop in `2. March 2026` does not end one."""
    inside = list(varying_in(line))
    start = 0
    for match in _SENTENCE.finditer(line):
        end = match.end()
        if not any(first < end < last for first, last in inside):
            yield line[start:end].strip()
            start = end


def _cut(passage: str) -> str:
    if len(passage) <= LONGEST:
        return passage
    return passage[:LONGEST].rpartition(" ")[0] or passage[:LONGEST]
