"""The transport of a conversation with a provider that is a Python class."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from harness.conversation import (
    Exchange,
    Origin,
    Phase,
    Request,
    Response,
)
from harness.core import Json, PlayError, ProtocolError
from harness.formats.json_schema import compile_schema
from harness.providers.asking import note_contract, unexpected_status
from harness.providers.flow import FlowState
from harness.providers.payload import read_payload
from harness.providers.request_body import pairs
from harness.providers.step_plans import Encoding
from harness.transport import Answer, Chunk, Transport
from harness.transport.response_body import ObservedBody, response_from_chunks

if TYPE_CHECKING:
    from harness.transport.httpx_transport import HttpxTransport

REFUSES = 400
"""The lowest status of an answer that is an error."""


class Connection(Transport):
    """The transport of one conversation, as a provider class sees it.

    Its requests are recorded, redacted, replayed and reported like the requests of a definition:
    the second request of a turn is its step `send.2`.
    """

    def __init__(self, state: FlowState, transport: Transport) -> None:
        self.below = transport
        """The transport of requests. A conversation that broke is closed with another one."""
        self.phase = Phase.OPEN
        self.asked = 0
        """The number of requests in the current phase."""
        self.last: Response | None = None
        """The last complete answer in the current phase."""
        self.error: PlayError | None = None
        """The last error of the transport. A client may hide it in an error of its own."""
        self._state = state
        self._transport: HttpxTransport | None = None

    @property
    def settings(self) -> Mapping[str, Json]:
        """The provider's settings in harness.yaml. In a replay, secrets are placeholders."""
        return self._state.settings

    @property
    def session(self) -> Mapping[str, Json]:
        """The values of `session:` in the scenario."""
        return self._state.session

    @property
    def conversation_id(self) -> str:
        """A UUID for systems where the client names the conversation. A replay has the same one."""
        return str(self._state.conversation["id"])

    @property
    def transport(self) -> HttpxTransport:
        """The transport for an HTTP client: `httpx.Client(transport=connection.transport)`."""
        if self._transport is None:
            # Imported only here: a class that does not use httpx should not wait for its import.
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
        """Send a request to a path below `base_url`. Returns its JSON; None for an empty answer.

        A list in `query` gives several values of one name. A value of None is left out.

        An answer that violates `schema` fails the scenario, whatever it expects. Raises
        `Refused` for a status from 400 on, `ProtocolError` for a body that is not JSON, and
        the errors of `Transport.send`.
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
            raise unexpected_status(self._state.exchanges[-1].request, self.last)
        payload = read_payload(self.last, Encoding.JSON) if self.last.body else None
        if schema is not None:
            note_contract(compile_schema(schema, name="answer"), payload, self._state)
        return payload

    def secret(self, name: str, value: Json) -> None:
        """Declare a value of an answer to be a secret, which is never stored or shown."""
        self._state.know(name, value)

    def send(self, request: Request) -> Answer:
        """Send a request as a step of the turn; see `Transport.send`."""
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

    def now(self, origin: Origin) -> float:
        """The time of the conversation; see `Transport.now`."""
        return self.below.now(origin)

    def sleep(self, seconds: float) -> None:
        """Wait. A replay does not wait."""
        self.below.sleep(seconds)

    def close(self) -> None:
        """Do nothing: the conversation closes the transport."""

    def hear(self, request: Request, response: Response) -> None:
        """Store an answer that was read completely."""
        self.last = response
        self._state.exchanges.append(Exchange(request=request, response=response))

    def fail(self, request: Request, error: PlayError) -> None:
        """Store a request without a complete answer."""
        self.error = error
        self._state.exchanges.append(Exchange(request=request, response=None))


def _encoded(value: object) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as error:
        raise ProtocolError("provider-crashed", f"the request is not JSON: {error}") from error
