"""What only a person can say of a sample: where the message and the reply are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.authoring.defining.answer_kind import AnswerKind
from harness.authoring.defining.guesses import texts_of
from harness.authoring.defining.request_secrets import RequestSecret
from harness.authoring.defining.sample import BODY, QUERY, SampleRequest, body_of, query_of
from harness.core import ConfigurationError, Json, Path, Problem, describe, quote, shorten
from harness.formats.json_path import BadPath, find_located, path_hint, path_text, require_path
from harness.secrets.secret_names import is_secret_key

MOST_SHOWN = 8
"""Texts of a sample that a message lists."""
_SHORT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The answers to all questions."""

    name: str
    """Of the provider and its definition."""
    message: MessagePlace
    reply: Mapping[str, Json]
    """The `reply:` of the definition."""
    secrets: tuple[RequestSecret, ...]
    """Of the request that sends a message."""
    of_opening: tuple[RequestSecret, ...] = ()
    """Those of the request that opens a conversation."""

    @property
    def all_secrets(self) -> tuple[RequestSecret, ...]:
        """One for each setting."""
        return tuple({one.setting: one for one in (*self.of_opening, *self.secrets)}.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePlace:
    """Where a request has the user's message."""

    place: str
    """`BODY` or `QUERY`."""
    path: Path
    text: str
    """The message of the sample."""

    @property
    def said(self) -> str:
        """What the first scenario says."""
        return self.text.strip() or "Hello"


def message_at(sample: SampleRequest, path: str) -> MessagePlace:
    """The message at a JSONPath into the body or, if it is not there, into the query.

    Raises `ConfigurationError` if the path does not lead to exactly one text.
    """
    _, body = body_of(sample.request)
    query = query_of(sample.request)
    places = {BODY: body, QUERY: query} if body is not None else {QUERY: query}
    _require_path(path, "--message")
    found: list[tuple[Path, Json]] = []
    for place, value in places.items():
        found = find_located(path, value)
        if len(found) == 1 and isinstance(found[0][1], str):
            return MessagePlace(place=place, path=found[0][0], text=found[0][1])
        if found:
            break
    where = "body" if body is not None else "query"
    if len(found) > 1:
        message = f"{path} leads to {len(found)} values, not to one text"
    elif found:
        message = f"{path} leads to {describe(found[0][1])}, not to a text"
    else:
        message = f"{path} leads nowhere in the {where} of the request"
    raise _fault("wrong-message", message, "--message", _listed(where, places[where]))


def reply_at(path: str, kind: AnswerKind) -> dict[str, Json]:
    """The `reply:` that reads the texts at a JSONPath into the answer.

    Several texts of a stream are pieces of one message; several of another answer are messages.
    Raises `ConfigurationError` if there is no text at the path.
    """
    _require_path(path, "--reply")
    found = find_located(path, kind.payload)
    others = [value for _, value in found if not isinstance(value, str)]
    if not found or others:
        what = f"leads to {describe(others[0])}, not to a text" if others else "leads nowhere"
        message = f"{path} {what} in the answer"
        raise _fault("wrong-reply", message, "--reply", _listed("answer", kind.payload))
    if kind.stream is not None:
        return {"text": {"join": path}}
    places = [place for place, _ in found]
    if len(found) == 1:
        is_list = path.endswith(f"[*]{path_text(places[0][-1:])[1:]}")
        return _messages(path, places[0][-1:]) if is_list else {"text": path}
    shared = next(at for at, steps in enumerate(zip(*places, strict=False)) if len({*steps}) > 1)
    if len({place[shared + 1 :] for place in places}) > 1:
        return {"text": {"join": path}}
    return _messages(path, places[0][shared + 1 :])


def _messages(path: str, inside: Path) -> dict[str, Json]:
    """The texts as messages of their own: the path to each message, and that within it."""
    tail = path_text(inside)[1:]
    if not tail or not path.endswith(tail):
        return {"messages": path}
    return {"messages": path.removesuffix(tail), "text": f"${tail}"}


def unseen_reply(path: str) -> dict[str, Json]:
    """The `reply:` without a sample of an answer. Raises `ConfigurationError` for a wrong path."""
    _require_path(path, "--reply")
    return {"text": path}


def _require_path(path: str, flag: str) -> None:
    try:
        require_path(path)
    except BadPath as error:
        message = f"{quote(path)} is not a JSONPath: {error}"
        raise _fault("invalid-path", message, flag, path_hint(path)) from error


def _listed(where: str, value: Json) -> str:
    """The texts that could be meant, with their paths."""
    texts = [
        found
        for found in texts_of(value)
        if found.text.strip() and not any(is_secret_key(str(step)) for step in found.path)
    ]
    lines = [f"{found.shown} is {quote(shorten(found.text, _SHORT))}" for found in texts]
    left = len(lines) - MOST_SHOWN
    more = [f"and {left} more"] if left > 0 else []
    return f"texts of the {where}: {', '.join([*lines[:MOST_SHOWN], *more])}" if lines else ""


def _fault(code: str, message: str, flag: str, hint: str) -> ConfigurationError:
    return ConfigurationError(Problem(code=code, message=message, where=flag, hint=hint))
