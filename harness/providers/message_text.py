"""Reads the text of a message, and other texts of an answer."""

from __future__ import annotations

from collections.abc import Sequence

from harness.core import Json, ProtocolError, is_same
from harness.formats.json_path import find_all
from harness.formats.template.filters import text_of
from harness.providers.reply_plan import ReplyPlan, TextPath
from harness.providers.unread_answers import with_several_texts, with_several_values, without_text


def message_text(plan: ReplyPlan, node: Json) -> str:
    """The text of a message.

    Raises `ProtocolError` if it has none, or several that the definition does not join.
    """
    text = first_text(plan, node)
    if text is None and not plan.is_text_optional:
        raise ProtocolError(
            "no-text",
            f"a message of the answer has no text at {' or '.join(one.path for one in plan.text)}",
            details=tuple(without_text(plan, node)),
        )
    return text or ""


def first_text(plan: ReplyPlan, node: Json) -> str | None:
    """The text of a message; None if it has none. Raises `ProtocolError` for several."""
    empty = None
    for text in plan.text:
        found = [value for value in find_all(text.path, node) if isinstance(value, str)]
        if found and not text.joins:
            return _only_text(plan, text, found)
        if any(found):
            return text.separator.join(found)
        # Streams begin with an empty piece of a text that may never come.
        empty = "" if found else empty
    return empty


def _only_text(plan: ReplyPlan, text: TextPath, found: Sequence[str]) -> str:
    """The one text. Of several, the others would never be judged."""
    if len(found) == 1:
        return found[0]
    each = plan.messages + text.path.removeprefix("$")
    raise ProtocolError(
        "several-texts",
        f"a message of the answer has {len(found)} texts at {text.path}, expected one",
        f"if they are one text, write text: {{join: {text.path!r}, separator: ' '}};"
        f" if each is a message, write messages: {each!r} without 'text'",
        details=tuple(with_several_texts(plan, found)),
    )


def text_at(path: str, node: Json, meaning: str) -> str:
    """The value at a path as a text; empty if there is none, or no path. See `only_value`."""
    return plain_text(only_value(path, node, meaning)[1]) if path else ""


def only_value(path: str, node: Json, meaning: str) -> tuple[bool, Json]:
    """Whether a path leads anywhere, and the one value there.

    `meaning` says what the value is, such as `label of a button`. Raises `ProtocolError` for
    several values that differ: the others would never be judged.
    """
    found = find_all(path, node)
    if len(found) < 2:  # noqa: PLR2004  # several
        return (True, found[0]) if found else (False, None)
    if all(is_same(found[0], other) for other in found):
        return True, found[0]
    raise ProtocolError(
        "several-values",
        f"the answer has {len(found)} values for the {meaning} at {path}, expected one",
        "write a path in the definition that leads to one of them",
        details=tuple(with_several_values(found)),
    )


def plain_text(value: Json) -> str:
    """A value as a text; null is an empty text."""
    return "" if value is None else text_of(value)
