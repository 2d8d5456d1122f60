"""Metadata that a person sends with the messages of a chat."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from harness.conversation import UserMessage
from harness.core import Json, Problem, ScenarioError, Source, quote
from harness.project.fitting_providers import unsent_in_message
from harness.providers.definition import Definition

FLAG = "--metadata"
COMMAND = "/metadata"


def metadata_of(given: Sequence[str], provider: str, definition: Definition) -> dict[str, Json]:
    """The metadata of options `KEY=VALUE`. Raises `ScenarioError` as `metadata_entry`."""
    entries = [metadata_entry(text, FLAG, provider, definition) for text in given]
    return dict(entries)


def metadata_entry(
    text: str, where: str, provider: str, definition: Definition
) -> tuple[str, Json]:
    """The key and the value of `KEY=VALUE`: JSON, or any other text.

    Raises `ScenarioError` for another form, and for a key that the definition never sends.
    """
    key, equals, value = text.partition("=")
    key = key.strip()
    if not key or not equals:
        hint = f"write {where} page=product"
        message = f"{quote(text)} is not KEY=VALUE"
        raise ScenarioError(Problem(code="wrong-option", message=message, where=where, hint=hint))
    place = Source(path=where, text=text).place(1, 1, len(key))
    sent = UserMessage(text="", metadata={key: value})
    if problems := list(unsent_in_message({provider: definition}, sent, place, "")):
        raise ScenarioError(problems)
    return key, _value(value.strip())


def _value(text: str) -> Json:
    try:
        value: Json = json.loads(text, parse_constant=_refused)
    except ValueError:
        return text
    return value


def _refused(name: str) -> Json:
    """NaN and Infinity are not JSON."""
    raise ValueError(name)


def metadata_text(metadata: Mapping[str, Json]) -> str:
    """Metadata as it is typed: `page=product asq=true`."""
    return " ".join(f"{key}={_shown(value)}" for key, value in metadata.items())


def _shown(value: Json) -> str:
    is_plain = isinstance(value, str) and _value(value) == value
    return str(value) if is_plain else json.dumps(value, ensure_ascii=False)
