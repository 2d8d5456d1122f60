"""`matches` and `not_matches`: regular expressions on the text."""

from __future__ import annotations

from harness.checks.check import PASS, Judge, Kind, Options, Verdict, failed
from harness.checks.pattern import Pattern
from harness.checks.subject import Subject
from harness.checks.words import normal, said, text_of
from harness.code_points import names_of, unseen_in, without_unseen
from harness.json_schema.wording import show
from harness.typing import Json


def _matches(value: Json, options: Options) -> Judge:
    pattern = _pattern(value, options)

    def judge(subject: Subject) -> Verdict:
        text = normal(subject.text)
        if pattern.found(text) is not None:
            return PASS
        return failed(
            f"{subject.name} does not match {show(pattern.text)}",
            expected=f"a text that matches {show(pattern.text)}",
            actual=said(subject.text),
            difference=lambda: _unseen(pattern, text),
        )

    return judge


def _unseen(pattern: Pattern, text: str) -> tuple[str, ...]:
    """The characters that do not show, where the pattern would match without them."""
    unseen = unseen_in(text)
    if not unseen or pattern.found(without_unseen(text)) is None:
        return ()
    return (f"it would match if the text had no {names_of(unseen)}",)


def _not_matches(value: Json, options: Options) -> Judge:
    pattern = _pattern(value, options)

    def judge(subject: Subject) -> Verdict:
        found = pattern.found(normal(subject.text))
        if found is None:
            return PASS
        return failed(
            f"{subject.name} has {show(found)}, which matches {show(pattern.text)}",
            expected=f"a text that nowhere matches {show(pattern.text)}",
            actual=said(subject.text),
        )

    return judge


def _pattern(value: Json, options: Options) -> Pattern:
    pattern = Pattern(normal(text_of(value)), ignore_case=options.ignore_case)
    pattern.require_substance()
    return pattern


MATCHES = Kind(
    name="matches",
    schema={
        "type": "string",
        "description": "The regular expression is found in the text, anywhere in it.",
        "examples": [r"over \$\d+"],
    },
    compile=_matches,
)
NOT_MATCHES = Kind(
    name="not_matches",
    schema={
        "type": "string",
        "description": "The regular expression is found nowhere in the text.",
        "examples": ["(?i)traceback|undefined"],
    },
    compile=_not_matches,
)
