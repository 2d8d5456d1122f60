"""The format of a line of a calibration file, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

from harness.calibration.label import AUTHOR, MODEL, PERSON
from harness.conversation.rulings import NO, UNKNOWN, YES
from harness.core import Json


def _object(required: str, properties: Mapping[str, Json], more: str = "") -> dict[str, Json]:
    assert {*required.split(), *more.split()} == {*properties}  # noqa: S101  # all are named
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [*required.split()],
        "properties": dict(properties),
    }


_TEXT: dict[str, Json] = {"type": "string"}
_NAME: dict[str, Json] = {"type": "string", "minLength": 1}
_COUNT: dict[str, Json] = {"type": "integer", "minimum": 1}
_JUDGE = _object(
    "prompt prompt_hash samples agree providers",
    {
        "prompt": {**_NAME, "description": "Its name."},
        "prompt_hash": {**_NAME, "description": "A hash of its text."},
        "samples": _COUNT,
        "agree": _COUNT,
        "providers": {
            "type": "object",
            "minProperties": 1,
            "description": "The models that were asked, by their names in harness.yaml.",
            "additionalProperties": _object(
                "definition definition_hash settings",
                {
                    "definition": _NAME,
                    "definition_hash": _NAME,
                    "settings": {
                        "type": "object",
                        "description": "Without addresses and secrets.",
                    },
                },
            ),
        },
    },
)
_SCALE = _object(
    "levels at_least at_most",
    {
        "levels": {
            "type": "object",
            "minProperties": 2,
            "propertyNames": {"pattern": r"^-?\d{1,4}$"},
            "additionalProperties": _NAME,
        },
        "at_least": {"type": "integer"},
        "at_most": {"type": "integer"},
    },
)

LABEL_SCHEMA: dict[str, Json] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "label",
    "description": "One line of a calibration file: what somebody says of one criterion.",
    **_object(
        "criterion criteria seen data label labeller kind",
        {
            "criterion": {**_NAME, "description": "The name of the criterion."},
            "criteria": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": _NAME,
                "description": "All criteria that are asked together, by name, in words.",
            },
            "scale": {**_SCALE, "description": "Instead of words: levels, and those that pass."},
            "seen": {**_NAME, "description": "What it is about, such as: the bot's reply."},
            "data": {"description": "What was seen of the conversation."},
            "reference": {**_NAME, "description": "A reply that would be right."},
            "label": {"enum": [YES, NO, UNKNOWN], "description": "Whether the criterion is true."},
            "labeller": {**_NAME, "description": "Who says so."},
            "kind": {"enum": [PERSON, MODEL, AUTHOR], "description": "What the labeller is."},
            "time": {**_TEXT, "description": "When the label was given, in UTC."},
            "at": {
                **_object(
                    "scenario provider turn",
                    {
                        "scenario": _NAME,
                        "provider": _NAME,
                        "row": _NAME,
                        "take": _COUNT,
                        "turn": {"type": "integer", "minimum": 0},
                    },
                    "row take",
                ),
                "description": "The conversation; turn 0 is the whole of it.",
            },
            "said": {
                **_object(
                    "verdict answers judge",
                    {
                        "verdict": {
                            "enum": [YES, NO, ""],
                            "description": "What the judge said; empty if it did not decide.",
                        },
                        "answers": {
                            "type": "array",
                            "items": {"enum": [YES, NO, UNKNOWN, ""]},
                            "description": "What each answer says; empty if it does not count.",
                        },
                        "judge": _JUDGE,
                    },
                ),
                "description": "What the judge said when it was compared last.",
            },
        },
        "scale reference time at said",
    ),
}
"""The format of a line of a calibration file."""
