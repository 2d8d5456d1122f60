"""Whether any number fulfils several comparisons together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from harness.checks.check import BadExpectation
from harness.checks.matcher import Matcher, all_expected, first_complaint
from harness.core.typing import Json


def require_possible(written: Json, matchers: Sequence[Matcher], *, is_count: bool) -> None:
    """Raise `BadExpectation` `matches-nothing` where no value fulfils all of the matchers.

    They are those of a number, or of a mapping of comparisons. A count is a whole number from 0.
    """
    tried = counts_around(written) if is_count else _values_around(written)
    if any(not first_complaint(matchers, value, ()) for value in tried):
        return
    what = "count" if is_count else "value"
    raise BadExpectation("matches-nothing", f"no {what} is {all_expected(matchers)}")


def counts_around(written: Json) -> Sequence[int]:
    """Counts of which one fulfils the comparisons where any does: those beside their limits."""
    limits = [one for one in _values_in(written) if _is_number(one)]
    near = (math.floor(limit) + step for limit in limits for step in (-1, 0, 1, 2))  # type: ignore[arg-type]  # a number
    return sorted({0, *(number for number in near if number >= 0)})


def _values_around(written: Json) -> Sequence[Json]:
    values = list(_values_in(written))
    limits = sorted(one for one in values if _is_number(one))  # type: ignore[type-var]  # numbers
    between = [(low + high) / 2 for low, high in pairwise(limits)]  # type: ignore[operator]  # numbers
    ends = [limits[0] - 1, limits[-1] + 1] if limits else []  # type: ignore[operator]  # numbers
    return [*values, *between, *ends]


def _values_in(written: Json) -> Iterator[Json]:
    for one in written.values() if isinstance(written, Mapping) else (written,):
        yield one
        yield from one if isinstance(one, list | tuple) else ()


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
