"""`attachments`: the files that come with a reply."""

from __future__ import annotations

from harness.checks.arguments import OptionalKeys, keys_schema
from harness.checks.block import TEXT_BLOCK, Block, one_of
from harness.checks.check import Content, Decided, Judge, Kind, Options, Subject, decided_by_count
from harness.checks.matchers import COUNT, Count
from harness.checks.verdict import PASS, Verdict, failed
from harness.core import Json, show


def _compile(value: Json, options: Options) -> Judge:
    parts = OptionalKeys(value, ("count", "any"))
    count = parts.make("count", lambda found: Count(found, "attachment", options))
    any_ = parts.make("any", lambda found: Block(found, options, options.texts))

    def judge(subject: Subject) -> Verdict:
        names = [attachment.name for attachment in subject.attachments]
        if count is not None and (failure := count.failure(len(names), subject.name)):
            return failure
        if any_ is None:
            return PASS
        subjects = (Subject(name=f"the attachment {show(name)}", text=name) for name in names)
        return one_of(
            map(any_.verdict, subjects),
            lambda findings: failed(
                f"no attachment of {subject.name} has such a name",
                expected="an attachment with such a name",
                actual=", ".join(map(show, names)) or "none",
                difference=tuple(finding.message for finding in findings),
            ),
        )

    return judge


ATTACHMENTS = Kind(
    name="attachments",
    schema={
        **keys_schema(
            {
                "count": {**COUNT, "description": "How many attachments there are."},
                "any": {
                    **TEXT_BLOCK,
                    "description": "Text checks that the name of at least one of them must pass.",
                },
            }
        ),
        "description": "The files that came with the reply.",
        "examples": [{"count": 1, "any": {"ends_with": ".pdf"}}],
    },
    compile=_compile,
    parts={"any": Content.CHECKS},
    decides=decided_by_count(Decided.ATTACHMENTS),
    needs="attachments",
    lacks="does not say where attachments are",
    other_words="files images media",
)
