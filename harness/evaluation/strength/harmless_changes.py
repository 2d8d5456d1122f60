"""The five ways in which a recorded reply is changed, so that nobody should notice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import cast

from harness.checks.varying import form_of, varying_in
from harness.core import Json, Path
from harness.evaluation.strength.json_changes import at, changed, fields_in, is_below, replaced
from harness.evaluation.strength.message_texts import MessageText, texts_in, with_text
from harness.evaluation.strength.mutant import Harmless
from harness.evaluation.strength.reply_changes import ChangedPayload, is_sent, parts_of
from harness.evaluation.strength.turn_answers import TurnAnswer

ADDED = "x_added"
"""The name of a field that a server may add in a new version."""
_COURTESIES = {
    "I am happy to help.": "the you your is are for and with what how",
    "Ich helfe gern.": "der die das und ist sie für mit ein nicht",
    "Avec plaisir.": "le la les vous est pour et avec une votre",
    "Con mucho gusto.": "el la los usted es para y con una su",
    "Com muito prazer.": "o a os você é para e com uma seu",
    "Con piacere.": "il la gli lei è per e con una suo",
    "Graag gedaan.": "de het een u je is voor en met niet",
    "Bare hyggelig.": "det en du er for og med ikke som kan",
}
"""Sentences that add nothing, with the most usual words of the language that each is in."""
_WORD = re.compile(r"\w+")
_CLOCK_AND_ZONE = re.compile(r"(.*:\d\d(?:\.\d+)?)[+-]\d\d:?\d\d")


def harmless_drafts(answer: TurnAnswer) -> Iterator[ChangedPayload]:
    """All harmless changes of an answer, in the order of `Harmless`."""
    texts = [one for one in texts_in(answer.plan, answer.payload, answer.seen) if one.text.strip()]
    if texts:
        last = texts[-1]
        yield _drafted(answer, Harmless.COURTESY_ADDED, last, with_courtesy(last.text))
    for text in texts:
        new = with_other_spaces(text.text)
        if new != text.text:
            yield _drafted(answer, Harmless.SPACES_AND_QUOTES, text, new)
    yield from _with_other_ids(answer, texts)
    yield from _turned_lists(answer, texts)
    yield from _with_field(answer)


def with_courtesy(text: str) -> str:
    """The text with a sentence that adds nothing, in its language as far as that is known."""
    words = {word.lower() for word in _WORD.findall(text)}
    courtesy = max(_COURTESIES, key=lambda one: len(words.intersection(_COURTESIES[one].split())))
    return f"{text.rstrip()} {courtesy}"


def with_other_spaces(text: str) -> str:
    """The text with two blanks for one, and with the quotation marks of a word processor."""
    quoted = re.sub(r"(?<=\w)'(?=\w)", "\u2019", text)
    quoted = re.sub(r'"([^"\n]*)"', "\u201c\\1\u201d", quoted)
    return quoted.replace(" ", "  ", 1)


def other_id(text: str) -> str:
    """The text with another value of the same form for each id, date and time in it."""
    parts, end = [], 0
    for start, stop in varying_in(text):
        parts += [text[end:start], _next_of_form(text[start:stop])]
        end = stop
    return "".join([*parts, text[end:]])


def _next_of_form(value: str) -> str:
    """A value with its last digit changed: the one before, so that dates and times stay valid.

    The offset of a time zone stays: it is the user's, and the same at any time.
    """
    zoned = _CLOCK_AND_ZONE.fullmatch(value)
    match = re.search(r"[1-9](?=[^1-9]*$)", zoned[1] if zoned else value)
    if match is None:
        return value
    digit = "1" if match[0] != "1" else "2"
    return f"{value[: match.start()]}{digit}{value[match.end() :]}"


def _drafted(answer: TurnAnswer, change: Harmless, text: MessageText, new: str) -> ChangedPayload:
    return ChangedPayload(
        change=change, payload=with_text(answer.payload, text, new), places=text.places
    )


def _with_other_ids(answer: TurnAnswer, texts: list[MessageText]) -> Iterator[ChangedPayload]:
    for text in texts:
        new = other_id(text.text)
        if new != text.text:
            yield _drafted(answer, Harmless.OTHER_IDS, text, new)
    known = [place for text in texts for place in text.places]
    for pattern, places in fields_in(answer.payload).items():
        varying = tuple(
            place
            for place in places
            if place not in known and form_of(at(answer.payload, place)) is not None
        )
        if varying and is_sent(answer, pattern):
            new_payload = changed(answer.payload, varying, _other_value)
            yield ChangedPayload(change=Harmless.OTHER_IDS, payload=new_payload, places=varying)


def _other_value(value: Json) -> Json:
    if isinstance(value, str):
        return other_id(value)
    return value + 1 if isinstance(value, int | float) else value


def _turned_lists(answer: TurnAnswer, texts: list[MessageText]) -> Iterator[ChangedPayload]:
    """Lists of texts and numbers that are not read as messages, buttons or products."""
    read = [
        *(place for text in texts for place in text.places),
        *(place for places in parts_of(answer) for place in places),
    ]
    for pattern, places in fields_in(answer.payload).items():
        lists = tuple(
            place for place in places if _is_unordered(at(answer.payload, place), place, read)
        )
        if lists and is_sent(answer, pattern):
            new = changed(answer.payload, lists, lambda value: list(reversed(value)))  # type: ignore[arg-type]  # a list
            yield ChangedPayload(change=Harmless.LIST_TURNED, payload=new, places=lists)


def _is_unordered(value: Json, place: Path, read: list[Path]) -> bool:
    if not isinstance(value, list) or any(isinstance(item, list | dict) for item in value):
        return False
    is_read = is_below(place, read) or any(one[: len(place)] == place for one in read)
    return len(value) > 1 and not is_read


def _with_field(answer: TurnAnswer) -> Iterator[ChangedPayload]:
    """One more field in the first mapping, as a new version of the server may have."""
    place = _first_mapping(answer)
    if place is not None:
        value = at(answer.payload, place)
        assert isinstance(value, Mapping)  # noqa: S101  # as it was chosen
        new = replaced(answer.payload, place, {**value, ADDED: "x"})
        yield ChangedPayload(change=Harmless.FIELD_ADDED, payload=new, places=((*place, ADDED),))


def _first_mapping(answer: TurnAnswer) -> Path | None:
    """Where a server may add a field: on top, or in the first event of a stream."""
    step, payload = answer.step, answer.payload
    if step is None:
        return None
    if answer.late < 0 and (step.stream is not None or step.receive is not None):
        events = cast("Mapping[str, list[Json]]", payload)["events"]
        is_named = step.stream is not None and step.stream.has_names
        first = next((n for n, one in enumerate(events) if isinstance(one, Mapping)), None)
        if first is None or is_named:
            return None
        return ("events", first)
    if isinstance(payload, Mapping):
        return ()
    if isinstance(payload, list) and payload and isinstance(payload[0], Mapping):
        return (0,)
    return None
