"""The sources of `grounded_in`: where the figures of a reply may come from."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import partial

from harness.checks.arguments import OptionalKeys, each, is_number, unlike
from harness.checks.check import BadExpectation, Subject
from harness.checks.check_files import CheckFiles
from harness.checks.facts import FACT_FILES, facts_in, require_name_of_facts
from harness.checks.figures import Figure, figure_of, figures_in
from harness.checks.finder import Finder, finder
from harness.checks.matcher import Located
from harness.checks.text_forms import normal
from harness.conversation import ReplyMessage, Turn
from harness.core import Json, Path, nearest_word, scalars, show, value_class
from harness.formats.json_path import path_text

USER, TOOLS, EARLIER = "user", "tools", "earlier"
_NAMED = (USER, TOOLS)
_WHOLE = re.compile(r"\$(?:\.\*|\[\*\]|\.\.\*|\.\.\[\*\])*")
"""Paths that lead to the whole payload, and so to the reply itself."""
_LONG = 8
"""Characters of a message that no other text is likely to have in it by chance."""
_STREAM = frozenset({"framing", "text", "events"})
"""The keys of the payload of a stream."""


@value_class(frozen=True, slots=True, kw_only=True)
class Fact:
    """A figure of a source."""

    figure: Figure
    place: str
    """Where it is, in a sentence: `schemas/prices.yaml at $.shipping`."""


@value_class(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one source says about a subject."""

    source: str
    """As the author wrote it."""
    facts: tuple[Fact, ...] = ()
    fault: tuple[str, str] | None = None
    """A sentence, and a hint, if a path that must match something matches nothing."""
    idle: str = ""
    """A sentence if the source says nothing about this reply; empty otherwise."""


@value_class(frozen=True, slots=True, kw_only=True)
class FactSource:
    """One of the sources that a check names."""

    text: str
    read: Callable[[Subject], Facts] = field(compare=False)
    needs_payload: bool = False
    needs_tools: bool = False


def sources_of(value: Json, files: CheckFiles | None) -> Sequence[FactSource]:
    """The sources of a list, or one source. Raises `BadExpectation`."""
    if value in ([], ()):
        hint = f"name {USER}, {TOOLS}, a JSONPath or a file of facts"
        raise BadExpectation("wrong-value", "the list of sources is empty", hint)
    return each(value, lambda one: _source(one, files))


def _source(value: Json, files: CheckFiles | None) -> FactSource:
    if isinstance(value, Mapping):
        earlier = OptionalKeys(value, (EARLIER,)).make(EARLIER, _path)
        if earlier is None:
            raise BadExpectation("wrong-value", f"'{EARLIER}' takes a JSONPath")
        return FactSource(text=f"earlier {earlier.text}", read=partial(_of_earlier, earlier))
    text = value if isinstance(value, str) else show(value)
    if text == USER:
        return FactSource(text=text, read=_of_user)
    if text == TOOLS:
        return FactSource(text=text, read=_of_tools, needs_tools=True)
    if text.startswith("$"):
        return FactSource(text=text, read=partial(_of_payload, _path(text)), needs_payload=True)
    if text.endswith(FACT_FILES):
        require_name_of_facts(text)
        return FactSource(text=text, read=partial(_of_file, text, files))
    known = f"{USER}, {TOOLS}, a JSONPath that starts with '$', or a file of facts"
    hint = nearest_word(text, _NAMED) or f"known: {known} ({', '.join(FACT_FILES)})"
    raise BadExpectation("wrong-value", f"{show(value)} is not a source", hint)


def _path(value: Json) -> Finder:
    if not isinstance(value, str):
        raise unlike(value, "a JSONPath")
    path = finder(value)
    if _WHOLE.fullmatch(value.replace(" ", "")):
        message = f"{value} leads to the reply itself, which says all of its figures"
        hint = "name where the facts are, such as $..products[*].price"
        raise BadExpectation("matches-everything", message, hint)
    return path


def _turns_until(subject: Subject) -> Sequence[Turn]:
    """The turns up to that of the subject; all turns for the whole conversation."""
    turn, transcript = subject.turn, subject.transcript
    if transcript is None:
        return (turn,) if turn is not None else ()
    if turn is None:
        return transcript.turns
    earlier = [one for one in transcript.turns if one.number < turn.number]
    return (*earlier, turn)


def _of_user(subject: Subject) -> Facts:
    facts = (
        Fact(figure=figure, place=f"the words of the user in turn {turn.number}")
        for turn in _turns_until(subject)
        for text in dict.fromkeys((turn.user.text, turn.user.display_text))
        for figure in figures_in(text)
    )
    return Facts(source=USER, facts=tuple(facts))


def _of_tools(subject: Subject) -> Facts:
    calls = [
        call
        for turn in _turns_until(subject)
        if turn.reply is not None
        for call in turn.reply.tools or ()
    ]
    facts = tuple(
        Fact(figure=figure, place=f"the result of {call.name}")
        for call in calls
        if call.result is not None
        for _, figure in _figures(call.result.value)
    )
    is_unknown = bool(calls) and all(call.result is None for call in calls)
    idle = "the results of the tools are not known" if is_unknown else ""
    return Facts(source=TOOLS, facts=facts, idle=idle)


def _of_file(name: str, files: CheckFiles | None, subject: Subject) -> Facts:
    shown, value = facts_in(name, subject.file, files)
    is_text = isinstance(value, str)
    facts = (
        Fact(figure=figure, place=shown if is_text else f"{shown} at {path_text(path)}")
        for path, figure in _figures(value)
    )
    return Facts(source=name, facts=tuple(facts))


def _of_payload(path: Finder, subject: Subject) -> Facts:
    found = path.find(subject.payload)
    if not found:
        sentence, hint = path.explain_nothing(subject.payload)
        if path.is_single:
            return Facts(source=path.text, fault=(sentence, hint))
        return Facts(
            source=path.text, idle="; ".join(filter(None, (f"nothing at {path.text}", hint)))
        )
    values = _scalars(found)
    others = _without_reply(values, subject.messages, subject.payload)
    facts = tuple(_facts(others))
    is_of_reply = not facts and len(others) < len(values)
    idle = f"{path.text} leads to the words of the reply itself" if is_of_reply else ""
    return Facts(source=path.text, facts=facts, idle=idle)


def _of_earlier(path: Finder, subject: Subject) -> Facts:
    """The replies to the turns before that of the subject, without what the bot said in them."""
    replies = [
        (turn.number, turn.reply)
        for turn in _turns_until(subject)
        if turn.reply is not None and turn is not subject.turn
    ]
    facts = tuple(
        fact
        for number, reply in replies
        for fact in _facts(
            _without_reply(_scalars(path.find(reply.payload)), reply.messages, reply.payload),
            f" in turn {number}",
        )
    )
    is_idle = not any(path.find(reply.payload) for _, reply in replies)
    idle = f"nothing at {path.text} in an earlier reply" if is_idle else ""
    return Facts(source=f"earlier {path.text}", facts=facts, idle=idle)


def _scalars(found: Iterable[Located]) -> list[Located]:
    return [((*place, *rest), value) for place, one in found for rest, value in scalars(one)]


def _facts(values: Iterable[Located], where: str = "") -> Iterator[Fact]:
    for place, value in values:
        for _, figure in _figures(value):
            yield Fact(figure=figure, place=f"{path_text(place)}{where}")


def _without_reply(
    values: Iterable[Located], messages: Iterable[ReplyMessage], payload: Json
) -> list[Located]:
    """The scalar values of a payload, without the words of the reply itself.

    Texts that contain a message are such words, as are texts at the same place in the items of a
    list that give a message when they are joined: the pieces of a stream.
    """
    said = [text for message in messages if (text := _plain(message.text))]
    values = [
        (place, value)
        for place, value in values
        if not (isinstance(value, str) and _has_one(_plain(value), said))
    ]
    pieces: defaultdict[Path, list[str]] = defaultdict(list)
    for place, value in values:
        if isinstance(value, str):
            pieces[_kind_of(place)].append(value)
    own = {place for place, texts in pieces.items() if _has_one(_plain("".join(texts)), said)}
    return [
        (place, value)
        for place, value in values
        if not (isinstance(value, str) and _kind_of(place) in own)
        and not _is_raw_stream(place, payload)
    ]


def _has_one(text: str, messages: Iterable[str]) -> bool:
    """Whether a text has one of the messages in it; a short message must be the whole text."""
    return any(one == text or (len(one) >= _LONG and one in text) for one in messages)


def _is_raw_stream(place: Path, payload: Json) -> bool:
    """Whether a place is the text of a stream as it was received, with the reply in it."""
    for part in place:
        if isinstance(payload, dict) and payload.keys() == _STREAM:
            return part == "text"
        payload = payload[part]  # type: ignore[index]  # the place exists
    return False


def _kind_of(place: Path) -> Path:
    """A place without the numbers of items."""
    return tuple(-1 if isinstance(part, int) else part for part in place)


def _plain(text: str) -> str:
    """A text without its spaces, which may differ between a payload and a message."""
    return "".join(normal(text).split())


def _figures(value: Json) -> Iterator[tuple[Path, Figure]]:
    """The figures of all values in a value, with their places; not those of keys."""
    for path, one in scalars(value):
        if is_number(one):
            yield path, figure_of(one)
        elif isinstance(one, str):
            yield from ((path, figure) for figure in figures_in(one))
