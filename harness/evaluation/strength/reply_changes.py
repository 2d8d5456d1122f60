"""The eleven ways in which a recorded reply is changed, so that somebody should notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice

from harness.checks.varying import form_of
from harness.core import Json, Path, value_class
from harness.evaluation.strength.json_changes import (
    MOST_FIELDS,
    Pattern,
    at,
    changed,
    fields_in,
    is_below,
    removed,
)
from harness.evaluation.strength.message_texts import MessageText, texts_in, with_text
from harness.evaluation.strength.mutant import Harmless, Mutator
from harness.evaluation.strength.text_changes import (
    first_half,
    negated,
    with_error,
    with_other_numbers,
    without_last_sentence,
)
from harness.evaluation.strength.turn_answers import TurnAnswer
from harness.formats.json_path import find_first, find_located

MOST_PARTS = 10
"""Buttons, products, attachments and calls of one answer that are dropped, each by itself."""
_OF_EVENTS = ("framing", "text")
"""Keys of the payload of a stream that are not sent, but read from its events."""


@value_class(frozen=True, slots=True, kw_only=True)
class ChangedPayload:
    """A payload that was changed, before it is known what that means."""

    change: Mutator | Harmless
    payload: Json
    places: tuple[Path, ...]
    """What was changed, in the original payload."""


def drafts_of(answer: TurnAnswer, other_reply: str) -> Iterator[ChangedPayload]:
    """All changes of an answer, in the order of `Mutator`.

    `other_reply` is what the provider said elsewhere. Raises `ProtocolError` if the messages
    cannot be found in the payload.
    """
    texts = [one for one in texts_in(answer.plan, answer.payload, answer.seen) if one.text.strip()]
    yield from _of_texts(answer, texts, other_reply)
    yield from _dropped_parts(answer)
    yield from _of_fields(answer, texts)


def _of_texts(
    answer: TurnAnswer, texts: list[MessageText], other_reply: str
) -> Iterator[ChangedPayload]:
    if not texts:
        return
    payload, drafted = answer.payload, partial(_drafted, answer.payload)
    empty = [""] * len(texts)
    yield drafted(Mutator.EMPTIED, texts, empty)
    yield drafted(Mutator.OTHER_REPLY, texts, [other_reply, *empty[1:]])
    yield from _each(payload, texts, Mutator.NEGATED, negated)
    for text in texts:
        for new in with_other_numbers(text.text):
            yield drafted(Mutator.NUMBER_CHANGED, [text], [new])
    yield from _each(payload, texts, Mutator.LAST_SENTENCE_CUT, without_last_sentence)
    yield from _each(payload, texts, Mutator.CUT_IN_HALF, first_half)
    if len(texts) > 1:
        turned = [one.text for one in reversed(texts)]
        yield drafted(Mutator.ORDER_TURNED, texts, turned)
    yield drafted(Mutator.ERROR_APPENDED, texts[-1:], [with_error(texts[-1].text)])


def _each(
    payload: Json, texts: list[MessageText], mutator: Mutator, change: Callable[[str], str | None]
) -> Iterator[ChangedPayload]:
    """The change of each text that can be changed so."""
    for text in texts:
        new = change(text.text)
        if new is not None:
            yield _drafted(payload, mutator, [text], [new])


def _drafted(
    payload: Json, change: Mutator | Harmless, texts: list[MessageText], new: list[str]
) -> ChangedPayload:
    for text, one in zip(texts, new, strict=True):
        payload = with_text(payload, text, one)
    places = tuple(place for text in texts for place in text.places)
    return ChangedPayload(change=change, payload=payload, places=places)


def _dropped_parts(answer: TurnAnswer) -> Iterator[ChangedPayload]:
    """Each button, product, attachment and tool call left out."""
    for places in list(parts_of(answer))[:MOST_PARTS]:
        new = removed(answer.payload, places)
        yield ChangedPayload(change=Mutator.PART_DROPPED, payload=new, places=places)


def parts_of(answer: TurnAnswer) -> Iterator[tuple[Path, ...]]:
    """The places of each button, product, attachment and tool call; a call may be in pieces."""
    plan, payload = answer.plan, answer.payload
    for path in (plan.actions, plan.products, plan.attachments):
        is_of_buttons = path == plan.actions and plan.button is None
        for place, node in find_located(path, payload) if path else ():
            if isinstance(node, list):
                yield from (((*place, index),) for index in range(len(node)))
            elif is_of_buttons and isinstance(node, Mapping) and node.keys() != {"Key", "Value"}:
                yield from (((*place, key),) for key in node)
            elif place:
                yield (place,)
    if plan.tools is not None:
        calls: dict[str, list[Path]] = {}
        for number, (place, node) in enumerate(find_located(plan.tools.path, payload)):
            index = find_first(plan.tools.index, node)[1] if plan.tools.index else None
            calls.setdefault(str(number if index is None else index), []).append(place)
        yield from (tuple(places) for places in calls.values() if places[0])


def _of_fields(answer: TurnAnswer, texts: list[MessageText]) -> Iterator[ChangedPayload]:
    payload = answer.payload
    known = {place for text in texts for place in text.places}
    fields = {
        pattern: [place for place in places if place not in known]
        for pattern, places in fields_in(payload).items()
        if is_sent(answer, pattern)
    }
    found = ((pattern, places) for pattern, places in fields.items() if places)
    fields = dict(islice(found, MOST_FIELDS))
    for places in fields.values():
        yield ChangedPayload(
            change=Mutator.FIELD_DROPPED,
            payload=removed(payload, places),
            places=tuple(places),
        )
    for places in fields.values():
        plain = tuple(place for place in places if is_changeable(at(payload, place)))
        if plain:
            new = changed(payload, plain, _other_value)
            yield ChangedPayload(change=Mutator.FIELD_CHANGED, payload=new, places=plain)


def is_sent(answer: TurnAnswer, pattern: Pattern) -> bool:
    """Whether a field is in the answer itself. A stream is read as events and their text."""
    step = answer.step
    if step is None:
        # The reply of a class: messages, buttons and attachments have changes of their own.
        return len(pattern) > 1 and pattern[0] == "products"
    is_of_events = step.stream is not None or step.receive is not None
    if not is_of_events or answer.late >= 0:
        return True
    is_name = step.stream is not None and step.stream.has_names and pattern[-1:] == ("event",)
    return len(pattern) > 1 and pattern[0] not in _OF_EVENTS and not is_name


def is_changeable(value: Json) -> bool:
    """Whether another value can be meant to be noticed: an id, a date or null cannot."""
    is_scalar = isinstance(value, str | int | float)
    return is_scalar and form_of(value) is None


def _other_value(value: Json) -> Json:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    text = str(value)
    if text.isdecimal():
        return str(int(text) + 1).zfill(len(text))
    return f"{text} changed".strip()


def ignored(places: tuple[Path, ...], ignore: list[Path]) -> bool:
    """Whether all that a change changes is ignored."""
    return bool(places) and all(is_below(place, ignore) for place in places)
