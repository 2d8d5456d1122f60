"""The format of what judges were asked and answered in results.json, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

from harness.core import Json
from harness.reports.results.schema_parts import (
    LINE,
    NUMBER,
    TEXT,
    TRUTH,
    described,
    list_of,
    object_of,
)

_OF_ONE: Mapping[str, Json] = {
    "key": described(TEXT, "A hash of all that was asked; `harness check` finds the answer by it."),
    "recorded": described(TRUTH, "The answer was replayed from a recording."),
    "usage": {"type": "object", "description": "Numbers of the provider by name."},
}
_VOTE = object_of(
    {
        "verdict": described({"enum": ["yes", "no", "unknown"]}, "Of a scale: whether it passes."),
        "level": described(NUMBER, "Of a scale."),
        "reason": TEXT,
        "quote": described(TEXT, "What it is about, of the text that the judge saw."),
    },
    "verdict",
)
_ANSWER = object_of(
    {
        "provider": TEXT,
        "model": described(TEXT, "The setting `model` of the provider."),
        "sample": described(LINE, "From 1."),
        **_OF_ONE,
        "text": described(TEXT, "The answer; omitted if the check passed and it was read."),
        "votes": described(
            {"type": "object", "additionalProperties": _VOTE},
            "By criterion; omitted if the answer cannot be read.",
        ),
        "code": described(TEXT, "Why the answer does not count; omitted if it does."),
        "fault": described(TEXT, "The same in words."),
        "failed": described(TRUTH, "There is no answer, because the model could not be asked."),
        "unread": described(
            object_of({**_OF_ONE, "text": TEXT}, "key"),
            "The first answer, if it could not be read, so that the question was asked again.",
        ),
    },
    "provider",
    "sample",
    "key",
)
JUDGED = object_of(
    {
        "judge": described(TEXT, "Its name in harness.yaml."),
        "prompt": described(TEXT, "With its version, or the file that it is in."),
        "calibration": described(
            TEXT, "How well the judge agrees with people; omitted if unknown."
        ),
        "agree": described(NUMBER, "How many answers must say the same."),
        "seen": described(TEXT, "What the judge saw, in words."),
        "criteria": {"type": "object", "description": "What must be true, by name."},
        "scale": described(TEXT, "The levels that pass; omitted if there is no scale."),
        "reference": described(TEXT, "A reply that would be right."),
        "question": described(TEXT, "As the judge read it."),
        "answers": described(list_of(_ANSWER), "Those of each sample of each model."),
    },
    "judge",
    "prompt",
    "criteria",
    "answers",
)
"""A question to a judge, with its answers."""
