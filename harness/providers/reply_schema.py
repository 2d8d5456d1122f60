"""The format of `reply:` in provider definitions, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

from harness.core.typing import Json

_PATHS: Json = {
    "anyOf": [
        {"type": "string"},
        {"type": "array", "items": {"type": "string"}, "minItems": 1},
    ]
}

CONDITIONS: Json = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"if": {"type": "array"}, "then": {"minItems": 1}},
    "description": "JSONPath into the answer, to a value or a list of values.",
}

_KEYS: Mapping[str, Json] = {
    "messages": {"type": "string", "description": "JSONPath to one node a message."},
    "text": {**_PATHS, "description": "Within a message; the first that is a text."},  # type: ignore[dict-item]  # a mapping by construction
    "id": {"type": "string", "description": "Within a message."},
    "text_optional": {
        "type": "boolean",
        "description": "A message may hold something else than a text.",
    },
    "whole": {
        "type": "boolean",
        "description": "Each event of the stream is a whole message, no piece of one.",
    },
    "only_new": {
        "type": "boolean",
        "description": "Leave out messages whose id an earlier reply held.",
    },
    "question": {
        **CONDITIONS,  # type: ignore[dict-item]  # a mapping by construction
        "description": "Within a message: it is the user's, and the reply stands behind the last.",
    },
    "actions": {
        "description": "Buttons: label to prompt, texts, or objects.",
        "oneOf": [
            {"type": "string"},
            {
                "type": "object",
                "required": ["path"],
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "string", "description": "Leads to each button."},
                    "label": {
                        "type": "string",
                        "description": "Within a button; $.label where left out.",
                    },
                    "prompt": {
                        "type": "string",
                        "description": "Within a button: what it sends; else the label.",
                    },
                },
            },
        ],
    },
    "products": {"type": "string", "description": "JSONPath to each product."},
    "attachments": {"type": "string", "description": "JSONPath to each attachment."},
    "tools": {
        "type": "object",
        "description": "Where the calls of tools stand.",
        "required": ["path"],
        "additionalProperties": False,
        "properties": {
            "path": {"type": "string", "description": "JSONPath to each call."},
            "name": {"type": "string", "description": "Within a call; $.name where left out."},
            "arguments": {
                "type": "string",
                "description": "Within a call, JSON or a text of it; $.arguments.",
            },
            "id": {"type": "string", "description": "Within a call."},
        },
    },
    "usage": {
        "type": "string",
        "description": "JSONPath to what was counted: names to numbers.",
    },
}
_OF_LATE = ("messages", "text", "id", "text_optional", "whole")

REPLY: Json = {
    "type": "object",
    "description": "How the reply is read from the answer.",
    "additionalProperties": False,
    "properties": _KEYS,
    "dependentRequired": {"only_new": ["id"]},
}
LATE_REPLY: Json = {
    "type": "object",
    "description": "How the bot's messages are read; those heard before do not count.",
    "additionalProperties": False,
    "properties": {key: _KEYS[key] for key in _OF_LATE},
}
