"""Several ways to say one thing, as rows beside those of the matrix."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from harness.core.values import value_class
from harness.formats.yaml import Node
from harness.scenario.names import MOST_ROWS, joined_names, row_name, slug, unique_name
from harness.scenario.scenario import MatrixRow


class TooManyRows(Exception):
    """A scenario would have so many rows."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


@value_class(frozen=True, slots=True)
class _Choice:
    """One utterance of a turn."""

    turn: int
    index: int
    name: str
    """Empty where the turn says nothing else."""
    former: str


def spoken_rows(
    rows: Sequence[MatrixRow], spoken: Mapping[int, Node], identifier: str, taken: set[str]
) -> tuple[MatrixRow, ...]:
    """Every row with every combination of the utterances that are picked.

    `spoken` holds the messages that have several, by the number of their turn. A sample is drawn
    with the scenario's id where it names no seed, so it is the same in every run. Former names
    that are `taken` get a number; the new ones are taken then. Raises `TooManyRows`.
    """
    if not spoken and not taken:
        taken.update(row.former for row in rows)
        return tuple(rows)
    choices = [tuple(_choices(turn, user, identifier)) for turn, user in spoken.items()]
    count = len(taken) + len(rows) * math.prod(map(len, choices))
    if count > MOST_ROWS:
        raise TooManyRows(count)
    return tuple(_combined(rows, choices, taken))


def _combined(
    rows: Sequence[MatrixRow], choices: Sequence[tuple[_Choice, ...]], taken: set[str]
) -> Iterator[MatrixRow]:
    for row in rows:
        for picked in product(*choices):
            former = [name for name in (row.former, *(one.former for one in picked)) if name]
            yield replace(
                row,
                name=joined_names(row.name, *(one.name for one in picked)),
                former=unique_name(slug(former), taken) if former else "",
                said={one.turn: one.index for one in picked},
            )


def _choices(turn: int, user: Node, identifier: str) -> Iterator[_Choice]:
    texts = [str(one.as_written) for one in user.at("utterances")]
    picked = _picked(texts, user.get("pick"), f"{identifier}/{turn}")
    for index in picked:
        said = [texts[index]] if len(picked) > 1 else []
        name, former = (row_name(said), slug(said)) if said else ("", "")
        yield _Choice(turn, index, name, former)


def _picked(texts: Sequence[str], pick: Node | None, otherwise: str) -> list[int]:
    """Places of the utterances that are said, in their order."""
    every = list(range(len(texts)))
    if pick is None or pick.value == "all":
        return every
    if pick.value == "first":
        return every[:1]
    seed = pick.text_of("seed") or otherwise
    # By each text's own hash: what is added or moved changes little of what is drawn.
    drawn = sorted(every, key=lambda index: _drawn(seed, texts[index]))
    return sorted(drawn[: int(str(pick.at("sample").value))])


def _drawn(seed: str, text: str) -> bytes:
    return hashlib.blake2s(f"{seed}/{text}".encode(), digest_size=8).digest()
