"""A sample's body as a template: the message, ids of the conversation, and earlier turns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.core import Json, Path, counted, scalars, show
from harness.formats.json_path import path_text
from harness.formats.template import literal
from harness.providers.conversation_paths import UUID

MESSAGE = "${message.text}"
_CONVERSATION = re.compile(r"(?i)(?:session|conversation|chat|thread)[-_]?(?:id|uuid|key)?")
"""Such as `session_id`, `conversationId` and `thread`."""
_INSTRUCTIONS = ("system", "developer")
"""Roles of texts that are not part of the conversation."""


def is_conversation_key(name: str) -> bool:
    """Whether the value of a key says which conversation a request belongs to."""
    return _CONVERSATION.fullmatch(name) is not None


@dataclass(slots=True)
class BodyTemplate:
    """Builds the template of a body."""

    templates: dict[Path, str]
    """What is sent in place of the texts at these paths."""
    message: Path | None
    """Of the user's message; None if it is elsewhere in the request."""
    notes: list[str] = field(default_factory=list)

    def of(self, body: Json) -> Json:
        """The template of a whole body."""
        if self.message is not None:
            self.templates[self.message] = MESSAGE
        for path, value in scalars(body):
            name = str(path[-1]) if path else ""
            if path in self.templates or not is_conversation_key(name) or not value:
                continue
            shown = path_text(path)
            if isinstance(value, str) and UUID.fullmatch(value):
                self.templates[path] = "${conversation.id}"
                self.notes.append(
                    f"{shown} is the id of the conversation: a new one each;"
                    " if the server gives it, use --open-curl"
                )
            elif isinstance(value, str | int) and not isinstance(value, bool):
                self.notes.append(
                    f"{shown} is {show(value)} in every conversation: if the server gives it,"
                    " use --open-curl; if it must differ, make it ${conversation.id}"
                )
        return self._part(body, ())

    def _part(self, value: Json, path: Path) -> Json:
        if path in self.templates:
            return self.templates[path]
        if isinstance(value, Mapping):
            return {key: self._part(inner, (*path, key)) for key, inner in value.items()}
        if isinstance(value, Sequence) and not isinstance(value, str):
            at = self._user_item(value, path)
            if at is not None:
                return self._history(value, path, at)
            return [self._part(inner, (*path, at)) for at, inner in enumerate(value)]
        return literal(value)

    def _user_item(self, items: Sequence[Json], path: Path) -> int | None:
        """The place of the message in a list of turns with roles; None for another list."""
        message = self.message or ()
        if message[: len(path)] != path or len(message) < len(path) + 2:
            return None
        at = message[len(path)]
        item = items[at] if isinstance(at, int) else None
        return at if isinstance(item, Mapping) and item.get("role") == "user" else None  # type: ignore[return-value]  # an index, as checked

    def _history(self, items: Sequence[Json], path: Path, at: int) -> Json:
        """The list with the turns of the conversation in place of those of the sample."""
        user = items[at]
        kept: list[tuple[int, Json]] = []
        dropped: list[tuple[int, Json]] = []
        for place, item in enumerate(items[:at]):
            role = item.get("role") if isinstance(item, Mapping) else None
            (kept if role in _INSTRUCTIONS else dropped).append((place, item))
        roles = [str(item.get("role")) for _, item in dropped if isinstance(item, Mapping)]
        others = [role for role in roles if role in ("assistant", "model", "bot", "ai")]
        inside = (self.message or ())[len(path) + 1 :]
        turns: Json = {
            "for_each": "turns",
            "as": "turn",
            "yield": [
                _said(user, inside, "user", "${turn.user.text}"),
                _said(user, inside, (others or ["assistant"])[0], "${turn.reply.text}"),
            ],
        }
        if dropped:
            count = counted(len(dropped), "earlier turn")
            self.notes.append(f"{path_text(path)}: {count} of the sample left out")
        return [
            *(self._part(item, (*path, place)) for place, item in kept),
            turns,
            self._part(user, (*path, at)),
            *(self._part(items[i], (*path, i)) for i in range(at + 1, len(items))),
        ]


def _said(item: Json, inside: Path, role: str, template: str) -> Json:
    """An earlier turn, in the form of the user's message."""
    if isinstance(item, Mapping):
        return {
            key: role
            if key == "role"
            else _said(inner, inside[1:], role, template)
            if inside[:1] == (key,)
            else _kept(inner, role)
            for key, inner in item.items()
        }
    if isinstance(item, Sequence) and not isinstance(item, str):
        # Of several parts, only the text: images belong to the sample's message.
        return [_said(item[int(inside[0])], inside[1:], role, template)] if inside else []
    return template


def _kept(value: Json, role: str) -> Json:
    """A value next to the text; the Responses API names the parts of a text by who said it."""
    if value == "input_text" and role != "user":
        return "output_text"
    return literal(value)
