"""Where the texts of a reply are in its payload, as the definition's reply mapping reads them."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace

from harness.core import Json, Path, value_class
from harness.evaluation.strength.json_changes import replaced
from harness.formats.json_path import find_first, find_located
from harness.providers.reply import messages_of_turn
from harness.providers.reply_plan import ReplyPlan, TextPath


@value_class(frozen=True, slots=True)
class MessageText:
    """The text of one message, and the places in the payload that it is joined from."""

    text: str
    places: tuple[Path, ...]


def texts_in(plan: ReplyPlan, payload: Json, seen: Container[str]) -> list[MessageText]:
    """The texts of the messages that are read from a payload; those without one are left out.

    Raises `ProtocolError` as reading does.
    """
    groups: dict[object, list[MessageText]] = {}
    for number, (place, node) in enumerate(_nodes(plan, payload, seen)):
        index = find_first(plan.index, node)[1] if plan.index else None
        key = number if index in (None, "") else str(index)
        groups.setdefault(key, []).append(_text_of(plan.text, place, node))
    texts = (
        MessageText("".join(piece.text for piece in pieces), sum((p.places for p in pieces), ()))
        for pieces in groups.values()
    )
    return [text for text in texts if text.places]


def with_text(payload: Json, message: MessageText, new: str) -> Json:
    """The payload in which a message has another text; its pieces but the first are then empty."""
    first, *others = message.places
    payload = replaced(payload, first, new)
    for place in others:
        payload = replaced(payload, place, "")
    return payload


def _nodes(plan: ReplyPlan, payload: Json, seen: Container[str]) -> Iterator[tuple[Path, Json]]:
    """The nodes that are messages of the turn, each with its place."""
    wanted = iter(messages_of_turn(plan, payload, seen))
    node = next(wanted, _NONE)
    for place, candidate in find_located(plan.messages, payload):
        # Both are in the order of the document, and the same objects.
        if candidate is node:
            yield place, candidate
            node = next(wanted, _NONE)


_NONE = object()


def _text_of(paths: tuple[TextPath, ...], place: Path, node: Json) -> MessageText:
    """The text of a node, as `providers.reply` chooses it."""
    empty = MessageText("", ())
    for text in paths:
        texts = [
            MessageText(value, ((*place, *below),))
            for below, value in find_located(text.path, node)
            if isinstance(value, str)
        ]
        if texts and not text.joins:
            return texts[0]
        joined = "".join(one.text for one in texts)
        if joined:
            return MessageText(joined, tuple(one.places[0] for one in texts))
        empty = texts[0] if texts else empty
    return replace(empty)
