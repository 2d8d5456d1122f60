"""The format of provider definitions, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

from harness.conversation import Phase
from harness.core.durations import DURATION_PATTERN
from harness.core.typing import Json, Path
from harness.providers.definition import ANY_SUCCESS
from harness.providers.reply_format import CONDITIONS, LATE_REPLY, REPLY

KINDS = ("request", "poll", "stream")
"""The kinds of steps; a step has the key of its kind."""
BODIES = ("json", "form", "xml", "text")
"""Keys of a request's body, of which one may be there."""
USABLE: Mapping[Path, tuple[str, ...]] = {
    ("until",): ("poll",),
    ("pending",): ("poll",),
    ("every",): ("poll",),
    ("timeout",): ("poll",),
    ("framing",): ("stream",),
    ("events",): ("stream",),
    ("done",): ("stream",),
    ("answer", "as"): ("request", "poll"),
}
"""Keys of a step that not every kind of step can use, with the kinds that can."""
REPLYING = {"send": "step", "late": "late_step"}
"""The phases whose steps read what the bot said, with the format of their steps."""

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
        "xml": {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "description": "Sent as XML: one root key.",
        },
        "text": {"type": "string", "description": "Sent as plain text."},
        "schema": {"type": "string", "description": "Contract of the body, a name in schemas/."},
        "repeatable": {
            "type": "boolean",
            "description": "May be sent again although the server may have acted on it.",
        },
    },
    "dependentSchemas": {
        **{
            body: {"properties": dict.fromkeys(BODIES[index:], False)}
            for index, body in enumerate(BODIES[:-1], 1)
        },
        "schema": {"anyOf": [{"required": [body]} for body in BODIES]},
    },
}


def _closed_to(kind: str) -> Json:
    """What the steps of one kind may not say."""
    closed: dict[str, Json] = {}
    for path, kinds in USABLE.items():
        if kind not in kinds:
            below: Json = False
            for key in reversed(path[1:]):
                below = {"properties": {str(key): below}}
            closed[str(path[0])] = below
    return {"properties": closed}


_MEDIA_TYPE: Json = {"type": "string", "pattern": "^[a-z0-9.+*-]+/[a-z0-9.+*-]+$"}
_FRAMINGS = ("sse", "ndjson", "text")
_STATUS: Json = {
    "if": {"type": "string"},
    "then": {"enum": [ANY_SUCCESS]},
    "else": {"type": "integer", "minimum": 100, "maximum": 599},
}

STEP: Json = {
    "type": "object",
    "description": "A request, a poll or a stream, and what is done with its answer.",
    "oneOf": [{"required": [kind]} for kind in KINDS],
    "additionalProperties": False,
    "properties": {
        "when": {"type": "string", "description": "The step is left out where this is false."},
        **{kind: {"$ref": "#/$defs/request"} for kind in KINDS},
        "answer": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "status": {
                    "anyOf": [
                        _STATUS,
                        {"type": "array", "items": _STATUS, "minItems": 1},
                    ],
                    "description": "Expected status, 2xx for any success; 200 where left out.",
                },
                "content_type": {
                    "anyOf": [
                        _MEDIA_TYPE,
                        {"type": "array", "items": _MEDIA_TYPE, "minItems": 1},
                    ],
                    "description": "Expected media type, without parameters; any if left out.",
                },
                "schema": {"type": "string", "description": "Contract, a name in schemas/."},
                "as": {"enum": ["json", "xml", "text", "none"]},
            },
        },
        "capture": {
            "type": "object",
            "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
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
        "until": CONDITIONS,
        "fail_if": CONDITIONS,
        "pending": CONDITIONS,
        "every": _DURATION,
        "timeout": _DURATION,
        "framing": {
            "if": {"type": "array"},
            "then": {
                "items": {"enum": list(_FRAMINGS)},
                "minItems": 2,
                "uniqueItems": True,
            },
            "else": {"enum": ["auto", *_FRAMINGS]},
            "description": "How the stream is cut; of several, the body tells; auto is any.",
        },
        "events": {
            "enum": ["text", "json"],
            "description": "What the data of each event is; text where left out.",
        },
        "done": {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "required": ["text"],
                    "additionalProperties": False,
                    "properties": {
                        "text": {"type": "string", "description": "The data of that event."},
                        "optional": {
                            "type": "boolean",
                            "description": "It may be missing; false where left out.",
                        },
                    },
                },
            ],
            "description": "The event that ends the stream; it is no part of the reply.",
        },
    },
    "dependentRequired": {"poll": ["until", "every", "timeout"]},
    "dependentSchemas": {kind: _closed_to(kind) for kind in KINDS},
}


def _like(schema: Json, description: str, properties: Mapping[str, Json]) -> Json:
    """Another format whose keys are others."""
    assert isinstance(schema, Mapping)  # noqa: S101  # written above
    return {**schema, "description": description, "properties": properties}


def _keys(schema: Json) -> Mapping[str, Json]:
    found = schema["properties"] if isinstance(schema, Mapping) else None
    assert isinstance(found, Mapping)  # noqa: S101  # written above
    return found


LATE_STEP: Json = _like(
    STEP,
    "As any step, but of a reply it reads the messages alone.",
    {**_keys(STEP), "reply": {"$ref": "#/$defs/late_reply"}},
)

SILENT_STEP: Json = _like(
    STEP,
    "A step of a phase in which the bot says nothing that is read.",
    {key: value for key, value in _keys(STEP).items() if key != "reply"},
)

_PHASES: Mapping[str, str] = {
    "prepare": "Once for each run, before all conversations.",
    "open": "Before the first message.",
    "send": "For each message.",
    "late": "Looks for messages that came behind a reply.",
    "history": "The provider's own record.",
    "close": "At the end, always.",
}


def _phase(name: str) -> Json:
    items: Json = {"$ref": f"#/$defs/{REPLYING.get(name, 'silent_step')}"}
    return {"type": "array", "items": items, "minItems": 1, "description": _PHASES[name]}


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
        "silent_step": SILENT_STEP,
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
            "items": {"type": "string", "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"},
            "description": "Answer headers that recordings keep beside the usual ones.",
        },
        "forks": {
            "type": "boolean",
            "description": "A conversation may be continued twice from the same point, because"
            " all that it depends on is sent with each request; false where left out.",
        },
        **{phase.value: _phase(phase.value) for phase in Phase},
    },
}
