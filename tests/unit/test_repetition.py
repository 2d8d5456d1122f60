from __future__ import annotations

import pytest

from harness.core.repetition import LONGEST_PATTERN, MOST_REPEATED, PatternTooLarge, require_size

AT_THE_LIMIT = {
    "one": f"a{{{MOST_REPEATED + 1}}}",
    "two": f"a{{{MOST_REPEATED // 2 + 1}}}b{{{MOST_REPEATED // 2 + 1}}}",
    "a group": f"(?:ab){{{MOST_REPEATED // 2 + 1}}}",
    "inside one another": "((a{10}){10}){100}",
    "a set": f"[{{9}}\\]a]{{{MOST_REPEATED + 1}}}",
    "a set of a bracket": f"[]{{9}}]{{{MOST_REPEATED + 1}}}",
    "a property": f"\\p{{Lu}}{{{MOST_REPEATED + 1}}}",
    "at least": f"a{{{MOST_REPEATED + 1},}}",
    "at most": "a{0,999999999}",
    "a brace that is a character": "\\{999999999}",
    "braces without a number": "a{}{x}{,}",
    "as long as it may be": "a" * LONGEST_PATTERN,
}
BEYOND = {
    "one": f"a{{{MOST_REPEATED + 2}}}",
    "two": f"a{{{MOST_REPEATED // 2 + 1}}}b{{{MOST_REPEATED // 2 + 2}}}",
    "a group": f"(?:ab){{{MOST_REPEATED // 2 + 2}}}",
    "inside one another": "((a{10}){10}){102}",
    "a set": f"[{{9}}\\]a]{{{MOST_REPEATED + 2}}}",
    "a set of a bracket": f"[]{{9}}]{{{MOST_REPEATED + 2}}}",
    "a property": f"\\p{{Lu}}{{{MOST_REPEATED + 2}}}",
    "at least": f"a{{{MOST_REPEATED + 2},}}",
    "a range": f"a{{{MOST_REPEATED + 2},999999999}}",
    "a number of 5,000 digits": f"a{{{'9' * 5000}}}",
    "a group without an end": "(a{200}(b{200}){200}",
    "a set without an end": "[a[{99999}",
    "longer than it may be": "a" * (LONGEST_PATTERN + 1),
}


@pytest.mark.parametrize("pattern", AT_THE_LIMIT.values(), ids=AT_THE_LIMIT)
def test_b4_a_pattern_at_the_limit_is_taken(pattern):
    """Only what repetitions add is counted, and a repetition at least as often as it must be."""
    require_size(pattern)


@pytest.mark.parametrize("pattern", BEYOND.values(), ids=BEYOND)
def test_b4_a_pattern_beyond_the_limit_is_refused(pattern):
    """The limit is named, and what was counted."""
    with pytest.raises(PatternTooLarge, match=r"^it.* [\d,]+ .*, the limit is [\d,]+$"):
        require_size(pattern)
