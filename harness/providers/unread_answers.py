"""What an answer says that could not be read as a reply."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from harness.core import Json, quote, scalars, shorten
from harness.formats.json_path import path_text
from harness.providers.reply_plan import ReplyPlan

MOST_TEXTS = 5
"""Paths that are named if a message has no text where it should be."""
_ERROR_KEYS = ("error", "errors", "detail", "message")


def error_in(payload: Json) -> tuple[str, ...]:
    """A line with the error in a payload, which many systems send with status 200."""
    if isinstance(payload, Mapping) and (key := _key_of_error(payload)):
        said = payload[key]
        text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
        return (f"the answer says {key}: {shorten(text)}",)
    return (f"the answer is {shorten(json.dumps(payload, ensure_ascii=False))}",)


def without_text(plan: ReplyPlan, node: Json) -> Iterator[str]:
    """What a message says that has no text: its error, or where it has texts."""
    yield from error_in(node)
    yield from _place_of_text(plan)
    found = [path_text(path) for path, value in scalars(node) if isinstance(value, str) and value]
    if found and not _key_of_error(node):
        listed = (*found[:MOST_TEXTS], *_more(found))
        yield f"the message has texts at {shorten(', '.join(listed))}"


def with_several_texts(plan: ReplyPlan, texts: Sequence[str]) -> Iterator[str]:
    """The texts of a message that should have one, and where the definition says so."""
    listed = (*map(quote, texts[:MOST_TEXTS]), *_more(texts))
    yield f"the texts are {shorten(', '.join(listed))}"
    yield from _place_of_text(plan)


def with_several_values(values: Sequence[Json]) -> Iterator[str]:
    """The values where there should be one."""
    listed = [json.dumps(one, ensure_ascii=False) for one in values[:MOST_TEXTS]]
    yield f"the values are {shorten(', '.join((*listed, *_more(values))))}"


def _more(values: Sequence[Json]) -> Sequence[str]:
    """What stands for the values that are not named."""
    return ("…",) if len(values) > MOST_TEXTS else ()


def _place_of_text(plan: ReplyPlan) -> Iterator[str]:
    if plan.text_place is not None:
        yield f"reply.text is in {plan.text_place.source.path}:{plan.text_place.line}"


def _key_of_error(payload: Json) -> str:
    if not isinstance(payload, Mapping):
        return ""
    return next((key for key in _ERROR_KEYS if payload.get(key)), "")
