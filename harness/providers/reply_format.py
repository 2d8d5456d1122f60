"""`reply:` in provider definitions: its format as JSON Schema, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from harness.core import Json
from harness.formats.yaml import Node
from harness.providers.conditions import Conditions
from harness.providers.reply_plan import ButtonPlan, ReplyPlan, ResultsPlan, TextPath, ToolsPlan

_TEXT: Json = {
    "if": {"type": "object"},
    "then": {
        "required": ["join"],
        "additionalProperties": False,
        "properties": {
            "join": {
                "type": "string",
                "description": "JSONPath to the pieces of one text, such as deltas of a stream.",
            },
            "separator": {
                "type": "string",
                "description": "Between the pieces, such as ' ' or a newline; default: nothing.",
            },
        },
    },
    "else": {"type": "string"},
}

CONDITIONS: Json = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {
        "if": {"type": "object"},
        "then": {
            "required": ["exists"],
            "additionalProperties": False,
            "properties": {
                "exists": {
                    "type": "boolean",
                    "description": "Whether there is anything at the path, null included.",
                }
            },
        },
        "else": {"if": {"type": "array"}, "then": {"minItems": 1}},
    },
    "description": "JSONPath into the answer, to a value, a list of values, or 'exists'.",
}

_KEYS: Mapping[str, Json] = {
    "messages": {"type": "string", "description": "JSONPath to each message."},
    "text": {
        "if": {"type": "array"},
        "then": {"items": _TEXT, "minItems": 1},
        "else": _TEXT,
        "description": "Within a message: its one text, or all pieces of it.",
    },
    "id": {"type": "string", "description": "Within a message."},
    "index": {
        "type": "string",
        "description": "Within a piece of a message: which message it is; joins the pieces.",
    },
    "text_optional": {
        "type": "boolean",
        "description": "A message may have no text.",
    },
    "messages_optional": {
        "type": "boolean",
        "description": "There may be no message at all.",
    },
    "whole": {
        "type": "boolean",
        "description": "Each event of the stream is a whole message, not a piece of one.",
    },
    "only_new": {
        "type": "boolean",
        "description": "Leave out messages whose id was in an earlier answer.",
    },
    "question": {
        **CONDITIONS,  # type: ignore[dict-item]  # a mapping by construction
        "description": "Within a message: it is the user's, and the reply follows the last one.",
    },
    "in_reply_to": {
        **CONDITIONS,  # type: ignore[dict-item]  # a mapping by construction
        "description": "Within a message: it belongs to this turn; others are left out.",
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
                    "path": {"type": "string", "description": "JSONPath to each button."},
                    "label": {
                        "type": "string",
                        "description": "Within a button; default: $.label.",
                    },
                    "prompt": {
                        "type": "string",
                        "description": (
                            "Within a button: what pressing it sends; default: the label."
                        ),
                    },
                },
            },
        ],
    },
    "products": {"type": "string", "description": "JSONPath to each product."},
    "attachments": {"type": "string", "description": "JSONPath to each attachment."},
    "tools": {
        "type": "object",
        "description": "Where the tool calls are.",
        "required": ["path"],
        "additionalProperties": False,
        "properties": {
            "path": {"type": "string", "description": "JSONPath to each call."},
            "name": {"type": "string", "description": "Within a call; default: $.name."},
            "arguments": {
                "type": "string",
                "description": "Within a call, JSON or a text of it; default: $.arguments.",
            },
            "id": {"type": "string", "description": "Within a call."},
            "index": {
                "type": "string",
                "description": "Within a piece of a call: which call it is; joins the pieces.",
            },
            "if": {
                **CONDITIONS,  # type: ignore[dict-item]  # as above
                "description": "Within a call, or one of its pieces: it is one; default: any is.",
            },
            "results": {
                "type": "object",
                "description": "Where the results are of tools that the bot runs itself.",
                "required": ["path"],
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "string", "description": "JSONPath to each result."},
                    "id": {
                        "type": "string",
                        "description": "Within a result: the id of its call; default: $.id.",
                    },
                    "value": {
                        "type": "string",
                        "description": "Within a result; default: $.value.",
                    },
                },
            },
        },
    },
    "usage": {
        "type": "string",
        "description": "JSONPath to the usage: a mapping of names to numbers.",
    },
}
_OF_LATE = ("messages", "text", "id", "index", "text_optional", "whole", "in_reply_to")

REPLY: Json = {
    "type": "object",
    "description": "How the reply is read from the answer.",
    "additionalProperties": False,
    "properties": _KEYS,
    "dependentRequired": {"only_new": ["id"], "index": ["messages"]},
}
LATE_REPLY: Json = {
    "type": "object",
    "description": "How the bot's messages are read; only new ones count.",
    "additionalProperties": False,
    "properties": {key: _KEYS[key] for key in _OF_LATE},
    "dependentRequired": {"index": ["messages"]},
}

_PATH_KEYS = ("messages", "id", "index", "actions", "products", "attachments", "usage")
"""Keys of `reply:` whose value is one JSONPath."""
_BUTTON_KEYS = ("label", "prompt")
_TOOL_KEYS = ("path", "name", "arguments", "id", "index")
_RESULT_KEYS = ("path", "id", "value")


def reply_plan(
    node: Node, path: Callable[[Node], str], conditions: Callable[[Node, str], Conditions]
) -> ReplyPlan:
    """Read `reply:` as a plan.

    `path` reads a JSONPath, and `conditions` the conditions of a key; they note problems.
    """

    def paths(within: Node, keys: Sequence[str]) -> dict[str, str]:
        """The paths of keys. The path of buttons may be in a mapping."""
        found = {key: one for key in keys if (one := within.get(key)) is not None}
        return {
            key: path(one.at("path") if isinstance(one.value, dict) else one)
            for key, one in found.items()
        }

    text, tools, actions = node.get("text"), node.get("tools"), node.get("actions")
    texts = list(text) if text and isinstance(text.value, list) else [text] if text else []
    has_buttons = actions is not None and isinstance(actions.value, dict)
    return ReplyPlan(
        **paths(node, _PATH_KEYS),
        button=ButtonPlan(**paths(actions, _BUTTON_KEYS)) if actions and has_buttons else None,
        text=tuple(_text_path(one, path) for one in texts) or (TextPath("$"),),
        text_place=text.place if text else None,
        is_text_optional=bool(node.value_of("text_optional")),
        are_messages_optional=bool(node.value_of("messages_optional")),
        only_new=bool(node.value_of("only_new")),
        question=conditions(node, "question"),
        in_reply_to=conditions(node, "in_reply_to"),
        tools=_tools_plan(tools, paths, conditions) if tools else None,
    )


def _tools_plan(
    node: Node,
    paths: Callable[[Node, Sequence[str]], dict[str, str]],
    conditions: Callable[[Node, str], Conditions],
) -> ToolsPlan:
    results = node.get("results")
    return ToolsPlan(
        **paths(node, _TOOL_KEYS),
        conditions=conditions(node, "if"),
        results=ResultsPlan(**paths(results, _RESULT_KEYS)) if results else None,
    )


def _text_path(node: Node, path: Callable[[Node], str]) -> TextPath:
    joined = node.get("join") if isinstance(node.value, dict) else None
    if joined is None:
        return TextPath(path(node))
    return TextPath(path(joined), joins=True, separator=node.value_of("separator") or "")
