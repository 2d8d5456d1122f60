"""Which values inside a check are texts, read as they were written: `012` is no number there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from harness.core.typing import Json
from harness.formats.yaml import Node

_Read = Callable[[Node], Json]

TEXT_CHECKS = (
    *("equals", "contains", "contains_any", "contains_all", "not_contains"),
    *("matches", "not_matches", "starts_with", "ends_with"),
)
"""Checks whose values are texts."""


def value_of(name: str, node: Node) -> Json:
    """The value of a check, its texts as they were written, however deep they stand."""
    read = _READERS.get(name)
    return node.value if read is None else read(node)


def _block(node: Node) -> Json:
    """A mapping of checks."""
    if not isinstance(node.value, dict):
        return node.value
    return {name: value_of(name, one) for name, one in node.items()}


def _blocks(node: Node) -> Json:
    """A list of such mappings."""
    return [_block(one) for one in node] if isinstance(node.value, list) else node.value


def _parts(readers: Mapping[str, _Read], otherwise: _Read, node: Node) -> Json:
    """A mapping some of whose keys hold checks or texts; anything else is read otherwise."""
    if not isinstance(node.value, dict):
        return otherwise(node)
    return {key: readers[key](one) if key in readers else one.value for key, one in node.items()}


def _text(node: Node) -> Json:
    return node.as_written


def _plain(node: Node) -> Json:
    return node.value


_READERS: Mapping[str, _Read] = {
    **dict.fromkeys(TEXT_CHECKS, _text),
    "not": _block,
    "any_of": _blocks,
    "all_of": _blocks,
    "messages": partial(_parts, dict.fromkeys(("each", "any", "first", "last"), _block), _plain),
    "replies": partial(_parts, {"messages": _blocks}, _blocks),
    "attachments": partial(_parts, {"any": _block}, _plain),
    "actions": partial(_parts, {"contains": _text, "not_contains": _text}, _text),
}
