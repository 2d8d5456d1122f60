"""Finds the part of a URL's path that says which conversation a request belongs to."""

from __future__ import annotations

import re
from urllib.parse import unquote

from harness.core import quote, value_class

UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CONVERSATIONS = re.compile(r"(?i)(?:chat|dialog|dialogue|talk)s|(?:conversation|session|thread)s?")
"""Parts after which the id of a conversation comes."""
_CONVERSATION = re.compile(r"(?i)chat|dialog|dialogue|talk")
"""Parts after which only a UUID is one: a name may follow too, as in `/chat/completions`."""
_ID = re.compile(r"(?!v\d+$)(?=.*\d)[\w.~-]+|[A-Z][A-Z_-]+|\{.+\}|<.+>|:\w+")
"""A part with a digit that is not a version, or what documentation writes in place of an id."""


@value_class(frozen=True, slots=True)
class PathPart:
    """A part of a path."""

    number: int
    """From 1."""
    text: str
    """Decoded."""

    @property
    def doubt(self) -> str:
        """What is doubtful about it where it is written as it is."""
        return (
            f"{quote(self.text)} in the path looks like the id of one conversation,"
            " and every conversation is sent there"
        )


def is_like_an_id(part: str) -> bool:
    """Whether a part of a path can be an id, whatever it is of."""
    return _ID.fullmatch(part) is not None


def conversation_in(path: str) -> PathPart | None:
    """The part of a path that looks like the id of a conversation; None without one."""
    before = ""
    for number, part in enumerate(path.split("/")[1:], 1):
        text = unquote(part)
        if "${" not in text and (
            (_CONVERSATIONS.fullmatch(before) and _ID.fullmatch(text))
            or (_CONVERSATION.fullmatch(before) and UUID.fullmatch(text))
        ):
            return PathPart(number, text)
        before = text
    return None
