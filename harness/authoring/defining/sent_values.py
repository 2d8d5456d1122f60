"""The values of a request that may be from an earlier answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from harness.authoring.defining.body_template import is_conversation_key
from harness.authoring.defining.sample import (
    BODY,
    HEADER,
    PATH,
    QUERY,
    Place,
    SampleRequest,
    body_of,
    query_of,
    scheme_of,
)
from harness.authoring.defining.shell_words import VARIABLE
from harness.core import Json, scalars
from harness.formats.json_path import path_text
from harness.providers.conversation_paths import conversation_in, is_like_an_id
from harness.secrets.secret_names import is_secret_header


@dataclass(frozen=True, slots=True, kw_only=True)
class SentValue:
    """A value of a request."""

    where: Place
    name: str
    """The key or the header; in a path, the part before."""
    value: str
    before: str = ""
    """What stays of a header's value, such as `Bearer `."""
    is_needed: bool = False
    """Whether it looks like the id of one conversation, or like its key."""
    is_possible: bool = False
    """Whether it is a part of the path that looks like an id of anything."""

    @property
    def shown(self) -> str:
        """Where it is, in a sentence."""
        place, path = self.where
        if place == PATH:
            return f"part {path[0]} of the path"
        return f"the header {self.name}" if place == HEADER else f"{path_text(path)} of the {place}"


def new_values_in(later: SampleRequest, opening: SampleRequest) -> Iterator[SentValue]:
    """What the later request sends, apart from what the opening one sent, too."""
    before = list(_uses(opening))
    places = {(use.where, use.value) for use in before}
    known = {use.value for use in before}
    for use in _uses(later):
        is_before = (use.where, use.value) in places or (use.value in known and not use.is_needed)
        if not is_before:
            yield use


def _uses(sample: SampleRequest) -> Iterator[SentValue]:
    """Every value of a request that could be from an answer."""
    path = urlsplit(sample.request.url).path
    conversation = conversation_in(path)
    before = ""
    for number, part in enumerate(path.split("/")[1:], 1):
        is_needed = conversation is not None and conversation.number == number
        text = unquote(part)
        yield SentValue(
            where=(PATH, (number,)),
            name=before,
            value=text,
            is_needed=is_needed,
            is_possible=is_like_an_id(text),
        )
        before = text
    for place, fields in ((QUERY, query_of(sample.request)), (BODY, body_of(sample.request)[1])):
        for at, value in scalars(fields):
            name = next((step for step in reversed(at) if isinstance(step, str)), "")
            if can_be_sent(value):
                is_needed = is_conversation_key(name)
                yield SentValue(where=(place, at), name=name, value=str(value), is_needed=is_needed)
    for name, value in sample.request.headers:
        start = scheme_of(name, value)
        is_fixed = name.lower() == "cookie" or VARIABLE.search(value)
        yield SentValue(
            where=(HEADER, (name.lower(),)),
            name=name,
            value=value.removeprefix(start),
            before=start,
            is_needed=is_secret_header(name) and not is_fixed,
        )


def can_be_sent(value: Json) -> bool:
    """Whether a value can be an id: a text without spaces, or a whole number."""
    if isinstance(value, str):
        return bool(value) and not re.search(r"\s", value)
    return isinstance(value, int) and not isinstance(value, bool)
