"""The format of provider definitions, as JSON Schema, and advice on keys that it does not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.conversation import Phase
from harness.core import Json, Path
from harness.formats.file_format import Advice
from harness.formats.json_schema import Violation
from harness.formats.yaml import Document
from harness.providers.definition import TOOL_ROUNDS
from harness.providers.reply_format import CONDITIONS, LATE_REPLY, REPLY
from harness.providers.request_format import BODIES, PART, REQUEST
from harness.providers.step_kinds import KINDS, StepKind, usable_by
from harness.providers.step_plans import ANY_SUCCESS

USABLE = usable_by()
"""Keys of a step that not every kind of step can use, with the kinds that can."""
OPENING_AGAIN = (Phase.SEND, Phase.TOOLS, Phase.LATE, Phase.HISTORY)
"""The phases whose steps can open the conversation again."""
REPLY_FORMATS = {Phase.SEND: "step", Phase.TOOLS: "step", Phase.LATE: "late_step"}
"""The phases whose steps read what the bot said, with the format of their steps."""

MOST_TOOL_ROUNDS = 100


def _closed_to(kind: str) -> dict[str, Json]:
    """What the steps of one kind may not say."""
    closed: dict[str, Any] = {}
    # The shortest first: a key that is closed has nothing below it.
    for path in sorted((path for path, kinds in USABLE.items() if kind not in kinds), key=len):
        below = closed
        for key in path[:-1]:
            part = below.setdefault(str(key), {"properties": {}})
            if part is False:
                break
            below = part["properties"]
        else:
            below[str(path[-1])] = False
    return {"properties": closed}


def _any_of(kind: StepKind) -> dict[str, Json]:
    """That a step of a kind has one of some keys."""
    return {"anyOf": [{"required": [key]} for key in kind.any_of]} if kind.any_of else {}


_MEDIA_TYPE: Json = {"type": "string", "pattern": "^[a-z0-9.+*-]+/[a-z0-9.+*-]+$"}
_STATUS: Json = {
    "if": {"type": "string"},
    "then": {"enum": [ANY_SUCCESS]},
    "else": {"type": "integer", "minimum": 100, "maximum": 599},
}

_PATHS: list[Json] = [
    {"type": "string"},
    {"type": "array", "items": {"type": "string"}, "minItems": 1},
]

_ON: dict[str, Any] = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": {"pattern": "^[45][0-9][0-9]$"},
    "additionalProperties": {"enum": [Phase.OPEN.value]},
    "description": "Status to 'open': the 'open' steps run again, and the step is repeated once.",
}

STEP: dict[str, Any] = {
    "type": "object",
    "description": "A request, or a step on a WebSocket, and how its answer is used.",
    "oneOf": [{"required": [kind]} for kind in KINDS],
    "additionalProperties": False,
    "properties": {
        "when": {"type": "string", "description": "The step is skipped if this is false."},
        **{name: kind.format for name, kind in KINDS.items()},
        "answer": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "status": {
                    "anyOf": [
                        _STATUS,
                        {"type": "array", "items": _STATUS, "minItems": 1},
                    ],
                    "description": "Expected status, 2xx for any success; default: 200.",
                },
                "content_type": {
                    "anyOf": [
                        _MEDIA_TYPE,
                        {"type": "array", "items": _MEDIA_TYPE, "minItems": 1},
                    ],
                    "description": "Expected media type, without parameters; default: any.",
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
                    *_PATHS,
                    {
                        "type": "object",
                        "required": ["json"],
                        "additionalProperties": False,
                        "properties": {
                            "json": {"oneOf": _PATHS},
                            "secret": {
                                "type": "boolean",
                                "description": "Never stored or shown; default: false.",
                            },
                            "new": {
                                "type": "boolean",
                                "description": "Must differ from all earlier values.",
                            },
                            "optional": {
                                "type": "boolean",
                                "description": "Keeps its value if there is none; default: false.",
                            },
                        },
                    },
                ]
            },
            "description": "Name to JSONPath into the answer, to several of which the first with a"
            " value is used, or to 'json', 'secret', 'new' and 'optional'.",
        },
        "reply": {"$ref": "#/$defs/reply"},
        "fail_if": CONDITIONS,
        "on": _ON,
        **{key: schema for kind in KINDS.values() for key, schema in kind.keys.items()},
    },
    "dependentRequired": {name: [*kind.required] for name, kind in KINDS.items() if kind.required},
    "dependentSchemas": {
        name: {**_closed_to(name), **_any_of(kind)} for name, kind in KINDS.items()
    },
}


LATE_STEP: Json = {
    **STEP,
    "description": "Like other steps, but only the messages of a reply are used.",
    "properties": {**STEP["properties"], "reply": {"$ref": "#/$defs/late_reply"}},
}
SILENT_STEP: Json = {
    **STEP,
    "description": "A step of a phase that reads no reply.",
    "properties": {key: one for key, one in STEP["properties"].items() if key != "reply"},
}

_PHASES: Mapping[Phase, str] = {
    Phase.PREPARE: "Once per run, before all conversations.",
    Phase.OPEN: "Before the first message.",
    Phase.SEND: "For each message.",
    Phase.TOOLS: "Sends back what tools return, until the bot calls none.",
    Phase.LATE: "Looks for messages that come after a reply.",
    Phase.HISTORY: "The provider's own record.",
    Phase.CLOSE: "At the end of every conversation.",
}


def _phase(name: Phase) -> Json:
    items: Json = {"$ref": f"#/$defs/{REPLY_FORMATS.get(name, 'silent_step')}"}
    return {"type": "array", "items": items, "minItems": 1, "description": _PHASES[name]}


DEFINITION_SCHEMA: Json = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Provider definition",
    "description": "A chat API as data: which requests are sent, in which order, and "
    "how a reply is read.",
    "type": "object",
    "required": ["definition", "settings", "send"],
    "additionalProperties": False,
    "$defs": {
        "request": REQUEST,
        "part": PART,
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
                "description": "JSON Schema of one setting, with `secret`, `required`, `variable`.",
                "properties": {
                    "secret": {"type": "boolean"},
                    "required": {"type": "boolean"},
                    "variable": {
                        "type": "string",
                        "description": "The environment variable that usually has it.",
                    },
                    "default": {},
                    "description": {"type": "string"},
                },
            },
        },
        "headers": {"type": "object", "description": "Headers of every request."},
        "on": {**_ON, "description": f"As for each step of {', '.join(OPENING_AGAIN)}."},
        "keep_headers": {
            "type": "array",
            "items": {"type": "string", "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"},
            "description": "Answer headers that recordings keep in addition to the usual ones.",
        },
        "forks": {
            "type": "boolean",
            "description": "A conversation can be continued twice from the same point, because"
            " each request contains everything it depends on; default: false.",
        },
        "tool_rounds": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_TOOL_ROUNDS,
            "description": "How often the tools of one message may be answered; default: "
            f"{TOOL_ROUNDS}.",
        },
        **{name.value: _phase(name) for name in Phase},
    },
}

_STEP = 2
"""Parts of a path to a step: its phase and its index."""
_REQUESTS = ("request", "poll", "stream")
"""The kinds of step that send an HTTP request."""


def advise(document: Document, violation: Violation) -> Advice | None:
    """Why a key may not stand where it does; None where nothing more is known of it."""
    path = violation.path
    if violation.keyword == "unknown-key" and path[-2:-1] == ("on",):
        return Advice(
            message=f"'{path[-1]}' is not a status that a step can log in again after",
            hint="write one from 400 to 599, such as 401",
        )
    if violation.keyword != "unknown-key" or len(path) <= _STEP or path[0] not in tuple(Phase):
        return None
    phase, key, below = str(path[0]), str(path[-1]), path[_STEP:]
    kind = next((kind for kind in KINDS if document.at(*path[:_STEP]).has(kind)), "")
    if below in USABLE and (below != ("reply",) or phase in REPLY_FORMATS):
        *others, last = (f"'{kind}'" for kind in USABLE[below])
        kinds = f"{', '.join(others)} and {last}" if others else last
        return Advice(
            message=f"a '{kind}' step cannot use {_named(below)}", hint=f"it is a key of {kinds}"
        )
    if below == ("reply",):
        *phases, last = (f"'{phase}'" for phase in REPLY_FORMATS)
        return Advice(
            message=f"the 'reply' of '{phase}' steps is never read",
            hint=f"a reply is read from the steps of {', '.join(phases)} and {last}",
        )
    if below[:1] in {(kind,) for kind in KINDS} and key in BODIES:
        first = next(body for body in BODIES if document.at(*path[:-1]).has(body))
        return Advice(
            message=f"'{key}' is used together with '{first}'",
            hint=f"a request has only one body: {', '.join(BODIES)}",
        )
    is_misplaced = below == (key,) and kind in _REQUESTS and key in REQUEST["properties"]
    message, hint = f"unknown key '{key}'", f"it is a key of '{kind}'"
    return Advice(message=message, hint=hint) if is_misplaced else None


def _named(path: Path) -> str:
    return "'" + ".".join(map(str, path)) + "'"
