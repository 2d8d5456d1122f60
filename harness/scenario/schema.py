"""The format of scenario files, as JSON Schema: the one definition of the format."""

from __future__ import annotations

from collections.abc import Mapping

from harness.durations import DURATION_PATTERN
from harness.typing import Json

_TEXT: dict[str, Json] = {"type": ["string", "number", "boolean", "null"]}
"""Where a text is wanted, whatever YAML made of it is read as it was written."""

_ATTACHMENT: Json = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "content": {"type": "string", "description": "A URL or base64 text."},
    },
}

_USER: Json = {
    "description": "What the user says: a text, or more than a text.",
    "oneOf": [
        _TEXT,
        {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "properties": {
                "text": _TEXT,
                "press": {
                    "type": "string",
                    "description": "Press the button of the last reply that has this label.",
                },
                "attachments": {"type": "array", "items": _ATTACHMENT},
                "metadata": {"type": "object"},
            },
        },
    ],
}

_CAPTURE: Json = {
    "type": "object",
    "description": "Remember something of the reply under a name.",
    "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
    "additionalProperties": {
        "oneOf": [
            {"type": "string", "description": "JSONPath into the raw payload."},
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
                "properties": {
                    "json": {"type": "string", "description": "JSONPath into the raw payload."},
                    "matches": {
                        "type": "string",
                        "description": "Pattern in the text: its first group, or all of it.",
                    },
                    "header": {"type": "string", "description": "Name of an answer's header."},
                },
            },
        ]
    },
}


_FIXED: Mapping[str, Json] = {
    "scenario": {**_TEXT, "description": "Unique id; names the cassette."},
    "title": _TEXT,
    "description": _TEXT,
    "tags": {
        "type": "array",
        "items": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$"},
        "description": "Markers to select by: pytest -m TAG.",
    },
    "provider": {
        "oneOf": [
            {"type": "string"},
            {"type": "array", "items": {"type": "string"}, "minItems": 1},
        ],
        "description": "Played against; the project's default where left out.",
    },
    "credentials": {
        "enum": ["valid", "none", "wrong"],
        "description": "Secrets of the provider to talk with; for negative scenarios.",
    },
    "vars": {"type": "object", "description": "Values for ${name}."},
    "session": {
        "type": "object",
        "description": "Told to the provider when the conversation opens.",
    },
    "matrix": {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"type": "array", "minItems": 1},
        "description": "One conversation for every combination of these values.",
    },
    "timeout": {
        "type": "string",
        "pattern": DURATION_PATTERN,
        "description": "For the whole conversation, live or recording.",
    },
}
"""Keys whose format does not depend on the checks."""


def _turn(expect: Json, refusal: Json) -> Json:
    return {
        "type": "object",
        "description": "The user says something, or the bot spoke by itself.",
        "oneOf": [{"required": ["user"]}, {"required": ["assistant"]}],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$"},
            "assistant": {**_TEXT, "description": "The bot spoke first; not checked."},
            "user": _USER,
            "expect": {"oneOf": [{"type": "string", "const": "none"}, expect]},
            "error": {
                **_as_mapping(refusal),
                "description": "The provider is expected to refuse; checks are on its answer.",
            },
            "capture": _CAPTURE,
            "on_fail": {
                "enum": ["continue", "stop"],
                "description": "Whether later turns are played after a failed check.",
            },
        },
    }


def scenario_schema(
    reply_checks: Mapping[str, Json],
    refusal_checks: Mapping[str, Json],
    history_checks: Mapping[str, Json],
) -> dict[str, Json]:
    """The format, for a vocabulary of checks: name → schema of the check's value."""
    modifiers: dict[str, Json] = {
        "ignore_case": {"type": "boolean", "description": "For the texts of this block."}
    }
    block: Json = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {**reply_checks, **modifiers},
    }
    history: Json = {**_as_mapping(block), "properties": {**history_checks, **modifiers}}
    expect: Json = {
        **_as_mapping(block),
        "description": "What the reply must look like; all checks must hold.",
        "properties": {
            **reply_checks,
            **modifiers,
            "history": {**_as_mapping(history), "description": "The provider's own record."},
        },
    }
    refusal: Json = {**_as_mapping(block), "properties": {**refusal_checks, **modifiers}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario",
        "description": "One conversation: what the user says, and what every reply must look like.",
        "type": "object",
        "required": ["scenario", "turns"],
        "additionalProperties": False,
        "properties": {
            **_FIXED,
            "turns": {"type": "array", "items": _turn(expect, refusal), "minItems": 1},
            "expect": {
                "description": "Over the whole conversation.",
                "type": "object",
                "minProperties": 1,
                "additionalProperties": False,
                "properties": {
                    "never": {**_as_mapping(block), "description": "No reply may be so."},
                    "always": {**_as_mapping(block), "description": "Every reply must be so."},
                },
            },
        },
    }


def _as_mapping(value: Json) -> Mapping[str, Json]:
    assert isinstance(value, Mapping)  # noqa: S101  # the fragments above are mappings
    return value
