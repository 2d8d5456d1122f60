"""Reads a reply from a payload."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from harness.conversation import Attachment, Reply, ReplyMessage
from harness.core import Json, ProtocolError, is_same, shorten, value_class
from harness.formats.json_path import find_all
from harness.providers.conditions import holds, is_of_this_turn
from harness.providers.message_text import (
    first_text,
    message_text,
    only_value,
    plain_text,
    text_at,
)
from harness.providers.reply_plan import ButtonPlan, ReplyPlan
from harness.providers.tool_calls import read_calls
from harness.providers.unread_answers import error_in

ID, INDEX = "id of a message", "index of a message"


def read_reply(plan: ReplyPlan, payload: Json, seen: set[str]) -> Reply:
    """Read the reply in a payload.

    `seen` has the ids of messages that were read before; the new ones are added.
    Raises `ProtocolError` if there is no message, or a message has no text.
    """
    answers = messages_of_turn(plan, payload, seen)
    if plan.only_new:
        ids = (text_at(plan.id, node, ID) for node in find_all(plan.messages, payload))
        seen.update(filter(None, ids))
    buttons = _buttons(plan, find_all(plan.actions, payload)) if plan.actions else ()
    reply = Reply(
        messages=tuple(_messages(plan, answers)),
        payload=payload,
        actions=dict(buttons),
        ambiguous_actions=_ambiguous(buttons),
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


@value_class(frozen=True, slots=True)
class ReadParts:
    """What a plan reads of a payload. Two are equal if the replies would be."""

    messages: tuple[Json, ...]
    """The text, the id and the index of each message of the turn."""
    others: tuple[Json, ...]
    """The buttons, products, attachments and tool calls."""


def parts_read(plan: ReplyPlan, payload: Json, seen: Container[str]) -> ReadParts:
    """The parts of a payload that a reply would be read from, which may be incomplete.

    Other fields, such as the time of the answer, may change whenever it is asked for. Raises
    `ProtocolError` if it is not known whether a message is new, or of this turn.
    """
    messages = (
        [first_text(plan, node), text_at(plan.id, node, ID), text_at(plan.index, node, INDEX)]
        for node in messages_of_turn(plan, payload, seen)
    )
    paths = (plan.actions, plan.products, plan.attachments)
    others = [find_all(path, payload) for path in paths if path]
    if plan.tools is not None:
        within = (plan.tools.name, plan.tools.arguments, plan.tools.id)
        nodes = find_all(plan.tools.path, payload)
        others += [[find_all(path, node) for path in within if path] for node in nodes]
    return ReadParts(tuple(messages), tuple(others))


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
    number = text_at(plan.id, node, ID)
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
        found.setdefault(text_at(plan.index, node, INDEX) or place, []).append(node)
    for pieces in found.values():
        texts = [_message(plan, piece) for piece in pieces]
        if len(texts) == 1:
            yield texts[0]
        else:
            yield replace(texts[0], text="".join(one.text for one in texts), payload=pieces)


def _message(plan: ReplyPlan, node: Json) -> ReplyMessage:
    return ReplyMessage(text=message_text(plan, node), id=text_at(plan.id, node, ID), payload=node)


def _buttons(plan: ReplyPlan, found: list[Json]) -> tuple[tuple[str, str], ...]:
    """The label and the prompt of each button, in order."""
    if plan.button is not None:
        return tuple(_pressed(plan.button, node) for node in _flat(found))
    buttons: list[tuple[str, str]] = []
    for value in _flat(found):
        if isinstance(value, str):
            buttons.append((value, value))
        elif isinstance(value, Mapping) and value.keys() == {"Key", "Value"}:
            # This is how .NET writes a dictionary in XML.
            buttons.append((plain_text(value["Key"]), plain_text(value["Value"])))
        elif isinstance(value, Mapping):
            if value is not found[0] or plan.actions.endswith("[*]"):
                raise _of_objects(plan, value)
            buttons += [(label, plain_text(prompt)) for label, prompt in value.items()]
    return tuple(buttons)


def _ambiguous(buttons: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """The prompts of buttons that have the same label and differ in what they send."""
    prompts: dict[str, dict[str, None]] = {}
    for label, prompt in buttons:
        prompts.setdefault(label, {})[prompt] = None
    return {label: tuple(several) for label, several in prompts.items() if len(several) > 1}


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
    _, label = only_value(plan.label, node, "label of a button")
    if not isinstance(label, str):
        raise ProtocolError(
            "wrong-actions",
            f"a button of the answer has no label at {plan.label}",
            details=error_in(node),
        )
    if not plan.prompt:
        return label, label
    is_there, prompt = only_value(plan.prompt, node, "prompt of a button")
    return label, plain_text(prompt) if is_there else label


def _attachments(plan: ReplyPlan, payload: Json) -> tuple[Attachment, ...]:
    if not plan.attachments:
        return ()
    found = _flat(find_all(plan.attachments, payload))
    return tuple(Attachment(name=plain_text(one)) for one in found if one is not None)


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
