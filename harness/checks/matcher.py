"""What a matcher is: a condition on a JSON value, such as `{less_than: 200}`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from harness.checks.arguments import is_number
from harness.checks.check import BadExpectation, Options
from harness.core import Json, Path, show, value_class
from harness.formats.json_path import path_text

Located = tuple[Path, Json]
"""A value with its place in the payload."""

Recall = Callable[[int], Json]
"""The value at the same path in an earlier turn; the list of all if the path may have several.

Raises `CheckCrashed` if there is no such turn, or no such value.
"""


@value_class(frozen=True, slots=True, kw_only=True)
class Matcher:
    """A condition on a JSON value."""

    expected: str
    """The words after "expected": `a number less than 200`."""
    complain: Callable[[Json, Path], str]
    """Says in a sentence what is wrong with the value at a path; empty if nothing is."""
    complain_of_all: Callable[[Sequence[Located], str], str] | None = None
    """For a condition on all matches of a path together; the text is the path."""
    accepts_nothing: bool = False
    """It may hold if nothing is at the path; `complain_of_all` decides."""
    hint_for_nothing: str = ""
    """What else may have been meant, if nothing is at the path."""
    wants_nothing: bool = False
    """It holds only if nothing is at the path."""
    resolve: Callable[[Recall], Matcher] | None = None
    """For a condition that depends on an earlier turn: makes the matcher that is used instead."""
    literal: tuple[Json, ...] = ()
    """The value that must be equal, in a tuple, to show a difference; empty if there is none."""


Compile = Callable[[Json, Options], tuple[Matcher, ...]]
"""Makes the matchers of a literal or a mapping of matchers; all of them must hold."""

Builder = Callable[[Json, Options, Compile], Matcher]
"""Makes one matcher of its value. Raises `BadExpectation`."""


def plain(expected: str, holds: Callable[[Json], bool]) -> Matcher:
    """A matcher that looks at one value and says what was expected instead."""

    def complain(value: Json, at: Path) -> str:
        if holds(value):
            return ""
        return f"{path_text(at)} is {show(value)}, expected {expected}"

    return Matcher(expected=expected, complain=complain)


def first_complaint(matchers: Sequence[Matcher], value: Json, at: Path) -> str:
    """What is wrong with one value; empty if all matchers hold."""
    for matcher in matchers:
        if complaint := matcher.complain(value, at):
            return complaint
    return ""


def require_limit(matchers: Sequence[Matcher], options: Options) -> None:
    """Refuse matchers that every count passes, and doubt those that every likely count passes.

    Raises `BadExpectation`.
    """
    likely = range(MOST_LIKELY if options.doubts is not None else 1)
    if any(first_complaint(matchers, count, ()) for count in likely):
        return
    shown = all_expected(matchers)
    if not first_complaint(matchers, _LARGEST, ()):
        raise BadExpectation("matches-everything", f"every count is {shown}", "write {at_least: 1}")
    options.doubt(f"every count from 0 to {MOST_LIKELY - 1} is {shown}", "set the intended count")


MOST_LIKELY = 100
"""A limit that accepts every count below this is doubtful."""
_LARGEST = 10**18
"""Matchers that both 0 and this count pass have no limit that anything reaches."""


def all_expected(matchers: Sequence[Matcher]) -> str:
    """What several matchers expect, in a sentence."""
    return " and ".join(matcher.expected for matcher in matchers)


def require_possible(written: Json, matchers: Sequence[Matcher], *, is_count: bool) -> None:
    """Raise `BadExpectation` `matches-nothing` if no value passes all of the matchers.

    They are those of a number, or of a mapping of comparisons. A count is a whole number from 0.
    """
    tried = counts_around(written) if is_count else _values_around(written)
    if any(not first_complaint(matchers, value, ()) for value in tried):
        return
    what = "count" if is_count else "value"
    raise BadExpectation("matches-nothing", f"no {what} is {all_expected(matchers)}")


def counts_around(written: Json) -> Sequence[int]:
    """The counts next to the limits of comparisons: if any count passes, one of these does."""
    limits = [one for one in _values_in(written) if is_number(one)]
    near = (math.floor(limit) + step for limit in limits for step in (-1, 0, 1, 2))
    return sorted({0, *(number for number in near if number >= 0)})


def _values_around(written: Json) -> Sequence[Json]:
    values = list(_values_in(written))
    limits = sorted(one for one in values if is_number(one))
    between = [(low + high) / 2 for low, high in pairwise(limits)]
    ends = [limits[0] - 1, limits[-1] + 1] if limits else []
    return [*values, *between, *ends]


def _values_in(written: Json) -> Iterator[Json]:
    for one in written.values() if isinstance(written, Mapping) else (written,):
        yield one
        yield from one if isinstance(one, list | tuple) else ()
