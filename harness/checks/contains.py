"""`contains`, `contains_any`, `contains_all` and `not_contains`: what stands in the text."""

from __future__ import annotations

import re
from collections.abc import Callable

from harness.checks.check import (
    PASS,
    Claim,
    Content,
    Judge,
    Kind,
    Options,
    Verdict,
    failed,
    noted,
)
from harness.checks.diff import nearest, what_looks_like
from harness.checks.subject import Subject
from harness.checks.words import (
    TEXTS,
    Normal,
    folded,
    listed,
    normalizer,
    require_substance,
    said,
    texts_of,
)
from harness.core.typing import Json
from harness.formats.json_schema.wording import show

_Complaint = Callable[[list[str], list[str]], str]
"""Says what is wrong from all wanted texts and those found; empty where nothing is."""
_QUOTED = re.compile(r"[“”„«»‹›‘’‚].+[“”«»‹›‘’]", re.DOTALL)  # noqa: RUF001  # the marks themselves


def _compiler(
    complaint: _Complaint, expected: str, conjunction: str = "and"
) -> Callable[[Json, Options], Judge]:
    def compile_(value: Json, options: Options) -> Judge:
        wanted = texts_of(value)
        require_substance(wanted, options if complaint is not _none else None)
        if complaint is _none:
            _doubt_quotation_marks(wanted, options)
        form = normalizer(ignore_case=options.ignore_case)
        return _Judge(wanted, form, complaint, f"{expected} {listed(wanted, conjunction)}")

    return compile_


def _doubt_quotation_marks(texts: list[str], options: Options) -> None:
    """Doubt marks that a word processor wrote for YAML's own: they are part of the text."""
    if options.doubts is not None:
        for text in filter(_QUOTED.fullmatch, texts):
            options.doubt(
                f"{text} is looked for with its quotation marks",
                f"write '{text[1:-1]}'; YAML's own marks are ' and \"",
            )


class _Judge:
    """Looks for texts in a text."""

    __slots__ = ("_complaint", "_expected", "_form", "_formed", "_wanted")

    def __init__(
        self, wanted: list[str], form: Normal, complaint: _Complaint, expected: str
    ) -> None:
        self._wanted = wanted
        self._form = form
        self._formed = [form(text) for text in wanted]
        self._complaint = complaint
        self._expected = expected

    def __call__(self, subject: Subject) -> Verdict:
        text = self._form(subject.text)
        pairs = zip(self._wanted, self._formed, strict=True)
        found = [wanted for wanted, formed in pairs if formed in text]
        complaint = self._complaint(self._wanted, found)
        if not complaint:
            return self._pass(text)
        missing = [text for text in self._wanted if text not in found]
        return failed(
            f"{subject.name} {complaint}",
            expected=self._expected,
            actual=said(subject.text),
            difference=lambda: _hints(missing, subject.text, self._form),
        )

    def _pass(self, text: str) -> Verdict:
        """A pass; noted where something that must not be there looks as if it were."""
        if self._complaint is not _none or text.isascii():
            return PASS
        for wanted in self._formed:
            if looks := what_looks_like(wanted, text):
                return noted(f"holds, but {'; '.join(looks)}")
        return PASS


def _hints(missing: list[str], text: str, form: Normal) -> tuple[str, ...]:
    """Where a missing text all but stands."""
    hints: list[str] = []
    for wanted in missing:
        if looks := what_looks_like(form(wanted), form(text)):
            hints += looks
        elif folded(wanted) in folded(text):
            hints.append(f"{show(wanted)} stands there with other upper and lower case")
        elif near := nearest(wanted, text):
            hints.append(f"instead of {show(wanted)} it says {show(near)}")
    return tuple(hints)


def _all(wanted: list[str], found: list[str]) -> str:
    missing = [text for text in wanted if text not in found]
    return f"does not contain {listed(missing)}" if missing else ""


def _any(wanted: list[str], found: list[str]) -> str:
    return "" if found else f"does not contain {listed(wanted, 'or')}"


def _none(_wanted: list[str], found: list[str]) -> str:
    return f"contains {listed(found)}" if found else ""


CONTAINS = Kind(
    name="contains",
    schema={
        **TEXTS,
        "description": "The text contains this; of a list, every one.",
        "examples": ["free shipping"],
    },
    compile=_compiler(_all, "a text with"),
    on="text",
    content=Content.TEXT,
    claim=Claim.PART,
    other_words="includes include has text_contains substring keyword keywords",
)
CONTAINS_ALL = Kind(
    name="contains_all",
    schema={
        **TEXTS,
        "description": "The text contains every one of these.",
        "examples": [["pink", "dress"]],
    },
    compile=_compiler(_all, "a text with"),
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
    compile=_compiler(_any, "a text with", "or"),
    on="text",
    content=Content.TEXT,
    claim=Claim.OTHER,
)
NOT_CONTAINS = Kind(
    name="not_contains",
    schema={
        **TEXTS,
        "description": "The text contains this nowhere; of a list, none.",
        "examples": ["sorry", ["sorry", "error"]],
    },
    compile=_compiler(_none, "a text without", "or"),
    on="text",
    content=Content.TEXT,
    claim=Claim.LIMIT,
    is_free_of_variables=True,
    other_words="excludes exclude forbidden not_includes",
)
