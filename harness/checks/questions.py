"""`questions`: how many questions the bot asks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.checks.check import Judge, Kind, Options, Subject
from harness.checks.matchers import COUNT, Count
from harness.checks.text_forms import said, sentences_of
from harness.checks.verdict import PASS, Verdict
from harness.core import Json

_QUESTION = re.compile(r"[?？؟][!?！？؟…]*[\W_]*$")  # noqa: RUF001  # question marks of other scripts


def is_question(sentence: str) -> bool:
    """Whether a sentence ends with a question mark, perhaps in quotation marks or brackets."""
    return _QUESTION.search(sentence) is not None


def questions_in(text: str) -> Sequence[str]:
    """The questions of a text. One inside another sentence, such as a label, does not count."""
    return [sentence for sentence in sentences_of(text) if is_question(sentence)]


def _compile(value: Json, options: Options) -> Judge:
    count = Count(value, "question", options)

    def judge(subject: Subject) -> Verdict:
        questions = questions_in(subject.text)
        failure = count.failure(len(questions), subject.name)
        if failure is None:
            return PASS
        shown = said("\n".join(questions) or subject.text)
        return failure.showing(f"{len(questions)}\n{shown}".strip())

    return judge


QUESTIONS = Kind(
    name="questions",
    schema={
        **COUNT,
        "description": "How many questions the text has: sentences that end with a question mark.",
        "examples": [{"at_most": 2}],
    },
    compile=_compile,
    on="text",
    is_caseless=True,
)
