"""What a provider that is a Python class talks through."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from harness.conversation import Exchange, Origin, Request, Response
from harness.core.errors import PlayError, ProtocolError, Refused
from harness.core.typing import Json
from harness.formats.json_schema import compile_schema
from harness.providers.definition import Encoding
from harness.providers.flow import FlowState
from harness.providers.payload import excerpt, read_payload, wait_asked
from harness.providers.request import pairs
from harness.transport import Answer, Chunk, Transport
from harness.transport.response_body import ObservedBody, response_from_chunks

if TYPE_CHECKING:
    from harness.transport.httpx_transport import HttpxTransport

REFUSES = 400
"""From this status on, an answer says no."""


class Connection(Transport):
    """The transport of one conversation, as a provider class sees it.

    What is sent over it is recorded, redacted, replayed and reported like the requests of a
    definition: the second request of a turn is its step `send.2`.
    """

    def __init__(self, state: FlowState, transport: Transport) -> None:
        self.below = transport
        """Where requests go; another one closes a conversation that broke."""
        self.phase = ""
        self.asked = 0
        """Requests of the phase that is going on."""
        self.last: Response | None = None
        """The last whole answer of that phase."""
        self.error: PlayError | None = None
        """The last error of the transport, which a client may hide in one of its own."""
        self._state = state
        self._transport: HttpxTransport | None = None

    @property
    def settings(self) -> Mapping[str, Json]:
        """What harness.yaml says of the provider; in a replay, secrets are placeholders."""
        return self._state.settings

    @property
    def session(self) -> Mapping[str, Json]:
        """What the scenario tells the provider: its `session:`."""
        return self._state.session

    @property
    def conversation_id(self) -> str:
        """A UUID for systems where the client names the conversation; a replay has the same."""
        return str(self._state.conversation["id"])

    @property
    def transport(self) -> HttpxTransport:
        """For a client that takes one: `httpx.Client(transport=connection.transport)`."""
        if self._transport is None:
            # Late: a class that needs no httpx shall not wait for its import in a replay.
            from harness.transport.httpx_transport import HttpxTransport  # noqa: PLC0415

            self._transport = HttpxTransport(self)
        return self._transport

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,  # noqa: ANN401  # any JSON
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        schema: Json = None,
    ) -> Json:
        """Ask for JSON below `base_url`, and give it; None for an empty answer.

        A list in `query` gives several of one name; what is None is left out.

        An answer that departs from `schema` fails the scenario, whatever it expects. Raises
        `Refused` for a status from 400 on, `ProtocolError` for what is no JSON, and what
        `Transport.send` raises.
        """
        url = str(self.settings["base_url"]).rstrip("/") + path
        given = pairs(query)
        body = b"" if json is None else _encoded(json)
        kind = {"Content-Type": "application/json; charset=utf-8"} if body else {}
        request = Request(
            method=method,
            url=f"{url}?{urlencode(given)}" if given else url,
            headers=tuple({**kind, **(headers or {})}.items()),
            body=body,
            origin=Origin(turn=0, step=""),
        )
        for _ in self.send(request).chunks:
            pass
        assert self.last is not None  # noqa: S101  # the body was read to its end
        if self.last.status >= REFUSES:
            raise refused(self._state.exchanges[-1])
        payload = read_payload(self.last, Encoding.JSON) if self.last.body else None
        if schema is not None:
            self._note_contract(schema, payload)
        return payload

    def secret(self, name: str, value: Json) -> None:
        """What was heard is a secret, wherever it is said: never stored, never shown."""
        self._state.know(name, value)

    def send(self, request: Request) -> Answer:
        """Send over the transport as a step of the turn; see `Transport.send`."""
        self.asked += 1
        state = self._state
        step = f"{self.phase}.{self.asked}"
        origin = Origin(turn=state.turn, step=step, message=state.message_hash)
        request = replace(request, origin=origin, accepted=state.accepted)
        try:
            answer = self.below.send(request)
        except PlayError as error:
            self.fail(request, error)
            raise

        def ended(chunks: Sequence[Chunk], error: PlayError | None) -> None:
            if error is not None:
                self.fail(request, error)
                return
            stream = [chunk for chunk in chunks if chunk.content] if request.is_stream else ()
            self.hear(request, response_from_chunks(answer, chunks, stream))

        return replace(answer, chunks=ObservedBody(answer, ended))

    def sleep(self, seconds: float) -> None:
        """Let time pass; in a replay it has passed already."""
        self.below.sleep(seconds)

    def close(self) -> None:
        """Nothing: the transport belongs to the conversation."""

    def hear(self, request: Request, response: Response) -> None:
        """Keep an answer that was read."""
        self.last = response
        self._state.exchanges.append(Exchange(request=request, response=response))

    def fail(self, request: Request, error: PlayError) -> None:
        """Keep a request without a whole answer."""
        self.error = error
        self._state.exchanges.append(Exchange(request=request, response=None))

    def _note_contract(self, schema: Json, payload: Json) -> None:
        compiled = compile_schema(schema, name="answer")
        if not compiled.is_valid(payload):
            found = (f"{v.pointer or '(top)'}: {v.message}" for v in compiled.violations(payload))
            exchanges = self._state.exchanges
            exchanges[-1] = replace(exchanges[-1], contract=tuple(found))


def refused(exchange: Exchange) -> Refused:
    """The error for an answer that says no."""
    request, response = exchange.request, exchange.response
    assert response is not None  # noqa: S101  # it answered
    return Refused(
        "unexpected-status",
        f"{request.method} {request.url} answered {response.status}",
        wait_asked(response),
        status=response.status,
        details=(excerpt(response.body),) if response.body else (),
    )


def _encoded(value: object) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as error:
        raise ProtocolError("provider-crashed", f"the request is no JSON: {error}") from error
