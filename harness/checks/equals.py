"""`equals`: the text is exactly this."""

from __future__ import annotations

from harness.checks.arguments import TEXT, text_of
from harness.checks.check import Claim, Content, Judge, Kind, Options, Subject
from harness.checks.diff import text_difference
from harness.checks.placeholders import require_no_placeholder
from harness.checks.text_forms import normalizer, said, text_shown
from harness.checks.verdict import PASS, Verdict, failed
from harness.core import Json, show


def _compile(value: Json, options: Options) -> Judge:
    wanted = text_of(value)
    require_no_placeholder(value, f"matches: '^{value}$'")
    form = normalizer(ignore_case=options.ignore_case)
    formed = form(wanted)

    def judge(subject: Subject) -> Verdict:
        found = form(subject.text)
        if found == formed:
            return PASS
        return failed(
            f"the text of {subject.name} is not {show(wanted)}",
            expected=said(wanted),
            actual=text_shown(subject),
            difference=lambda: text_difference(formed, found),
        )

    return judge


EQUALS = Kind(
    name="equals",
    schema={
        **TEXT,
        "description": "The text is exactly this; the messages of a reply are joined by newlines.",
        "examples": ["Yes, we do."],
    },
    compile=_compile,
    on="text",
    content=Content.TEXT,
    claim=Claim.WHOLE,
    other_words="text is exact exactly value eq message response",
)
