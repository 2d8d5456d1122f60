"""Regular expressions in scenarios, with a limit on the time that one may take."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from harness.checks.check import BadExpectation
from harness.core import CheckCrashed, show
from harness.core.repetition import PatternTooLarge, require_size

if TYPE_CHECKING:
    import regex

SECONDS = 1.0
"""How long one search may take. The standard library's `re` has no such limit."""

LONGEST_TEXT = 1_000_000
"""Characters of a text that can be searched. Of a longer text, not even a part is searched."""

_PROBES = ("", "\x00", "Zq7", "Ω\n#")
"""Texts with nothing in common; a pattern that matches all of them matches every text."""

_LIKELY = ("Yes", "42", "你好", "مرحبا", "Grüße!")
"""What a bot may say."""


class Pattern:
    """A compiled regular expression."""

    __slots__ = ("_expression", "text")

    def __init__(self, text: str, *, ignore_case: bool = False) -> None:
        """Raises `BadExpectation` if the text is not a pattern."""
        self.text = text
        self._expression = _compile(text, ignore_case)

    def found(self, text: str) -> str | None:
        """The first part of a text that matches; None if nothing matches.

        Raises `CheckCrashed` if the text is longer than `LONGEST_TEXT`, or if the search takes
        longer than a second.
        """
        match = self._search(text)
        return None if match is None else str(match.group())

    def captured(self, text: str) -> str | None:
        """What the first group matched, or the whole pattern if it has no group.

        None if nothing matches, or if the group is not a part of the match. Raises as `found` does.
        """
        match = self._search(text)
        captured: str | None = match and match.group(1 if self._expression.groups else 0)
        return captured

    def _search(self, text: str) -> regex.Match[str] | None:
        if len(text) > LONGEST_TEXT:
            raise CheckCrashed(
                "pattern-text-too-long",
                f"the pattern {show(self.text)} cannot search a text of {len(text):,} characters,"
                f" the limit is {LONGEST_TEXT:,}",
                "look at a part of the reply, such as 'json' with a path to a shorter text",
            )
        try:
            return self._expression.search(text, timeout=SECONDS)
        except MemoryError as error:
            raise CheckCrashed(
                "pattern-timeout",
                f"the pattern {show(self.text)} ran out of memory on one text",
                "use groups that do not capture: (?:…) instead of (…)",
            ) from error
        except TimeoutError as error:
            raise CheckCrashed(
                "pattern-timeout",
                f"the pattern {show(self.text)} took longer than {SECONDS:g} s on one text",
                "avoid a repetition inside a repetition, such as (a+)+",
            ) from error

    @property
    def says_little(self) -> bool:
        """Whether it matches texts that have nothing in common, except that they are not empty."""
        return self._is_found_in_all(_LIKELY)

    def require_substance(self) -> None:
        """Refuse a pattern that matches every text. Raises `BadExpectation`."""
        if self._is_found_in_all(_PROBES):
            raise BadExpectation(
                "matches-everything",
                f"the pattern {show(self.text)} matches every text",
                "write what must be there, or 'expect: none'",
            )

    def _is_found_in_all(self, texts: Iterable[str]) -> bool:
        # With a negative look-around it may match all of them and still be useful.
        is_negative = "(?!" in self.text or "(?<!" in self.text
        return not is_negative and all(self.found(text) is not None for text in texts)


@lru_cache(maxsize=4096)
def _compile(text: str, ignore_case: bool) -> regex.Pattern[str]:  # noqa: FBT001  # a cache's key
    # Late: it takes 40 ms, and a collection of known files does not need it.
    import regex  # noqa: PLC0415

    flags = regex.IGNORECASE if ignore_case else 0
    try:
        require_size(text)
        return regex.compile(text, flags)
    except regex.error as error:
        raise BadExpectation(
            "invalid-pattern", f"{show(text)} is not a regular expression: {error}"
        ) from error
    except PatternTooLarge as error:
        raise BadExpectation(
            "pattern-too-large", f"the pattern {show(text)} is too large: {error}", error.hint
        ) from error
    except ValueError as error:
        # Such as a number of more digits than Python reads.
        raise BadExpectation(
            "invalid-pattern", f"{show(text)} is not a regular expression"
        ) from error
    except (RecursionError, OverflowError, MemoryError) as error:
        raise BadExpectation(
            "pattern-too-large", f"the pattern {show(text)} is nested too deeply"
        ) from error
