"""Reads a reply from a payload."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from harness.conversation import Attachment, Reply, ReplyMessage, ToolCall, ToolResult
from harness.core import Json, ProtocolError, is_same, shorten
from harness.formats.json_path import find_all, find_first
from harness.providers.conditions import holds, is_of_this_turn
from harness.providers.message_text import message_text, plain_text, text_at
from harness.providers.payload import read_json
from harness.providers.reply_plan import ButtonPlan, ReplyPlan, ResultsPlan, ToolsPlan
from harness.providers.unread_answers import error_in


def read_reply(plan: ReplyPlan, payload: Json, seen: set[str]) -> Reply:
    """Read the reply in a payload.

    `seen` has the ids of messages that were read before; the new ones are added.
    Raises `ProtocolError` if there is no message, or a message has no text.
    """
    answers = messages_of_turn(plan, payload, seen)
    if plan.only_new:
        ids = (text_at(plan.id, node) for node in find_all(plan.messages, payload))
        seen.update(filter(None, ids))
    reply = Reply(
        messages=tuple(_messages(plan, answers)),
        payload=payload,
        actions=_actions(plan, find_all(plan.actions, payload)) if plan.actions else {},
        products=tuple(find_all(plan.products, payload)) if plan.products else (),
        attachments=_attachments(plan, payload),
        tools=read_calls(plan.tools, payload) if plan.tools is not None else None,
        usage=_usage(find_all(plan.usage, payload)) if plan.usage else None,
    )
    parts = (reply.messages, reply.actions, reply.products, reply.attachments, reply.tools)
    if not any(parts) and not plan.are_messages_optional:
        what = "no new message" if plan.only_new else "no message"
        raise ProtocolError("no-reply", f"the answer contains {what}", details=error_in(payload))
    return reply


def messages_of_turn(plan: ReplyPlan, payload: Json, seen: Container[str]) -> list[Json]:
    """The nodes of a payload that are messages of this turn. `seen` has the ids of earlier ones.

    Raises `ProtocolError` if it is not known whether a message is new, or of this turn.
    """
    nodes = find_all(plan.messages, payload)
    if plan.question:
        nodes = _behind_the_question(plan, nodes)
    if plan.in_reply_to:
        nodes = [node for node in nodes if is_of_this_turn(plan.in_reply_to, node)]
    if plan.only_new:
        nodes = list(_new(plan, nodes, seen))
    return nodes


def _new(plan: ReplyPlan, nodes: Iterable[Json], seen: Container[str]) -> Iterator[Json]:
    """The nodes whose id is new. A message that was delivered twice is in the answer once."""
    delivered: dict[str, list[Json]] = {}
    for node in nodes:
        number = _id_of(plan, node)
        same_id = delivered.setdefault(number, [])
        if number not in seen and not any(is_same(node, one) for one in same_id):
            same_id.append(node)
            yield node


def messages_in(plan: ReplyPlan, payload: Json) -> list[ReplyMessage]:
    """The messages of a payload that belong to this turn, of which there may be none.

    Raises `ProtocolError` for a message without a text.
    """
    return list(_messages(plan, messages_of_turn(plan, payload, ())))


def _behind_the_question(plan: ReplyPlan, nodes: list[Json]) -> list[Json]:
    """The nodes after the last message of the user; all nodes if there is none."""
    asked = (at for at, node in enumerate(nodes) if holds(plan.question, node))
    return nodes[max(asked, default=-1) + 1 :]


def _id_of(plan: ReplyPlan, node: Json) -> str:
    """The id of a message, which shows whether it is new. Raises `ProtocolError` without one."""
    number = text_at(plan.id, node)
    if not number:
        raise ProtocolError(
            "no-id",
            f"a message of the answer has no id at {plan.id}, so it is not known whether it is new",
            details=error_in(node),
        )
    return number


def _messages(plan: ReplyPlan, nodes: list[Json]) -> Iterator[ReplyMessage]:
    """A message for each node, or for the pieces with one index; in the order of the first ones."""
    found: dict[str | int, list[Json]] = {}
    for place, node in enumerate(nodes):
        found.setdefault(text_at(plan.index, node) or place, []).append(node)
    for pieces in found.values():
        texts = [_message(plan, piece) for piece in pieces]
        payload = pieces[0] if len(pieces) == 1 else pieces
        yield replace(texts[0], text="".join(one.text for one in texts), payload=payload)


def _message(plan: ReplyPlan, node: Json) -> ReplyMessage:
    return ReplyMessage(text=message_text(plan, node), id=text_at(plan.id, node), payload=node)


def _actions(plan: ReplyPlan, found: list[Json]) -> dict[str, str]:
    if plan.button is not None:
        return dict(_pressed(plan.button, node) for node in _flat(found))
    actions: dict[str, str] = {}
    for value in _flat(found):
        if isinstance(value, str):
            actions[value] = value
        elif isinstance(value, Mapping) and value.keys() == {"Key", "Value"}:
            # This is how .NET writes a dictionary in XML.
            actions[plain_text(value["Key"])] = plain_text(value["Value"])
        elif isinstance(value, Mapping):
            if value is not found[0] or plan.actions.endswith("[*]"):
                raise _of_objects(plan, value)
            actions.update({label: plain_text(prompt) for label, prompt in value.items()})
    return actions


def _of_objects(plan: ReplyPlan, value: Mapping[str, Json]) -> ProtocolError:
    """The error for a button that is an object, if the definition does not name its keys."""
    path = plan.actions if plan.actions.endswith("]") else f"{plan.actions}[*]"
    return ProtocolError(
        "wrong-actions",
        f"a button of the answer at {plan.actions} is an object with the keys"
        f" {shorten(', '.join(value))}, expected one mapping of label to prompt, or texts",
        f"write 'actions: {{path: {path!r}, label: $.label, prompt: $.prompt}}' in the definition",
    )


def _pressed(plan: ButtonPlan, node: Json) -> tuple[str, str]:
    """The label of a button that is an object, and the text that pressing it sends."""
    _, label = find_first(plan.label, node)
    if not isinstance(label, str):
        raise ProtocolError(
            "wrong-actions",
            f"a button of the answer has no label at {plan.label}",
            details=error_in(node),
        )
    is_there, prompt = find_first(plan.prompt, node) if plan.prompt else (False, None)
    return label, plain_text(prompt) if is_there else label


def _attachments(plan: ReplyPlan, payload: Json) -> tuple[Attachment, ...]:
    if not plan.attachments:
        return ()
    found = _flat(find_all(plan.attachments, payload))
    return tuple(Attachment(name=plain_text(one)) for one in found if one is not None)


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
        text_at(plan.id, node): ToolResult(value=find_first(plan.value, node)[1])
        for node in find_all(plan.path, payload)
        if text_at(plan.id, node)
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
        index = text_at(plan.index, node)
        if not index:
            begins = not last or bool(text_at(plan.name, node))
            index = f"without an index: {len(calls)}" if begins else last
        elif _begins_another(plan, calls.get(current.get(index, index), ()), node):
            current[index] = f"again {index}: {len(calls)}"
        last = current.get(index, index)
        calls.setdefault(last, []).append(node)
    return list(calls.values())


def _begins_another(plan: ToolsPlan, pieces: Sequence[Json], node: Json) -> bool:
    """Whether a piece begins another call than the pieces with its index."""
    number = text_at(plan.id, node)
    if not number or not text_at(plan.name, node):
        return False
    known = next(filter(None, (text_at(plan.id, piece) for piece in pieces)), number)
    return number != known


def _call(plan: ToolsPlan, pieces: list[Json]) -> ToolCall:
    """A call from its pieces: the first name, the first id, and all texts of arguments."""
    name, number = (
        next(filter(None, (text_at(path, piece) for piece in pieces)), "")
        for path in (plan.name, plan.id)
    )
    if not name:
        raise ProtocolError(
            "no-tool-name",
            f"a tool call of the answer has no name at {plan.name}",
            details=error_in(pieces[0]),
        )
    given = [find_first(plan.arguments, piece)[1] for piece in pieces]
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


def _usage(found: list[Json], before: str = "") -> dict[str, float]:
    """The numbers in mappings by name; a nested number has both names: `a.b`."""
    used: dict[str, float] = {}
    for value in found:
        for key, one in value.items() if isinstance(value, Mapping) else ():
            if isinstance(one, Mapping):
                used |= _usage([one], f"{before}{key}.")
            elif isinstance(one, int | float) and not isinstance(one, bool):
                used[f"{before}{key}"] = one
    return used


def _flat(found: list[Json]) -> Iterator[Json]:
    """Each value, with the elements of lists: XML has a list only if there are two or more."""
    for value in found:
        if isinstance(value, list):
            yield from value
        else:
            yield value
