"""Reads the `reply:` of a definition's step."""

from __future__ import annotations

from collections.abc import Callable

from harness.formats.yaml import Node
from harness.providers.definition import ButtonPlan, Conditions, ReplyPlan, ToolsPlan

_PATHS = ("messages", "id", "actions", "products", "attachments", "usage")
_BUTTON_PATHS = ("label", "prompt")
_TOOL_PATHS = ("path", "name", "arguments", "id")


def reply_plan(
    node: Node, path: Callable[[Node], str], conditions: Callable[[Node, str], Conditions]
) -> ReplyPlan:
    """What `reply:` says.

    `path` reads a JSONPath, and `conditions` those behind a key; they note what is wrong.
    """
    text, tools = node.get("text"), node.get("tools")
    paths = [text] if text and isinstance(text.value, str) else list(text or ())
    one = {key: path(found) for key in _PATHS if (found := _path_at(node, key)) is not None}
    actions = node.get("actions")
    return ReplyPlan(
        **one,
        button=_button(actions, path) if actions and isinstance(actions.value, dict) else None,
        text=tuple(path(found) for found in paths) or ("$",),
        is_text_optional=_flag(node, "text_optional"),
        only_new=_flag(node, "only_new"),
        question=conditions(node, "question"),
        tools=_tools(tools, path) if tools else None,
    )


def _path_at(node: Node, key: str) -> Node | None:
    """The path behind a key; that of buttons may stand in a mapping."""
    found = node.get(key)
    return found.at("path") if found and isinstance(found.value, dict) else found


def _button(node: Node, path: Callable[[Node], str]) -> ButtonPlan:
    return ButtonPlan(**{key: path(node.at(key)) for key in _BUTTON_PATHS if node.get(key)})


def _tools(node: Node, path: Callable[[Node], str]) -> ToolsPlan:
    return ToolsPlan(**{key: path(node.at(key)) for key in _TOOL_PATHS if node.get(key)})


def _flag(node: Node, key: str) -> bool:
    found = node.get(key)
    return bool(found and found.value)
