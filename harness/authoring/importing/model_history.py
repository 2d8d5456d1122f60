"""What a request to a language model repeats of its conversation: texts, tool calls, results.

Reads the bodies of OpenAI's Chat Completions and Responses and of Anthropic's Messages, and of what
is compatible with them. Each item of a list has a place in what is read, or is an error.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.core import Json, quote
from harness.formats.json_path import path_text

SYSTEM, USER, ASSISTANT, TOOL = "system", "user", "assistant", "tool"
_SYSTEM_ROLES = ("system", "developer")
_TEXT_TYPES = ("text", "input_text", "output_text")
_INTERNAL = ("thinking", "redacted_thinking", "reasoning")
"""Parts in which a model thinks; they are not part of what it says."""


class Unplaced(ValueError):
    """An item has no place in a scenario; the text says where it is and what it is."""

    def __init__(self, place: Sequence[str | int], what: str) -> None:
        super().__init__(f"{path_text(tuple(place))} {what}")
        self.interaction = 0
        """The place of the interaction, from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """A call of a tool."""

    id: str
    name: str
    arguments: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedResult:
    """What a tool returned."""

    id: str
    value: Json
    """JSON if the text was an object or a list, otherwise the text."""
    is_error: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryItem:
    """One item of a history."""

    role: str
    """`SYSTEM`, `USER`, `ASSISTANT` or `TOOL`."""
    text: str = ""
    calls: tuple[RecordedCall, ...] = ()
    results: tuple[RecordedResult, ...] = ()
    place: tuple[str | int, ...] = ()
    """Where it is in the body."""

    @property
    def content(self) -> tuple[object, ...]:
        """What is compared with another history."""
        # Results are known by the ids of their calls.
        results = sorted(self.results, key=lambda result: result.id)
        return self.role, self.text.strip(), self.calls, results


def read_history(body: Json) -> tuple[HistoryItem, ...] | None:
    """What a body says, in order; None if it is not a request to a language model.

    Raises `Unplaced`.
    """
    if not isinstance(body, Mapping):
        return None
    key = next((key for key in ("messages", "input") if key in body), "")
    items = body.get(key)
    if key == "input" and isinstance(items, str):
        items = [{"role": USER, "content": items}]
    if not isinstance(items, list) or not all(map(_is_item, items)):
        return None
    if body.get("previous_response_id") is not None:
        raise Unplaced(("previous_response_id",), "continues a conversation that the server keeps")
    found = [*_instructions(body)]
    for at, item in enumerate(items):
        found += _items(item, (key, at))
    return tuple(_merged(found, joins_answers=key == "input"))


def _is_item(item: Json) -> bool:
    return isinstance(item, Mapping) and ("role" in item or "type" in item)


def _instructions(body: Mapping[str, Json]) -> Iterator[HistoryItem]:
    for key in ("system", "instructions"):
        if body.get(key):
            yield HistoryItem(role=SYSTEM, text=_text(body[key], (key,)), place=(key,))


def _items(item: Mapping[str, Json], place: tuple[str | int, ...]) -> Iterator[HistoryItem]:
    role, kind = item.get("role"), item.get("type", "message")
    if kind == "function_call":
        call = _call(item, item, place)
        yield HistoryItem(role=ASSISTANT, calls=(call,), place=place)
    elif kind == "function_call_output":
        yield HistoryItem(
            role=TOOL, results=(_result(item, "call_id", "output", place),), place=place
        )
    elif kind == "reasoning":
        yield HistoryItem(role=ASSISTANT, place=place)
    elif kind != "message":
        raise Unplaced(place, f"is of the type {quote(kind)}")
    elif role in _SYSTEM_ROLES:
        yield HistoryItem(role=SYSTEM, text=_text(item.get("content"), place), place=place)
    elif role == TOOL:
        yield HistoryItem(
            role=TOOL, results=(_result(item, "tool_call_id", "content", place),), place=place
        )
    elif role == ASSISTANT:
        yield _answer(item, place)
    elif role == USER:
        yield from _of_user(item, place)
    else:
        raise Unplaced(place, f"has the role {quote(role)}")


def _of_user(item: Mapping[str, Json], place: tuple[str | int, ...]) -> Iterator[HistoryItem]:
    """A message of the user or, as Anthropic writes them, results of tools."""
    if item.get("name"):
        raise Unplaced((*place, "name"), "names the user")
    content = item.get("content")
    parts = content if isinstance(content, list) else []
    results = [
        _result(part, "tool_use_id", "content", (*place, "content", at))
        for at, part in enumerate(parts)
        if isinstance(part, Mapping) and part.get("type") == "tool_result"
    ]
    if not results:
        yield HistoryItem(role=USER, text=_text(content, place), place=place)
        return
    if len(results) < len(parts):
        raise Unplaced(place, "has results of tools and a text")
    yield HistoryItem(role=TOOL, results=tuple(results), place=place)


def _answer(item: Mapping[str, Json], place: tuple[str | int, ...]) -> HistoryItem:
    if item.get("function_call"):
        raise Unplaced((*place, "function_call"), "is a call in a form that is no longer used")
    content = item.get("content")
    parts = content if isinstance(content, list) else []
    uses = [part for part in parts if isinstance(part, Mapping) and part.get("type") == "tool_use"]
    calls = [_call(use, use, place) for use in uses]
    listed = item.get("tool_calls")
    for call in listed if isinstance(listed, list) else ():
        if not isinstance(call, Mapping) or not isinstance(call.get("function"), Mapping):
            raise Unplaced((*place, "tool_calls"), "has a call that is not of a function")
        calls.append(_call(call, call["function"], place))
    spoken: Json = content
    if isinstance(content, list):
        spoken = [part for part in content if part not in uses]
    text = _text(spoken, place, is_joined=True) if spoken else str(item.get("refusal") or "")
    return HistoryItem(role=ASSISTANT, text=text, calls=tuple(calls), place=place)


def _call(
    item: Mapping[str, Json], function: Mapping[str, Json], place: tuple[str | int, ...]
) -> RecordedCall:
    given = function.get("arguments", function.get("input"))
    name = function.get("name")
    if not isinstance(name, str):
        raise Unplaced(place, "has a call without a name")
    number = item.get("call_id") or item.get("id") or ""
    return RecordedCall(id=str(number), name=name, arguments=_parsed(given, is_any=True))


def _result(
    item: Mapping[str, Json], id_key: str, key: str, place: tuple[str | int, ...]
) -> RecordedResult:
    content = item.get(key)
    text = "" if content is None else _text(content, place)
    return RecordedResult(
        id=str(item.get(id_key) or ""),
        value=_parsed(text, is_any=False),
        is_error=item.get("is_error") is True,
    )


def _parsed(value: Json, *, is_any: bool) -> Json:
    """The JSON of a text; unless `is_any`, only objects and lists."""
    if not isinstance(value, str) or (not is_any and value.lstrip()[:1] not in ("{", "[")):
        return value
    try:
        found: Json = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return found


def _text(content: Json, place: tuple[str | int, ...], *, is_joined: bool = False) -> str:
    """The text of a content; `is_joined` if several parts are one text."""
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        raise Unplaced(place, "has a content that is neither a text nor a list")
    texts = []
    for at, part in enumerate(content):
        kind = part.get("type") if isinstance(part, Mapping) else None
        if kind == "refusal" and isinstance(part, Mapping):
            texts.append(str(part.get("refusal") or ""))
        elif kind in _TEXT_TYPES and isinstance(part, Mapping) and isinstance(part["text"], str):
            texts.append(part["text"])
        elif kind not in _INTERNAL:
            raise Unplaced((*place, "content", at), f"is of the type {quote(kind)}")
    if len(texts) > 1 and not is_joined:
        raise Unplaced(place, f"has {len(texts)} texts, which a scenario says in one")
    return "".join(texts)


def _merged(found: Sequence[HistoryItem], *, joins_answers: bool) -> Iterator[HistoryItem]:
    """Results of one round are one item; with `joins_answers`, parts of an answer are one too."""
    last: HistoryItem | None = None
    for said in found:
        is_joined = said.role == TOOL or (joins_answers and said.role == ASSISTANT)
        if last is not None and is_joined and last.role == said.role:
            last = replace(
                last,
                text=last.text + said.text,
                calls=(*last.calls, *said.calls),
                results=(*last.results, *said.results),
            )
            continue
        if last is not None:
            yield last
        last = said
    if last is not None:
        yield last
