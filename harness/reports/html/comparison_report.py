"""Writes a page that shows two runs, or two providers of a run, side by side."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.core import Json, value_class
from harness.reports.html.page_file import PackedBlocks, Packer, PageParts, write_page
from harness.reports.html.side_by_side import Sides, row_of_pair, side_by_side
from harness.reports.results.results_writer import dump

SCRIPTS = ("dom", "store", "theme", "compare")
PAGE = PageParts(template="compare.html.jinja", scripts=SCRIPTS, styles=("style", "compare"))
_HEAD = ("project", "mode", "started", "commit", "branch", "changed", "command", "run")

Stored = Mapping[str, Any]


@value_class(frozen=True, slots=True, kw_only=True)
class ComparedSide:
    """One of the two things that are compared."""

    name: str
    """`before`, `after`, or the name of a provider."""
    head: Stored
    """Of its results."""
    conversations: Iterable[Stored]
    """As results.json has them, each with an id that the other side can have too."""


def write_comparison(path: Path, before: ComparedSide, after: ComparedSide) -> None:
    """Write the page: the conversations in the order of `after`, then the others.

    The conversations of `before` are in memory, compressed. Raises `OSError` and `NoResults`.
    """
    counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    differing: Counter[str] = Counter()
    rows = Packer()
    with PackedBlocks(path) as blocks:
        for name, sides in _pairs(before.conversations, after.conversations):
            pair = side_by_side(name, sides)
            row = row_of_pair(name, sides, pair)
            for count, outcome in zip(counts, row["outcomes"], strict=True):  # type: ignore[arg-type]  # two
                count.update([str(outcome)] if outcome else [])
            differing.update(str(kind) for kind in pair["differs"])  # type: ignore[union-attr]  # a list
            rows.add(dump(row))
            blocks.add(dump(pair))
        head: dict[str, Json] = {
            "sides": [
                _side(side, count) for side, count in zip((before, after), counts, strict=True)
            ],
            "differing": dict(differing),
        }
        title = f"{before.name} and {after.name}"
        write_page(
            path, PAGE, title=title, head={"head": head, "rates": []}, rows=rows, blocks=blocks
        )


def _side(side: ComparedSide, outcomes: Counter[str]) -> Json:
    kept = {name: side.head[name] for name in _HEAD if side.head.get(name)}
    return {**kept, "name": side.name, "outcomes": dict(outcomes)}


def _pairs(before: Iterable[Stored], after: Iterable[Stored]) -> Iterator[tuple[str, Sides]]:
    old = {one["id"]: zlib.compress(json.dumps(one).encode(), 1) for one in before}
    for new in after:
        packed = old.pop(new["id"], None)
        yield new["id"], (None if packed is None else json.loads(zlib.decompress(packed)), new)
    for name, packed in old.items():
        yield name, (json.loads(zlib.decompress(packed)), None)
