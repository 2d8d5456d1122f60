"""What differs between the expected and the actual, in lines that fit a screen."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Literal

from harness.checks.arguments import is_number
from harness.checks.pairing import unpaired
from harness.core import Json, Path, counted, is_same, shorten, show, value_class
from harness.core.code_points import first_difference, passage_alike, telling, without_unseen
from harness.formats.json_path import path_text

MOST_LINES = 12
LONGEST_LINE = 160
LONGEST_PAIR = 100
"""Characters of two texts in one line; if both together are shorter, they are shown whole."""
LONGEST_COMPARED = 4_000
"""Characters of a text that are compared."""
LONGEST_WANTED = 200
"""Characters of the longest passage for which the nearest one is searched."""
LARGEST_COMPARED = 100_000
"""Characters of JSON that are compared; more would take seconds."""
NEAR = 0.75
"""The likeness, between 0 and 1, from which a passage is shown as the nearest."""
_MARKS = ".,;:!?\"'()"
_NESTED = (Mapping, list, tuple)


@value_class(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How much alike two values must be."""

    unordered: bool = False
    """Lists may have their items in any order."""
    tolerance: float = 0.0
    """How far two numbers may differ."""

    def holds(self, one: Json, other: Json) -> bool:
        """Whether the values are alike."""
        if is_same(one, other):
            return True
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            return one.keys() == other.keys() and all(
                self.holds(one[key], other[key]) for key in one
            )
        if isinstance(one, list | tuple) and isinstance(other, list | tuple):
            if len(one) != len(other):
                return False
            if all(map(self.holds, one, other)):
                return True
            return self.unordered and not unpaired(one, other, self.holds)[0]
        return self._is_near(one, other)

    def _is_near(self, one: Json, other: Json) -> bool:
        if self.tolerance and is_number(one) and is_number(other):
            # A whole number beyond every float is not near any float.
            with suppress(OverflowError):
                return abs(one - other) <= self.tolerance
        return False


EXACTLY = Likeness()
"""Equal, in the same order."""


def difference(
    expected: Json, actual: Json, at: Path = (), likeness: Likeness = EXACTLY
) -> tuple[str, ...]:
    """The differences between two values, one a line; empty if they are alike.

    `at` is the path of both; it is put before the places that differ.
    """
    if isinstance(expected, str) and isinstance(actual, str):
        return text_difference(expected, actual)
    if not (isinstance(expected, _NESTED) and isinstance(actual, _NESTED)):
        is_alike = likeness.holds(expected, actual)
        return () if is_alike else (f"- {show(expected)}", f"+ {show(actual)}")
    if any(len(json.dumps(one, default=str)) > LARGEST_COMPARED for one in (expected, actual)):
        return ("too large to be compared part by part",)
    return _clip(_nested(expected, actual, at, likeness))


def text_difference(expected: str, actual: str) -> tuple[str, ...]:
    """The lines that differ: `-` was expected, `+` was found. A long line is cut at the front.

    If the texts print alike, the names of the characters that differ.
    """
    if expected == actual:
        return ()
    if named := telling(expected, actual):
        return named
    one, other = expected[:LONGEST_COMPARED], actual[:LONGEST_COMPARED]
    if "\n" in one or "\n" in other:
        lines = difflib.unified_diff(one.splitlines(), other.splitlines(), lineterm="", n=1)
        return _clip(line for line in lines if not line.startswith(("---", "+++", "@@")))
    start = first_difference(one, other)
    # Some context before the difference makes it easier to find.
    cut = max(0, start - 40)
    mark = "…" if cut else ""
    return _clip(
        (f"- {mark}{one[cut:]}", f"+ {mark}{other[cut:]}", f"  {' ' * (start - cut + len(mark))}^")
    )


def named_difference(expected: Json, actual: Json) -> tuple[str, ...]:
    """The names of characters that differ in two texts that print alike; empty for other values."""
    if not isinstance(expected, str) or not isinstance(actual, str):
        return ()
    return telling(expected, actual)


def what_looks_like(
    wanted: str, text: str, *, at: Literal["", "start", "end"] = ""
) -> tuple[str, ...]:
    """How a passage that prints like the wanted text differs from it; empty if there is none.

    With `at`, only the start or the end of the text is searched.
    """
    span = passage_alike(wanted, text, is_first=at == "start")
    if span is None:
        return ()
    start, end = span
    around = {"": "", "start": text[:start], "end": text[end:]}[at]
    if without_unseen(around).strip():
        return ()
    passage = text[0 if at == "start" else start : None if at == "end" else end]
    first, *others = telling(wanted, passage) or ("",)
    if not first:
        return ()
    return (f"what looks like {show(wanted)} {first.removeprefix('it ')}", *others)


def nearest(wanted: str, text: str) -> str:
    """The passage of a text that is most like the wanted one; empty if none is similar."""
    if len(wanted) > LONGEST_WANTED:
        return ""
    words = text[:LONGEST_COMPARED].split()
    size = max(1, len(wanted.split()))
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted.casefold())
    best, found = NEAR, ""
    for start in range(len(words) - size + 1):
        passage = " ".join(words[start : start + size])
        matcher.set_seq1(passage.casefold())
        if matcher.quick_ratio() > best and (likeness := matcher.ratio()) > best:
            best, found = likeness, passage
    # What ends the sentence around it belongs to the passage only where the wanted text has it.
    before = "" if wanted[:1] in _MARKS else _MARKS
    after = "" if wanted[-1:] in _MARKS else _MARKS
    return found.lstrip(before).rstrip(after)


def _nested(expected: Json, actual: Json, at: Path, likeness: Likeness) -> Iterator[str]:
    # Loaded only for a failure: it takes 0.13 s.
    from deepdiff import DeepDiff  # noqa: PLC0415

    found = DeepDiff(
        expected,
        actual,
        verbose_level=2,
        view="tree",
        ignore_order=likeness.unordered,
        report_repetition=likeness.unordered,
        # Otherwise two mappings with little in common are one difference, too long to read.
        threshold_to_diff_deeper=0,
    )
    changes = [(kind, one) for kind, several in found.items() for one in several]
    if likeness.unordered and likeness.tolerance:
        changes = _without_near(changes, likeness)
    # Its own order changes from run to run.
    changes.sort(key=lambda pair: [str(part) for part in pair[1].path(output_format="list")])
    for kind, change in changes:
        place = path_text((*at, *change.path(output_format="list")))
        if kind.endswith("_removed"):
            yield f"- {place} is missing: {show(change.t1)}"
        elif kind.endswith("_added"):
            yield f"+ {place} is not expected: {show(change.t2)}"
        elif kind == "repetition_change":
            counts = change.additional["repetition"]
            where = path_text((*at, *change.path(output_format="list")[:-1]))
            times = counted(counts["new_repeat"], "time")
            yield f"~ {where} has {show(change.t1)} {times}, expected {counts['old_repeat']}"
        elif not likeness.holds(change.t1, change.t2):
            wanted, found_now = _around_difference(change.t1, change.t2)
            yield f"~ {place} is {show(found_now)}, expected {show(wanted)}"
            yield from (f"  {line}" for line in named_difference(change.t1, change.t2))


def _around_difference(expected: Json, actual: Json) -> tuple[Json, Json]:
    """Two values as they are shown side by side; long texts are cut to where they differ."""
    if not isinstance(expected, str) or not isinstance(actual, str):
        return expected, actual
    if len(expected) + len(actual) <= LONGEST_PAIR:
        return expected, actual
    start = max(0, first_difference(expected, actual) - LONGEST_PAIR // 8)
    end = start + LONGEST_PAIR // 2
    return _cut(expected, start, end), _cut(actual, start, end)


def _cut(text: str, start: int, end: int) -> str:
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def _without_near(changes: list[tuple[str, Any]], likeness: Likeness) -> list[tuple[str, Any]]:
    """The changes without items that are near each other: the library pairs only equal ones."""
    removed = [pair for pair in changes if pair[0] == "iterable_item_removed"]
    added = [pair for pair in changes if pair[0] == "iterable_item_added"]

    def is_found_again(one: tuple[str, Any], other: tuple[str, Any]) -> bool:
        is_neighbour = one[1].up.path() == other[1].up.path()
        return is_neighbour and likeness.holds(one[1].t1, other[1].t2)

    lost, new = unpaired(removed, added, is_found_again)
    rest = [pair for pair in changes if pair not in removed and pair not in added]
    return [*rest, *(removed[index] for index in lost), *(added[index] for index in new)]


def _clip(lines: Iterable[str]) -> tuple[str, ...]:
    every = [shorten(line, LONGEST_LINE) for line in lines]
    if len(every) <= MOST_LINES:
        return tuple(every)
    return (*every[:MOST_LINES], f"… and {len(every) - MOST_LINES} more lines")
