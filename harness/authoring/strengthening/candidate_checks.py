"""Checks that may notice the surviving changes of a turn, each as little of a reply as will do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from harness.authoring.passages import passages
from harness.authoring.proposing import checks_of
from harness.checks.varying import form_of, varying_in
from harness.conversation import Reply
from harness.core import Json, Path
from harness.evaluation.strength import Mutant, Mutator
from harness.evaluation.strength.text_changes import ERROR, first_difference
from harness.formats.json_path import path_text
from harness.formats.template import literal

AROUND = ((2, 1), (1, 1), (0, 2), (0, 3), (2, 2), (3, 3), (5, 4))
"""Words before and behind a change that are expected with it; the first with substance is short."""
LONG_WORD = 4
"""Letters of a word that says what a phrase is about."""
FIRST_WORDS = 3
"""Of a message that is recognised by its beginning: with the first word, or after it."""
LONGEST = 2000
"""Characters of a check; a longer one is not proposed, because nobody would read it."""
OF_AN_ERROR = ERROR.partition(" ")[0]
_WORD = re.compile(r"\S+")
_ENDS = ".!?…"
_EDGES = " \t.,;:!?()[]\"'*_`…"  # the marks of all texts

Candidate = tuple[str, Json]
"""A check by its name, and its value as an author writes it."""


def candidates_for(
    reply: Reply, survivors: Sequence[tuple[Mutant, Reply]], fields: dict[str, tuple[Path, Json]]
) -> list[Candidate]:
    """Checks on a reply that may notice survivors, each once.

    `survivors` are changes with the replies that they make; `fields` has the first place and the
    value of each scalar field that was changed, by its path.
    """
    found: dict[str, Candidate] = {}
    for candidate in _all(reply, survivors, fields):
        written = repr(candidate)
        if len(written) <= LONGEST:
            found.setdefault(written, candidate)
    return list(found.values())


def _all(
    reply: Reply, survivors: Sequence[tuple[Mutant, Reply]], fields: dict[str, tuple[Path, Json]]
) -> Iterator[Candidate]:
    for _, changed in survivors:
        yield from _around_changes(reply, changed)
    proposed = checks_of(reply)
    for name in ("actions", "products", "attachments", "tools"):
        if name in proposed:
            yield name, proposed[name]
    if len(reply.messages) != 1 or "messages" in proposed:
        yield "messages", {"count": len(reply.messages)}
    for message in reply.messages:
        yield from (("contains", literal(passage)) for passage in passages(message.text))
    yield from _in_order(reply)
    if any(mutant.change is Mutator.ERROR_APPENDED for mutant, _ in survivors):
        yield "not_contains", OF_AN_ERROR
    for path in dict.fromkeys(path for mutant, _ in survivors for path in mutant.paths):
        if path in fields:
            place, value = fields[path]
            yield "json", {path_text(place): _expected(value)}


def _expected(value: Json) -> Json:
    """The value of a field; of a text that varies in a part, such as an address, only its type."""
    is_partly_varying = isinstance(value, str) and form_of(value) is None and any(varying_in(value))
    return {"type": "string"} if is_partly_varying else literal(value)


def _around_changes(reply: Reply, changed: Reply) -> Iterator[Candidate]:
    """The words around the first difference of each message."""
    for before, after in zip(reply.messages, changed.messages, strict=False):
        if before.text != after.text:
            for phrase in phrases(before.text, after.text):
                yield "contains", literal(phrase)


def phrases(before: str, after: str) -> Iterator[str]:
    """The words around the first difference of two texts, in its sentence, without what varies."""
    words = list(_WORD.finditer(before))
    if not words or before == after:
        return
    start, end = first_difference(before, after)
    hit = [n for n, word in enumerate(words) if word.start() < end and word.end() > start]
    first = hit[0] if hit else len(words) - 1
    for around in AROUND:
        low, high = _within_sentence(words, first, around)
        phrase = before[words[low].start() : words[high].end()].strip(_EDGES)
        if _has_substance(phrase) and "\n" not in phrase and not any(varying_in(phrase)):
            yield phrase


def _within_sentence(
    words: Sequence[re.Match[str]], first: int, around: tuple[int, int]
) -> tuple[int, int]:
    """The first and the last word of a window that does not leave the sentence of a word."""
    low = high = first
    while low > max(0, first - around[0]) and words[low - 1][0][-1] not in _ENDS:
        low -= 1
    while high < min(len(words) - 1, first + around[1]) and words[high][0][-1] not in _ENDS:
        high += 1
    return low, high


def _has_substance(phrase: str) -> bool:
    """Whether a phrase is in few other replies: it has a figure with its word, or long words."""
    long = [word for word in phrase.split() if len(word) >= LONG_WORD]
    has_figure = any(map(str.isdigit, phrase)) and len(phrase.split()) > 1
    return len(long) > 1 or (bool(long) and has_figure)


def _in_order(reply: Reply) -> Iterator[Candidate]:
    """The messages in their order, each by some of its first words."""
    texts = [message.text for message in reply.messages]
    if len(texts) > 1 and all(text.strip() for text in texts):
        for skipped in (1, 0):
            starts = [_beginning(text, skipped) for text in texts]
            if all(starts) and all(one in text for one, text in zip(starts, texts, strict=True)):
                yield "replies", [{"contains": literal(one)} for one in starts]


def _beginning(text: str, skipped: int) -> str:
    """The first words of a text after those that are skipped; of a short one, the first."""
    words = text.split()
    first = skipped if len(words) >= skipped + FIRST_WORDS else 0
    return " ".join(words[first : first + FIRST_WORDS]).strip(_EDGES)
