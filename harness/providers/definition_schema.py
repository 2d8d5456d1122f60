"""The format of provider definitions, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

from harness.durations import DURATION_PATTERN
from harness.typing import Json

_CONDITIONS: Json = {
    "type": "object",
    "minProperties": 1,
    "description": "JSONPath into the answer, to a value or a list of values.",
}
_DURATION: Json = {
    "type": "string",
    "pattern": rf"{DURATION_PATTERN}|\$\{{",
    "description": "A time with its unit, such as 500ms, 2s or 1m.",
}
_TREE: Json = {"description": "Any value; texts may hold ${…}, and for_each builds a list."}

_METHODS = ("get", "post", "put", "patch", "delete")

REQUEST: Json = {
    "type": "object",
    "description": "A request: one method with its path, and what goes with it.",
    "oneOf": [{"required": [method]} for method in _METHODS],
    "additionalProperties": False,
    "properties": {
        **{
            method: {"type": "string", "pattern": "^/", "description": "Path below base_url."}
            for method in _METHODS
        },
        "headers": {"type": "object", "description": "Headers of this request alone."},
        "query": {"type": "object", "description": "Query parameters; none leaves one out."},
        "json": _TREE,
        "form": {"type": "object", "description": "Sent form-encoded."},
        "xml": {"type": "object", "description": "Sent as XML: one root key."},
        "text": {"type": "string", "description": "Sent as plain text."},
        "schema": {"type": "string", "description": "Contract of the body, a name in schemas/."},
        "repeatable": {
            "type": "boolean",
            "description": "May be sent again although the server may have acted on it.",
        },
    },
}

_PATHS: Json = {
    "anyOf": [
        {"type": "string"},
        {"type": "array", "items": {"type": "string"}, "minItems": 1},
    ]
}

REPLY: Json = {
    "type": "object",
    "description": "How the reply is read from the answer.",
    "additionalProperties": False,
    "properties": {
        "messages": {"type": "string", "description": "JSONPath to one node a message."},
        "text": {**_PATHS, "description": "Within a message; the first that is a text."},  # type: ignore[dict-item]  # a mapping by construction
        "id": {"type": "string", "description": "Within a message."},
        "text_optional": {
            "type": "boolean",
            "description": "A message may hold something else than a text.",
        },
        "only_new": {
            "type": "boolean",
            "description": "Leave out messages whose id an earlier reply held.",
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
    },
}

STEP: Json = {
    "type": "object",
    "description": "A request, a poll or a stream, and what is done with its answer.",
    "oneOf": [{"required": ["request"]}, {"required": ["poll"]}, {"required": ["stream"]}],
    "additionalProperties": False,
    "properties": {
        "when": {"type": "string", "description": "The step is left out where this is false."},
        "request": {"$ref": "#/$defs/request"},
        "poll": {"$ref": "#/$defs/request"},
        "stream": {"$ref": "#/$defs/request"},
        "answer": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "status": {
                    "anyOf": [
                        {"type": "integer"},
                        {"type": "array", "items": {"type": "integer"}, "minItems": 1},
                    ],
                    "description": "Expected status; 200 where left out.",
                },
                "schema": {"type": "string", "description": "Contract, a name in schemas/."},
                "as": {"enum": ["json", "xml", "text", "none"]},
            },
        },
        "capture": {
            "type": "object",
            "additionalProperties": {
                "oneOf": [
                    {"type": "string"},
                    {
                        "type": "object",
                        "required": ["json"],
                        "additionalProperties": False,
                        "properties": {
                            "json": {"type": "string"},
                            "secret": {
                                "type": "boolean",
                                "description": "Never stored or shown; false where left out.",
                            },
                            "new": {
                                "type": "boolean",
                                "description": "Must differ from each one before.",
                            },
                        },
                    },
                ]
            },
            "description": "Name to JSONPath into the answer, or to 'json', 'secret' and 'new'.",
        },
        "reply": {"$ref": "#/$defs/reply"},
        "until": _CONDITIONS,
        "fail_if": _CONDITIONS,
        "pending": _CONDITIONS,
        "every": _DURATION,
        "timeout": _DURATION,
        "framing": {"enum": ["auto", "sse", "ndjson", "text"]},
        "events": {
            "enum": ["text", "json"],
            "description": "What the data of each event is; text where left out.",
        },
        "done": {"type": "string", "description": "The event that ends the stream."},
    },
    "dependentRequired": {"poll": ["until", "every", "timeout"]},
}

_STEPS: Json = {"type": "array", "items": {"$ref": "#/$defs/step"}, "minItems": 1}


def _like(schema: Json, description: str, properties: Mapping[str, Json]) -> Json:
    """Another format whose keys are others."""
    assert isinstance(schema, Mapping)  # noqa: S101  # written above
    return {**schema, "description": description, "properties": properties}


def _keys(schema: Json) -> Mapping[str, Json]:
    found = schema["properties"] if isinstance(schema, Mapping) else None
    assert isinstance(found, Mapping)  # noqa: S101  # written above
    return found


_OF_LATE = ("messages", "text", "id", "text_optional")
LATE_REPLY: Json = _like(
    REPLY,
    "How the bot's messages are read; those heard before do not count.",
    {key: _keys(REPLY)[key] for key in _OF_LATE},
)
LATE_STEP: Json = _like(
    STEP,
    "As any step, but of a reply it reads the messages alone.",
    {**_keys(STEP), "reply": {"$ref": "#/$defs/late_reply"}},
)

DEFINITION_SCHEMA: Json = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Provider definition",
    "description": "A chat API as data: what is asked, in which order, how a reply is read.",
    "type": "object",
    "required": ["definition", "settings", "send"],
    "additionalProperties": False,
    "$defs": {
        "request": REQUEST,
        "reply": REPLY,
        "step": STEP,
        "late_reply": LATE_REPLY,
        "late_step": LATE_STEP,
    },
    "properties": {
        "definition": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$"},
        "title": {"type": "string"},
        "source": {"type": "string", "description": "The vendor's page."},
        "settings": {
            "type": "object",
            "required": ["base_url"],
            "additionalProperties": {
                "type": "object",
                "description": "JSON Schema of one setting, with `secret` and `required`.",
                "properties": {
                    "secret": {"type": "boolean"},
                    "required": {"type": "boolean"},
                    "default": {},
                    "description": {"type": "string"},
                },
            },
        },
        "headers": {"type": "object", "description": "Headers of every request."},
        "keep_headers": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Answer headers that recordings keep beside the usual ones.",
        },
        "forks": {
            "type": "boolean",
            "description": "A conversation may be continued twice from the same point, because"
            " all that it depends on is sent with each request; false where left out.",
        },
        "prepare": {**_STEPS, "description": "Once for each run, before all conversations."},  # type: ignore[dict-item]  # a mapping by construction
        "open": {**_STEPS, "description": "Before the first message."},  # type: ignore[dict-item]  # the same
        "send": {**_STEPS, "description": "For each message."},  # type: ignore[dict-item]  # the same
        "late": {
            "type": "array",
            "items": {"$ref": "#/$defs/late_step"},
            "minItems": 1,
            "description": "Looks for messages that came behind a reply.",
        },
        "history": {**_STEPS, "description": "The provider's own record."},  # type: ignore[dict-item]  # the same
        "close": {**_STEPS, "description": "At the end, always."},  # type: ignore[dict-item]  # the same
    },
}
