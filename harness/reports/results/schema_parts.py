"""Values that the format of results.json is made of, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

from harness.conversation import Outcome
from harness.core import Json

TEXT: Mapping[str, Json] = {"type": "string"}
TEXTS: Mapping[str, Json] = {"type": "array", "items": TEXT}
NUMBER: Mapping[str, Json] = {"type": "integer"}
LINE: Mapping[str, Json] = {"type": "integer", "minimum": 1}
TRUTH: Mapping[str, Json] = {"type": "boolean"}
SECONDS: Mapping[str, Json] = {"type": "number", "minimum": 0, "description": "In seconds."}
TIME: Mapping[str, Json] = {"type": "string", "format": "date-time"}
OUTCOME: Mapping[str, Json] = {"enum": [outcome.value for outcome in Outcome]}
PAIRS: Mapping[str, Json] = {
    "type": "array",
    "items": {"type": "array", "minItems": 2, "maxItems": 2},
}
ANYTHING: Mapping[str, Json] = {}


def described(kind: Mapping[str, Json], description: str) -> Mapping[str, Json]:
    """A value with its description."""
    return {**kind, "description": description}


def list_of(item: Json) -> Mapping[str, Json]:
    """A list of such values."""
    return {"type": "array", "items": item}


def object_of(properties: Mapping[str, Json], *required: str) -> Mapping[str, Json]:
    """An object with these keys."""
    return {"type": "object", "required": list(required), "properties": properties}
