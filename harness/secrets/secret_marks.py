"""The mark of a secret, and replacing secrets by marks."""

from __future__ import annotations

import bisect
import re

from harness.core import value_class

MARK = re.compile(r"<redacted:[A-Za-z0-9_.-]*>")

Chunks = tuple[tuple[float, int], ...]
"""Seconds and length in bytes."""


@value_class(frozen=True, slots=True)
class Span:
    """A secret in a text: its offsets, and the mark that replaces it."""

    start: int
    end: int
    mark: str

    @property
    def name(self) -> str:
        """The name of the secret in the mark."""
        return self.mark.strip('"').removeprefix("<redacted:").removesuffix(">")


def mark(name: str) -> str:
    """The mark that replaces a secret of this name."""
    return f"<redacted:{re.sub(r'[^A-Za-z0-9_.-]', '_', name)}>"


def merged(found: list[Span], text: str) -> list[Span]:
    """The spans in order and without overlap, and without those in marks that are there already."""
    marks = [match.span() for match in MARK.finditer(text)]
    joined: list[Span] = []
    # A mark that replaces a number in JSON is in quotes.
    order = sorted(found, key=lambda one: (one.start, -one.end, one.mark[:1] != '"'))
    for span in order:
        if any(start < span.end and span.start < end for start, end in marks):
            continue
        if joined and span.start < joined[-1].end:
            last = joined[-1]
            joined[-1] = Span(last.start, max(last.end, span.end), last.mark)
        else:
            joined.append(span)
    return joined


def replaced(text: str, spans: list[Span]) -> str:
    """The text with each span replaced by its mark."""
    parts, at = [], 0
    for span in spans:
        parts += [text[at : span.start], span.mark]
        at = span.end
    return "".join([*parts, text[at:]])


def moved(chunks: Chunks, spans: list[Span], before: int, after: int) -> Chunks:
    """The chunks with their lengths after the replacement; `before` and `after` are the body's."""
    if not chunks:
        return chunks
    ends = [span.end for span in spans]
    shifts = [0]
    for span in spans:
        shifts.append(shifts[-1] + len(span.mark) - (span.end - span.start))
    found, old, new = [], 0, 0
    for at, length in chunks:
        old += length
        index = bisect.bisect_right(ends, old)
        place = old + shifts[index]
        if index < len(spans) and spans[index].start < old:
            place = spans[index].start + shifts[index] + len(spans[index].mark)
        place = after if old >= before else min(place, after)
        found.append((at, place - new))
        new = place
    return tuple(found)
