"""A reply read from a payload."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from harness.conversation import Attachment, Reply, ReplyMessage
from harness.errors import ProtocolError
from harness.json_path import find_all
from harness.providers.definition import ReplyPlan
from harness.source import shorten
from harness.typing import Json


def read_reply(plan: ReplyPlan, payload: Json, seen: set[str]) -> Reply:
    """Read what a payload says.

    `seen` holds the ids of messages that were read before, and takes the new ones.
    Raises `ProtocolError` where there is no message, or one without a text.
    """
    messages = []
    for node in find_all(plan.messages, payload):
        message = _message(plan, node)
        if plan.only_new:
            if message.id in seen:
                continue
            seen.add(message.id)
        messages.append(message)
    reply = Reply(
        messages=tuple(messages),
        payload=payload,
        actions=_actions(find_all(plan.actions, payload)) if plan.actions else {},
        products=tuple(find_all(plan.products, payload)) if plan.products else (),
        attachments=_attachments(plan, payload),
    )
    if not (reply.messages or reply.actions or reply.products or reply.attachments):
        what = "no new message" if plan.only_new else "no message"
        raise ProtocolError("no-reply", f"the answer holds {what}", details=error_in(payload))
    return reply


def _message(plan: ReplyPlan, node: Json) -> ReplyMessage:
    found = (value for path in plan.text for value in find_all(path, node))
    text = next((value for value in found if isinstance(value, str)), None)
    if text is None and not plan.is_text_optional:
        raise ProtocolError(
            "no-text",
            f"a message of the answer has no text at {' or '.join(plan.text)}",
            details=error_in(node),
        )
    ids = find_all(plan.id, node) if plan.id else []
    return ReplyMessage(text=text or "", id=str(ids[0]) if ids else "", payload=node)


def _actions(found: list[Json]) -> dict[str, str]:
    actions: dict[str, str] = {}
    for value in _flat(found):
        if isinstance(value, str):
            actions[value] = value
        elif isinstance(value, Mapping) and value.keys() == {"Key", "Value"}:
            # A dictionary as .NET writes it in XML.
            actions[str(value["Key"])] = str(value["Value"])
        elif isinstance(value, Mapping):
            actions.update({label: str(prompt) for label, prompt in value.items()})
    return actions


def _attachments(plan: ReplyPlan, payload: Json) -> tuple[Attachment, ...]:
    if not plan.attachments:
        return ()
    found = _flat(find_all(plan.attachments, payload))
    return tuple(Attachment(name=str(one)) for one in found if one is not None)


def _flat(found: list[Json]) -> Iterator[Json]:
    """Each value, lists taken apart: XML has a list only where there are two or more."""
    for value in found:
        if isinstance(value, list):
            yield from value
        else:
            yield value


def error_in(payload: Json) -> tuple[str, ...]:
    """Many systems answer `{"error": …}` under status 200; say so where it is there."""
    if isinstance(payload, Mapping):
        for key in ("error", "errors", "detail", "message"):
            if payload.get(key):
                said = payload[key]
                text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
                return (f"the answer says {key}: {shorten(text)}",)
    return (f"the answer is {shorten(json.dumps(payload, ensure_ascii=False))}",)
