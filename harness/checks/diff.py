"""What differs between the expected and the actual, in lines that fit a screen."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from harness.checks.pairing import unpaired
from harness.core import Json, Path, counted, is_same, shorten, show, value_class
from harness.core.code_points import passage_alike, telling, without_unseen
from harness.formats.json_path import path_text

MOST_LINES = 12
LONGEST_LINE = 160
LONGEST_PAIR = 100
"""Characters of two texts that stand in one line, whole where both are shorter together."""
LONGEST_COMPARED = 4_000
"""Characters of a text in which a difference is looked for."""
LONGEST_WANTED = 200
"""Characters of a passage of which the nearest is looked for."""
LARGEST_COMPARED = 100_000
"""Characters of JSON in which differences are looked for, which takes seconds beyond."""
NEAR = 0.75
"""From which likeness, between 0 and 1, a passage is shown as the nearest."""


@value_class(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How much alike two values must be."""

    unordered: bool = False
    """Lists may have their items in any order."""
    tolerance: float = 0.0
    """How far two numbers may lie apart."""

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
        if isinstance(one, bool) or isinstance(other, bool) or not self.tolerance:
            return False
        if not isinstance(one, int | float) or not isinstance(other, int | float):
            return False
        try:
            return abs(one - other) <= self.tolerance
        except OverflowError:
            # A whole number beyond every float is near no float.
            return False


EXACTLY = Likeness()
"""Equal, in the same order."""


def difference(
    expected: Json, actual: Json, at: Path = (), likeness: Likeness = EXACTLY
) -> tuple[str, ...]:
    """The differences between two values, one a line; empty where they are alike.

    `at` is where both stand; it is put before the places that differ.
    """
    if isinstance(expected, str) and isinstance(actual, str):
        return text_difference(expected, actual)
    if not _is_nested(expected) or not _is_nested(actual):
        is_alike = likeness.holds(expected, actual)
        return () if is_alike else (f"- {show(expected)}", f"+ {show(actual)}")
    if any(len(json.dumps(one, default=str)) > LARGEST_COMPARED for one in (expected, actual)):
        return ("too large to be compared part by part",)
    return _clip(_nested(expected, actual, at, likeness))


def text_difference(expected: str, actual: str) -> tuple[str, ...]:
    """Line by line, `-` what was expected and `+` what came; a long line from where it differs.

    Of texts that print alike, the characters that differ by their names.
    """
    if expected == actual:
        return ()
    if named := telling(expected, actual):
        return named
    one, other = expected[:LONGEST_COMPARED], actual[:LONGEST_COMPARED]
    if "\n" in one or "\n" in other:
        lines = difflib.unified_diff(one.splitlines(), other.splitlines(), lineterm="", n=1)
        return _clip(line for line in lines if not line.startswith(("---", "+++", "@@")))
    start = _first_difference(one, other)
    # Context before the point, so that the eye finds it.
    cut = max(0, start - 40)
    mark = "…" if cut else ""
    return _clip(
        (f"- {mark}{one[cut:]}", f"+ {mark}{other[cut:]}", f"  {' ' * (start - cut + len(mark))}^")
    )


def named_difference(expected: Json, actual: Json) -> tuple[str, ...]:
    """Of two texts that print alike, the characters that differ; empty for anything else."""
    if not isinstance(expected, str) or not isinstance(actual, str):
        return ()
    return telling(expected, actual)


def what_looks_like(
    wanted: str, text: str, *, at: Literal["", "start", "end"] = ""
) -> tuple[str, ...]:
    """How a passage that prints as the wanted text differs from it; empty where there is none.

    `at` is where alone the passage is looked for.
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
    """The passage of a text that is most like the wanted one; empty where none is near."""
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
    return found.strip(".,;:!?\"'()")


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
        # Else two mappings with little in common are one difference, too long to be read.
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
            number, wanted = counts["new_repeat"], counts["old_repeat"]
            times = counted(number, "time")
            where = path_text((*at, *change.path(output_format="list")[:-1]))
            yield f"~ {where} has {show(change.t1)} {times}, expected {wanted}"
        elif not likeness.holds(change.t1, change.t2):
            wanted, found_now = _around_difference(change.t1, change.t2)
            yield f"~ {place} is {show(found_now)}, expected {show(wanted)}"
            yield from (f"  {line}" for line in named_difference(change.t1, change.t2))


def _around_difference(expected: Json, actual: Json) -> tuple[Json, Json]:
    """Two values as they are shown side by side; of long texts, where they differ."""
    if not isinstance(expected, str) or not isinstance(actual, str):
        return expected, actual
    if len(expected) + len(actual) <= LONGEST_PAIR:
        return expected, actual
    start = max(0, _first_difference(expected, actual) - LONGEST_PAIR // 8)
    end = start + LONGEST_PAIR // 2
    return _cut(expected, start, end), _cut(actual, start, end)


def _cut(text: str, start: int, end: int) -> str:
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def _without_near(changes: list[tuple[str, Any]], likeness: Likeness) -> list[tuple[str, Any]]:
    """Without items that were found again: the library looks for equal ones only."""
    gone = [pair for pair in changes if pair[0] == "iterable_item_removed"]
    came = [pair for pair in changes if pair[0] == "iterable_item_added"]

    def is_found_again(one: tuple[str, Any], other: tuple[str, Any]) -> bool:
        is_neighbour = one[1].up.path() == other[1].up.path()
        return is_neighbour and likeness.holds(one[1].t1, other[1].t2)

    lost, new = unpaired(gone, came, is_found_again)
    rest = [pair for pair in changes if pair not in gone and pair not in came]
    return [*rest, *(gone[index] for index in lost), *(came[index] for index in new)]


def _is_nested(value: Json) -> bool:
    return isinstance(value, Mapping | list | tuple)


def _first_difference(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _clip(lines: Iterable[str]) -> tuple[str, ...]:
    every = [shorten(line, LONGEST_LINE) for line in lines]
    if len(every) <= MOST_LINES:
        return tuple(every)
    return (*every[:MOST_LINES], f"… and {len(every) - MOST_LINES} more lines")
