"""The format of scenario files, as JSON Schema: the one definition of the format."""

from __future__ import annotations

from collections.abc import Mapping

from harness.config.strength_format import STRENGTH
from harness.core import DURATION_PATTERN, Json
from harness.scenario.expecting import TRANSPORT
from harness.scenario.part_schemas import BRANCH, BRANCH_HERE, INCLUDE, INCLUDES, UTTERANCES
from harness.scenario.repeats import REPEAT
from harness.scenario.simulation import SIMULATE
from harness.scenario.tool_answers import ANSWERS
from harness.scenario.waivers import WaiverKind, waiver_schema

_TEXT: dict[str, Json] = {"type": ["string", "number", "boolean", "null"]}
"""Where a text is wanted, whatever YAML made of it is read as it was written."""

_URL: Json = {"type": "string", "pattern": r"^https?://[^\s]+$", "description": "http or https."}

_ATTACHMENT: Json = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "content": {"type": "string", "description": "A URL or base64 text."},
    },
}

MESSAGE_KEYS: Mapping[str, Json] = {
    "text": _TEXT,
    "press": {
        "type": "string",
        "description": "Presses the button of the last reply with this label.",
    },
    "attachments": {"type": "array", "items": _ATTACHMENT},
    "metadata": {"type": "object"},
    **UTTERANCES,
}
"""What may stand inside of `user:`, and its formats."""

_USER: Json = {
    "description": "What the user says: a text, or a mapping.",
    "oneOf": [
        _TEXT,
        {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "properties": MESSAGE_KEYS,
        },
    ],
}

_CAPTURE: Json = {
    "type": "object",
    "description": "Stores parts of the reply under names.",
    "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
    "additionalProperties": {
        "oneOf": [
            {"type": "string", "description": "JSONPath into the raw payload."},
            {
                "type": "object",
                "oneOf": [
                    {"required": [source]} for source in ("json", "matches", "header", "history")
                ],
                "additionalProperties": False,
                "properties": {
                    "json": {"type": "string", "description": "JSONPath into the raw payload."},
                    "matches": {
                        "type": "string",
                        "description": "Pattern in the text: its first group, or the whole match.",
                    },
                    "header": {"type": "string", "description": "Name of a header of the answer."},
                    "history": {
                        "type": "string",
                        "description": "JSONPath into the provider's own record.",
                    },
                    "secret": {
                        "type": "boolean",
                        "description": "Never stored or shown; default: false.",
                    },
                },
            },
        ]
    },
}


HEAD_KEYS: Mapping[str, Json] = {
    "scenario": {**_TEXT, "description": "Unique id; names the cassette."},
    "title": _TEXT,
    "description": _TEXT,
    "tags": {
        "type": "array",
        "items": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$"},
        "description": "Markers to select by: pytest -m TAG.",
    },
    "links": {
        "type": "array",
        "items": {
            "oneOf": [
                _URL,
                {
                    "type": "object",
                    "required": ["url"],
                    "additionalProperties": False,
                    "properties": {"url": _URL, "name": {"type": "string", "minLength": 1}},
                },
            ]
        },
        "description": "Related pages, such as an issue; shown in reports.",
    },
    "provider": {
        "oneOf": [
            {"type": "string"},
            {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True},
        ],
        "description": "The provider to play against; default: the project's.",
    },
    "credentials": {
        "enum": ["valid", "none", "wrong"],
        "description": "The provider's secrets to use; for negative scenarios.",
    },
    "vars": {"type": "object", "description": "Values for ${name}."},
    "session": {
        "type": "object",
        "description": "Sent to the provider when the conversation opens.",
    },
    "matrix": {
        "type": "object",
        "minProperties": 1,
        "properties": {
            "file": {
                "type": ["string", "array"],
                "minLength": 1,
                "minItems": 1,
                "description": (
                    "A CSV or JSON file whose entries are rows, relative to the scenario's folder."
                ),
            }
        },
        "additionalProperties": {"type": "array", "minItems": 1},
        "description": "One conversation for every combination of these values.",
    },
    "include": INCLUDES,
    "branch": BRANCH,
    "simulate": SIMULATE,
    "answers": {"$ref": "#/$defs/answers"},
    "timeout": {
        "type": "string",
        "pattern": DURATION_PATTERN,
        "description": "For the whole conversation, live or recording.",
    },
    **{kind.value: waiver_schema(kind) for kind in WaiverKind},
    "strength": STRENGTH,
    "repeat": REPEAT,
}
"""Keys at the top of a scenario whose format does not depend on the checks."""


def _turn(expect: Json, others: Mapping[str, Json]) -> Json:
    """`others` are keys that may stand in its place."""
    return {
        "type": "object",
        "description": "A message of the user, or something that the bot said on its own.",
        "oneOf": [{"required": [key]} for key in ("user", "assistant", *others)],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$"},
            "assistant": {**_TEXT, "description": "What the bot said on its own; not checked."},
            "user": _USER,
            **others,
            "expect": {"oneOf": [{"type": "string", "const": "none"}, expect]},
            "error": {"$ref": "#/$defs/refusal"},
            "wait": {
                "type": "string",
                "pattern": DURATION_PATTERN,
                "description": "How long the user waits before the message is sent.",
            },
            "capture": _CAPTURE,
            "answers": {"$ref": "#/$defs/answers"},
            "on_fail": {
                "enum": ["continue", "stop"],
                "description": "Whether later turns are played after a failed check.",
            },
        },
    }


def scenario_schema(blocks: Mapping[str, Json]) -> dict[str, Json]:
    """The format, for the blocks of checks of a vocabulary: name below `$defs` → schema."""
    expect = _with(
        blocks["reply_checks"],
        "What the reply must look like; all checks must pass.",
        {"history": _block("history_checks", "The provider's own record.")},
    )
    refusal = _with(
        blocks["refusal_checks"],
        "The provider is expected to refuse; checks are on its answer.",
        TRANSPORT,
    )
    whole = _with(
        blocks["conversation_checks"],
        "Over the whole conversation.",
        {
            "never": _block("reply_checks", "Checks that must not pass for any reply."),
            "always": _block("reply_checks", "Checks that must pass for every reply."),
        },
    )
    turns = {"type": "array", "items": _turn(expect, {"include": INCLUDE}), "minItems": 1}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario",
        "description": "One conversation: what the user says, and what each reply must look like.",
        "type": "object",
        "required": ["scenario"],
        "if": {"required": ["simulate"]},
        "else": {"required": ["turns"]},
        "additionalProperties": False,
        "properties": {
            **HEAD_KEYS,
            "turns": {**turns, "items": _turn(expect, {"include": INCLUDE, "branch": BRANCH_HERE})},
            "setup": {
                **turns,
                "description": "Turns played first; the scenario is BROKEN if they fail.",
            },
            "teardown": {**turns, "description": "Turns played last, even after a failure."},
            "expect": whole,
        },
        "$defs": {**blocks, "refusal": refusal, "answers": ANSWERS},
    }


def _block(name: str, description: str) -> Json:
    return {"$ref": f"#/$defs/{name}", "description": description}


def _with(block: Json, description: str, more: Mapping[str, Json]) -> Json:
    """A block of checks with further keys."""
    own = _as_mapping(block)
    properties = {**_as_mapping(own["properties"]), **more}
    return {**own, "description": description, "properties": properties}


def _as_mapping(value: Json) -> Mapping[str, Json]:
    assert isinstance(value, Mapping)  # noqa: S101  # blocks of checks are mappings
    return value
