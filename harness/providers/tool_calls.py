"""Reads the tool calls of a reply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.conversation import ToolCall, ToolResult
from harness.core import Json, ProtocolError
from harness.formats.json_path import find_all
from harness.providers.conditions import holds
from harness.providers.message_text import only_value, text_at
from harness.providers.payload import read_json
from harness.providers.reply_plan import ResultsPlan, ToolsPlan
from harness.providers.unread_answers import error_in

_NAME, _ID = "name of a tool call", "id of a tool call"


def read_calls(plan: ToolsPlan, payload: Json) -> tuple[ToolCall, ...]:
    """The tool calls of a payload, in order. Raises `ProtocolError` for one without a name."""
    nodes = find_all(plan.path, payload)
    pieces = _pieces_of_calls(plan, nodes) if plan.index else [[node] for node in nodes]
    if plan.conditions:
        pieces = [call for call in pieces if any(holds(plan.conditions, one) for one in call)]
    results = _results(plan.results, payload) if plan.results is not None else {}
    calls = (_call(plan, call) for call in pieces)
    return tuple(replace(call, result=results.get(call.id)) for call in calls)


def _results(plan: ResultsPlan, payload: Json) -> dict[str, ToolResult]:
    """What the tools returned that the bot ran itself, by the id of the call."""
    return {
        number: ToolResult(value=only_value(plan.value, node, "result of a tool call")[1])
        for node in find_all(plan.path, payload)
        if (number := text_at(plan.id, node, "id of a tool's result"))
    }


def _pieces_of_calls(plan: ToolsPlan, nodes: list[Json]) -> list[list[Json]]:
    """The pieces of each call.

    A piece without an index belongs to the call before it, unless it has a name: then it begins a
    call. So does a piece with a name and another id than the call of its index, as some servers
    give every call the index 0.
    """
    calls: dict[str, list[Json]] = {}
    current: dict[str, str] = {}
    last = ""
    for node in nodes:
        index = text_at(plan.index, node, "index of a tool call")
        if not index:
            begins = not last or bool(text_at(plan.name, node, _NAME))
            index = f"without an index: {len(calls)}" if begins else last
        elif _begins_another(plan, calls.get(current.get(index, index), ()), node):
            current[index] = f"again {index}: {len(calls)}"
        last = current.get(index, index)
        calls.setdefault(last, []).append(node)
    return list(calls.values())


def _begins_another(plan: ToolsPlan, pieces: Sequence[Json], node: Json) -> bool:
    """Whether a piece begins another call than the pieces with its index."""
    number = text_at(plan.id, node, _ID)
    if not number or not text_at(plan.name, node, _NAME):
        return False
    known = next(filter(None, (text_at(plan.id, piece, _ID) for piece in pieces)), number)
    return number != known


def _call(plan: ToolsPlan, pieces: list[Json]) -> ToolCall:
    """A call from its pieces: the first name, the first id, and all texts of arguments."""
    name, number = (
        next(filter(None, (text_at(path, piece, meaning) for piece in pieces)), "")
        for path, meaning in ((plan.name, _NAME), (plan.id, _ID))
    )
    if not name:
        raise ProtocolError(
            "no-tool-name",
            f"a tool call of the answer has no name at {plan.name}",
            details=error_in(pieces[0]),
        )
    given = [only_value(plan.arguments, piece, "arguments of a tool call")[1] for piece in pieces]
    texts = [one for one in given if isinstance(one, str)]
    other = next((one for one in given if one is not None and not isinstance(one, str)), None)
    arguments = "".join(texts) if texts else other
    # A stream does not mention the arguments of a call that has none.
    if plan.index and arguments in (None, ""):
        arguments = {}
    return ToolCall(name=name, arguments=_arguments(arguments), id=number)


def _arguments(value: Json) -> Json:
    """Arguments as JSON. A text that is not JSON is left as it is, so that checks can judge it."""
    if not isinstance(value, str):
        return value
    try:
        return read_json(value.encode("utf-8", "surrogatepass"))
    except ProtocolError:
        return value
