"""`contains` and its variants, `starts_with` and `ends_with`: what the text contains, and where."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Literal

from harness.checks.arguments import TEXT, TEXTS, require_substance, text_of, texts_of
from harness.checks.check import Claim, Content, Judge, Kind, Options, Subject
from harness.checks.diff import nearest, what_looks_like
from harness.checks.text_forms import Normal, folded, listed, normalizer, text_shown
from harness.checks.verdict import PASS, Verdict, failed, noted
from harness.core import Json, show

_Complaint = Callable[[list[str], list[str]], str]
"""Says what is wrong, given all wanted texts and those found; empty if nothing is."""
_QUOTED = re.compile(r"[“”„«»‹›‘’‚].+[“”«»‹›‘’]", re.DOTALL)  # noqa: RUF001  # the marks themselves


def _compile(
    complaint: _Complaint, expected: str, conjunction: str, value: Json, options: Options
) -> Judge:
    wanted = texts_of(value)
    is_unwanted = complaint is _none
    require_substance(wanted, None if is_unwanted else options)
    if is_unwanted:
        _doubt_quotation_marks(wanted, options)
    form = normalizer(ignore_case=options.ignore_case)
    formed = [form(text) for text in wanted]

    def judge(subject: Subject) -> Verdict:
        text = form(subject.text)
        found = [one for one, part in zip(wanted, formed, strict=True) if part in text]
        wrong = complaint(wanted, found)
        if not wrong:
            return _pass(formed, text) if is_unwanted else PASS
        return failed(
            f"{subject.name} {wrong}",
            expected=f"{expected} {listed(wanted, conjunction)}",
            actual=text_shown(subject),
            difference=lambda: _hints(
                [one for one in wanted if one not in found], subject.text, form
            ),
        )

    return judge


def _doubt_quotation_marks(texts: list[str], options: Options) -> None:
    """Doubt quotation marks of a word processor: YAML reads them as a part of the text."""
    for text in filter(_QUOTED.fullmatch, texts if options.doubts is not None else ()):
        options.doubt(
            f"the quotation marks of {text} are part of the text",
            f"write '{text[1:-1]}'; YAML's own quotation marks are ' and \"",
        )


def _pass(unwanted: list[str], text: str) -> Verdict:
    """A pass; noted if something that must not be there looks as if it were."""
    for one in () if text.isascii() else unwanted:
        if looks := what_looks_like(one, text):
            return noted(f"passes, but {'; '.join(looks)}")
    return PASS


def _hints(missing: list[str], text: str, form: Normal) -> tuple[str, ...]:
    """What the text has that is almost a missing text."""
    hints: list[str] = []
    for wanted in missing:
        if looks := what_looks_like(form(wanted), form(text)):
            hints += looks
        elif folded(wanted) in folded(text):
            hints.append(f"the text contains {show(wanted)} in different case")
        elif near := nearest(wanted, text):
            hints.append(f"the text contains {show(near)} instead of {show(wanted)}")
    return tuple(hints)


def _all(wanted: list[str], found: list[str]) -> str:
    missing = [text for text in wanted if text not in found]
    return f"does not contain {listed(missing)}" if missing else ""


def _any(wanted: list[str], found: list[str]) -> str:
    return "" if found else f"does not contain {listed(wanted, 'or')}"


def _none(_wanted: list[str], found: list[str]) -> str:
    return f"contains {listed(found)}" if found else ""


def _compile_edge(
    holds: Callable[[str, str], bool], word: Literal["start", "end"], value: Json, options: Options
) -> Judge:
    wanted = text_of(value)
    require_substance([wanted])
    form = normalizer(ignore_case=options.ignore_case)
    formed = form(wanted)

    def judge(subject: Subject) -> Verdict:
        text = form(subject.text)
        if holds(text, formed):
            return PASS
        return failed(
            f"{subject.name} does not {word} with {show(wanted)}",
            expected=f"a text that {word}s with {show(wanted)}",
            actual=text_shown(subject),
            difference=lambda: what_looks_like(formed, text, at=word),
        )

    return judge


CONTAINS = Kind(
    name="contains",
    schema={
        **TEXTS,
        "description": "The text contains this; of a list, all of them.",
        "examples": ["free shipping"],
    },
    compile=partial(_compile, _all, "a text with", "and"),
    on="text",
    content=Content.TEXT,
    claim=Claim.PART,
    other_words="includes include has text_contains substring keyword keywords",
)
CONTAINS_ALL = Kind(
    name="contains_all",
    schema={
        **TEXTS,
        "description": "The text contains all of these.",
        "examples": [["pink", "dress"]],
    },
    compile=partial(_compile, _all, "a text with", "and"),
    on="text",
    content=Content.TEXT,
    claim=Claim.PART,
)
CONTAINS_ANY = Kind(
    name="contains_any",
    schema={
        **TEXTS,
        "description": "The text contains at least one of these.",
        "examples": [["hello", "welcome"]],
    },
    compile=partial(_compile, _any, "a text with", "or"),
    on="text",
    content=Content.TEXT,
    claim=Claim.OTHER,
)
NOT_CONTAINS = Kind(
    name="not_contains",
    schema={
        **TEXTS,
        "description": "The text does not contain this; of a list, none of them.",
        "examples": ["sorry", ["sorry", "error"]],
    },
    compile=partial(_compile, _none, "a text without", "or"),
    on="text",
    content=Content.TEXT,
    claim=Claim.LIMIT,
    is_free_of_variables=True,
    other_words="excludes exclude forbidden not_includes",
)
STARTS_WITH = Kind(
    name="starts_with",
    schema={**TEXT, "description": "The text starts with this.", "examples": ["Welcome"]},
    compile=partial(_compile_edge, str.startswith, "start"),
    on="text",
    content=Content.TEXT,
    claim=Claim.PART,
)
ENDS_WITH = Kind(
    name="ends_with",
    schema={**TEXT, "description": "The text ends with this.", "examples": ["?"]},
    compile=partial(_compile_edge, str.endswith, "end"),
    on="text",
    content=Content.TEXT,
    claim=Claim.PART,
)
