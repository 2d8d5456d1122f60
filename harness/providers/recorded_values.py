"""Finds the inputs of a recorded conversation: messages, `session:`, settings and secrets."""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.conversation import Phase, UserMessage
from harness.core import Json
from harness.formats.template.inversion import Binding
from harness.providers.definition import Definition
from harness.providers.recorded_steps import Match, match_rows
from harness.transport.cassette.plain_interaction import PlainInteraction

_LEADING = re.compile(r"\s*(message|session|settings)\.(\w+)\s*(.*)", re.DOTALL)
"""A member, and the rest of the expression."""
_OTHERWISE = re.compile(r"""or\s+(?:'([^'\\]*)'|"([^"\\]*)")\s*""")
_ELEMENT = re.compile(r"(\w+)(?:\.(\w+)|\[(\d)\])\s*(\|\s*upper)?\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedMessage:
    """The message of a turn, as it was sent."""

    place: int
    """The place of the interaction that contains it, from 0."""
    before: tuple[str, ...] = ()
    """The bot's messages without a request."""
    message: UserMessage


@dataclass(slots=True, kw_only=True)
class ProjectFacts:
    """Facts about the project that made a recording, from its requests."""

    settings: dict[str, Json] = field(default_factory=dict)
    session: dict[str, Json] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)


def facts_in(matches: Sequence[Match], definition: Definition) -> ProjectFacts:
    """The settings, the values of `session:` and the secrets in the requests."""
    facts = ProjectFacts()
    bases = Counter(match.base for match in matches)
    if "base_url" in definition.settings and bases:
        facts.settings["base_url"] = bases.most_common(1)[0][0]
    for match in matches:
        for binding in (*match.bindings, *match.headers):
            _learn(facts, binding, definition)
    return facts


def settings_in(rows: Sequence[PlainInteraction], definition: Definition) -> Mapping[str, Json]:
    """The open settings that a recording without a head contains."""
    matches, _ = match_rows(definition, rows)
    return facts_in(matches, definition).settings


def messages_in_turns(matches: Iterable[Match]) -> dict[int, RecordedMessage]:
    """The messages by turn. A turn whose message is not found is left out."""
    messages: dict[int, RecordedMessage] = {}
    for match in matches:
        if match.step.phase is not Phase.SEND or match.turn in messages:
            continue
        found = {
            member: binding.value
            for binding in match.bindings
            for kind, member, _ in _members(binding)
            if kind == "message"
        }
        unsent = [
            one
            for sent in match.bindings
            if sent.expression.strip() == "unsent"
            for one in _elements(sent)
        ]
        earlier = [one.message.text for one in messages.values()]
        before, said = _news(unsent, earlier)
        text = found.get("text", said)
        if not isinstance(text, str):
            continue
        shown = found.get("display_text")
        display = shown if isinstance(shown, str) and shown != text else ""
        messages[match.turn] = RecordedMessage(
            place=match.place, before=before, message=UserMessage(text=text, display_text=display)
        )
    return messages


def _news(unsent: Sequence[Mapping[str, Json]], earlier: list[str]) -> tuple[tuple[str, ...], Json]:
    """The messages of the bot and then of the user; None if the user sent several messages.

    A refused message is sent again with the next one, so it is also in earlier turns.
    """
    said = [number for number, one in enumerate(unsent) if _role(one) == "user"]
    again = [str(unsent[number].get("text", "")) for number in said[:-1]]
    if not said or (again and again != earlier[-len(again) :]):
        return (), None
    start = said[-2] + 1 if again else 0
    spoke = (one for one in unsent[start : said[-1]] if _role(one) == "assistant")
    return tuple(str(one.get("text", "")) for one in spoke), unsent[said[-1]].get("text")


def _learn(facts: ProjectFacts, binding: Binding, definition: Definition) -> None:
    if binding.name and binding.expression.split() == ["session", "|", "items"]:
        pairs = [(one.get("0"), one.get("1")) for one in _elements(binding)]
        facts.session.update({str(key): value for key, value in pairs if key is not None})
    for name in _secrets_named(binding.expression, definition):
        if isinstance(binding.value, str) and binding.value:
            facts.secrets[name] = _credential(binding)
    for kind, member, rest in _members(binding):
        if kind == "session" and _is_told(rest, binding.value):
            facts.session[member] = binding.value
        setting = definition.settings.get(member) if kind == "settings" else None
        if setting is not None and not setting.is_secret and rest[:1] not in ("|", "="):
            facts.settings[member] = _typed(binding.value, setting.schema)


def _members(binding: Binding) -> Iterator[tuple[str, str, str]]:
    """The parts of an expression: its variable, the member's name, and the rest."""
    found = _LEADING.fullmatch(binding.expression)
    if found is not None and binding.value is not None:
        yield found[1], found[2], found[3]


def _is_told(rest: str, value: Json) -> bool:
    """Whether a value is an input, and not the default for a missing one."""
    otherwise = _OTHERWISE.fullmatch(rest)
    return not rest or (otherwise is not None and value != (otherwise[1] or otherwise[2] or ""))


def _secrets_named(expression: str, definition: Definition) -> Iterator[str]:
    for name in re.findall(r"\bsettings\.(\w+)", expression):
        setting = definition.settings.get(name)
        if setting is not None and setting.is_secret:
            yield name


def _credential(binding: Binding) -> str:
    """A secret; for basic credentials, the password."""
    value = str(binding.value)
    if "basic_auth" not in binding.expression:
        return value
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2] or value
    except (binascii.Error, UnicodeDecodeError):
        return value


def _typed(value: Json, schema: Mapping[str, Json]) -> Json:
    is_number = isinstance(value, str) and schema.get("type") == "integer" and value.isdecimal()
    return int(str(value)) if is_number else value


def _elements(binding: Binding) -> Iterator[dict[str, Json]]:
    """The elements of a `for_each`, as far as the recording shows them."""
    for element in binding.elements:
        told: dict[str, Json] = {}
        for one in element:
            found = _ELEMENT.fullmatch(one.expression)
            if found is None or found[1] != binding.name:
                continue
            value = one.value
            is_lowered = found[4] and isinstance(value, str)
            told[found[2] or found[3]] = str(value).lower() if is_lowered else value
        yield told


def _role(element: Mapping[str, Json]) -> str:
    return str(element.get("role", "user"))
