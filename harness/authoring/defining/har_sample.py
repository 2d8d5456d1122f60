"""Picks the request that sends a message out of a HAR file or a cassette."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from harness.authoring.defining.answer_kind import kind_of_answer
from harness.authoring.defining.guesses import guess_message, guess_reply
from harness.authoring.defining.sample import SampleRequest, body_of, query_of
from harness.conversation import Request, Response
from harness.core import ConfigurationError, Problem, ProtocolError, counted
from harness.transport.cassette import Cassette
from harness.transport.cassette.har import SWITCHING
from harness.transport.cassette.plain_interaction import request_of, response_of

WHERE = "--from-har"
MOST_SHOWN = 20
"""Requests that a message lists."""
TALKS = re.compile(r"(?i)chat|message|complet|conversation|talk|ask|assistant|bot|invoke|query")
"""Words in the paths of APIs that answer messages."""
_HTTP = re.compile(r"(?i)https?://")
"""A page has requests to `data:` and `blob:` too."""
_SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class HarEntry:
    """A request of the file that could send a message."""

    number: int
    """From 1, in the file."""
    sample: SampleRequest
    rank: tuple[bool, ...]
    """The greatest is the likeliest."""

    @property
    def shown(self) -> str:
        """The entry as people see it, without the query, which may contain a secret."""
        request = self.sample.request
        return f"{self.number}: {request.method} {urlsplit(request.url).path or '/'}"


def entries_of(cassette: Cassette) -> list[HarEntry]:
    """The requests whose body or query has a text and whose answer has one, in order.

    Raises `ConfigurationError` if there is none.
    """
    rows = cassette.interactions.plain
    answered = [
        (number, request_of(row), response_of(row))
        for number, row in enumerate(rows, 1)
        if "broken" not in row and _HTTP.match(request_of(row).url)
    ]
    pairs = [(request, response) for _, request, response in answered]
    entries = []
    for number, request, response in answered:
        sample = SampleRequest(where=WHERE, request=request, answers=(response,))
        if response.status in _SUCCESS and (rank := _rank(sample)):
            alike = [
                other for sent, other in pairs if _is_alike(sent, request) and other is not response
            ]
            good = tuple(other for other in alike if other.status in _SUCCESS)
            sample = replace(sample, answers=(response, *filter(_is_readable, good)))
            entries.append(HarEntry(number=number, sample=sample, rank=rank))
    if not entries:
        raise ConfigurationError(
            Problem(
                code="no-sample",
                message=f"no request of the file sends and receives a text,"
                f" of {counted(len(rows), 'request')}",
                where=cassette.path,
                hint=_on_web_sockets(pairs) or "record again while you send a message to the bot",
            )
        )
    return entries


def _on_web_sockets(pairs: Sequence[tuple[Request, Response]]) -> str:
    """What to do if the bot may talk on a WebSocket; empty if there is none."""
    opened = [request.url for request, response in pairs if response.status == SWITCHING]
    if not opened:
        return ""
    path = urlsplit(opened[0]).path or "/"
    return f"{path} is a WebSocket, which is not read: write the definition by hand"


def likeliest(entries: Sequence[HarEntry]) -> HarEntry:
    """The entry that most likely sends a message; of several alike, the first."""
    return max(entries, key=lambda entry: (entry.rank, -entry.number))


def entry_at(entries: Sequence[HarEntry], number: int) -> HarEntry:
    """The entry with a number. Raises `ConfigurationError` if it is not one of them."""
    for entry in entries:
        if entry.number == number:
            return entry
    shown = [entry.shown for entry in entries[:MOST_SHOWN]]
    raise ConfigurationError(
        Problem(
            code="no-sample",
            message=f"request {number} of the file does not send and receive a text",
            where="--entry",
            hint=f"choose one of {', '.join(shown)}",
        )
    )


def _rank(sample: SampleRequest) -> tuple[bool, ...]:
    """How likely it is that a request sends a message; empty if it cannot."""
    request = sample.request
    try:
        _, body = body_of(request)
        kind = kind_of_answer(sample.answers[0])
        has_text = bool(guess_message(body) or guess_message(query_of(request)))
        if not has_text or guess_reply(kind) is None:
            return ()
    except ProtocolError:
        return ()
    is_talk = bool(TALKS.search(urlsplit(request.url).path))
    is_page = kind.stream is None and isinstance(kind.payload, str)
    return (not is_page, body is not None, is_talk, kind.stream is not None)


def _is_alike(sent: Request, request: Request) -> bool:
    def key(one: Request) -> tuple[str, str]:
        return one.method, urlsplit(one.url)._replace(query="").geturl()

    return key(sent) == key(request)


def _is_readable(response: Response) -> bool:
    try:
        kind_of_answer(response)
    except ProtocolError:
        return False
    return True
