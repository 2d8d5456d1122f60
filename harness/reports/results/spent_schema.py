"""The format of what conversations cost in results.json, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

from harness.conversation.spending import Purpose
from harness.core import Json

SPENT: Mapping[str, Json] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["provider", "purpose", "replies"],
        "properties": {
            "provider": {"type": "string"},
            "purpose": {"enum": [purpose.value for purpose in Purpose]},
            "name": {"type": "string", "description": "Of the judge."},
            "recorded": {
                "type": "boolean",
                "description": "Replayed: it was spent when the recording was made, not now.",
            },
            "replies": {"type": "integer", "description": "How many are counted."},
            "usage": {
                "type": "object",
                "additionalProperties": {"type": "number"},
                "description": "Sums of what the replies report, by name.",
            },
            "tokens": {
                "type": "number",
                "description": "All tokens together; omitted if none are reported.",
            },
            "cost": {
                "type": "string",
                "pattern": r"^-?\d+(\.\d+)?$",
                "description": "At the prices of harness.yaml, with every digit; omitted if it is"
                " not known.",
            },
            "currency": {
                "type": "string",
                "description": "Of the prices; omitted if the provider has none.",
            },
            "priced": {
                "type": "integer",
                "description": "Replies whose cost is known; omitted if there is none.",
            },
        },
    },
}
