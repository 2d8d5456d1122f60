"""`matches` and `not_matches`: regular expressions on the text."""

from __future__ import annotations

from collections.abc import Mapping

from harness.checks.arguments import text_of
from harness.checks.check import Claim, Content, Judge, Kind, Options, Subject
from harness.checks.regular_expression import Pattern
from harness.checks.text_forms import normal, text_shown
from harness.checks.verdict import PASS, Verdict, failed, noted
from harness.core import Json, show
from harness.core.code_points import names_of, unseen_in, without_unseen


def _matches(value: Json, options: Options) -> Judge:
    pattern = _pattern(value, options)
    if options.doubts is not None and pattern.says_little:
        message = f"the pattern {show(pattern.text)} matches every reply that is not empty"
        options.doubt(message, "write what must be there; for any text, write min_words: 1")

    def judge(subject: Subject) -> Verdict:
        text = normal(subject.text)
        if pattern.found(text) is not None:
            return PASS
        return failed(
            f"{subject.name} does not match {show(pattern.text)}",
            expected=f"a text that matches {show(pattern.text)}",
            actual=text_shown(subject),
            difference=lambda: _near_miss(pattern, text, options),
        )

    return judge


def _near_miss(pattern: Pattern, text: str, options: Options) -> tuple[str, ...]:
    """The flag or the characters that do not show that keep the pattern from matching."""
    unseen = unseen_in(text)
    for flag, meaning in _FLAGS.items():
        flagged = Pattern(f"{flag}{pattern.text}", ignore_case=options.ignore_case)
        beginning = f"it would match with {flag} at its start, {meaning}" if flag else ""
        if flag and flagged.found(text) is not None:
            return (beginning,)
        if unseen and flagged.found(without_unseen(text)) is not None:
            without = f"if the text had no {names_of(unseen)}"
            return (f"{beginning}, {without}" if flag else f"it would match {without}",)
    return ()


_FLAGS: Mapping[str, str] = {
    "": "",
    "(?i)": "which ignores case",
    "(?m)": "which makes ^ and $ match at the ends of each line",
    "(?s)": "which makes a dot match line breaks",
}


def _not_matches(value: Json, options: Options) -> Judge:
    pattern = _pattern(value, options)

    def judge(subject: Subject) -> Verdict:
        text = normal(subject.text)
        found = pattern.found(text)
        if found is None:
            return _pass(pattern, text)
        return failed(
            f"{subject.name} has {show(found)}, which matches {show(pattern.text)}",
            expected=f"a text that does not match {show(pattern.text)}",
            actual=text_shown(subject),
        )

    return judge


def _pass(pattern: Pattern, text: str) -> Verdict:
    """A pass; noted where only characters that do not show keep the pattern from matching."""
    unseen = "" if text.isascii() and text.isprintable() else unseen_in(text)
    if not unseen or pattern.found(without_unseen(text)) is None:
        return PASS
    return noted(f"passes, but would not if the text had no {names_of(unseen)}")


def _pattern(value: Json, options: Options) -> Pattern:
    pattern = Pattern(normal(text_of(value)), ignore_case=options.ignore_case)
    pattern.require_substance()
    return pattern


MATCHES = Kind(
    name="matches",
    schema={
        "type": "string",
        "description": "The regular expression matches anywhere in the text.",
        "examples": [r"over \$\d+"],
    },
    compile=_matches,
    on="text",
    content=Content.TEXT,
    claim=Claim.OTHER,
    is_free_of_variables=True,
    other_words="regex regexp pattern re like_regex",
)
NOT_MATCHES = Kind(
    name="not_matches",
    schema={
        "type": "string",
        "description": "The regular expression does not match anywhere in the text.",
        "examples": ["(?i)traceback|undefined"],
    },
    compile=_not_matches,
    on="text",
    content=Content.TEXT,
    claim=Claim.OTHER,
    is_free_of_variables=True,
    other_words="not_regex not_match",
)
