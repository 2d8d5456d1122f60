"""`starts_with` and `ends_with`: the two ends of the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from harness.checks.check import PASS, Claim, Content, Judge, Kind, Options, Verdict, failed
from harness.checks.diff import what_looks_like
from harness.checks.subject import Subject
from harness.checks.words import TEXT, normalizer, require_substance, said, text_of
from harness.core.typing import Json
from harness.formats.json_schema.wording import show


def _compiler(
    holds: Callable[[str, str], bool], word: Literal["start", "end"]
) -> Callable[[Json, Options], Judge]:
    def compile_(value: Json, options: Options) -> Judge:
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
                actual=said(subject.text),
                difference=lambda: what_looks_like(formed, text, at=word),
            )

        return judge

    return compile_


STARTS_WITH = Kind(
    name="starts_with",
    schema={**TEXT, "description": "The text begins with this.", "examples": ["Welcome"]},
    compile=_compiler(str.startswith, "start"),
    on="text",
    content=Content.TEXT,
    claim=Claim.PART,
)
ENDS_WITH = Kind(
    name="ends_with",
    schema={**TEXT, "description": "The text ends with this.", "examples": ["?"]},
    compile=_compiler(str.endswith, "end"),
    on="text",
    content=Content.TEXT,
    claim=Claim.PART,
)
