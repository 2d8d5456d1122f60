"""Limits on the size of regular expressions, as `a{5}` becomes five elements.

The library expands every counted repetition before it searches, with 280 bytes for each element,
so `a{999999999}` uses all memory. The size is computed beforehand, from the text alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST_REPEATED = 10_000
"""The most elements that the counted repetitions of a pattern can add: 3 MB, 4 ms to compile."""
LONGEST_PATTERN = 20_000
"""Characters."""

_ELEMENT = re.compile(
    r"""\(\?(?:[:=!>|]|<[=!]|P?<\w+>)      # the start of a group
      | \\[pPN]\{[^}]{0,99}\} | \\.       # a property of characters, an escape
      | \{(?P<least>\d*)(?P<more>,\d*)?\}  # how often
      | .""",
    re.VERBOSE | re.DOTALL,
)
_SET = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*+\]", re.DOTALL)


class PatternTooLarge(ValueError):
    """A pattern that is too long or repeats too much; its text is the reason."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.hint = hint


def require_size(pattern: str) -> None:
    """Raise `PatternTooLarge` if a pattern would use too much memory."""
    if len(pattern) > LONGEST_PATTERN:
        message = f"it has {len(pattern):,} characters, the limit is {LONGEST_PATTERN:,}"
        raise PatternTooLarge(message, "use several checks for its parts")
    if "{" in pattern and (repeated := _repeated(pattern)) > MOST_REPEATED:
        message = f"its repetitions add {repeated:,} elements, the limit is {MOST_REPEATED:,}"
        raise PatternTooLarge(message, "write '+' or '*' if the count does not matter")


def _repeated(pattern: str) -> int:
    """The number of elements that counted repetitions add to those in the text."""
    written = 0
    groups: list[int] = []
    size = last = 0
    for text, least in _elements(pattern):
        if text[0] == "(":
            groups.append(size)
            size = last = 0
        elif text == ")":
            last = size
            size += groups.pop() if groups else 0
        elif least is not None:
            added = last * (max(least, 1) - 1)
            last += added
            size += added
        else:
            last = 1
            size += 1
            written += 1
    return size + sum(groups) - written


def _elements(pattern: str) -> Iterator[tuple[str, int | None]]:
    """Each element of a pattern; for a counted repetition, its minimum."""
    at = 0
    has_sets = True
    while at < len(pattern):
        match = _SET.match(pattern, at) if has_sets and pattern[at] == "[" else None
        if match is None:
            # If one set has no end, no later one has.
            has_sets = has_sets and pattern[at] != "["
            match = _ELEMENT.match(pattern, at)
            assert match is not None  # noqa: S101  # its last part takes any character
        at = match.end()
        text, least = match[0], match.groupdict().get("least")
        is_count = least is not None and len(text) > len("{}")
        # Python reads no number of more than 4,300 digits; one of 18 is beyond every limit.
        yield text, int(least[:18] or "0") if is_count and least is not None else None
