"""A conversation with a provider that is a Python class: its connection and its phases."""

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
    Reply,
    ReplyMessage,
    Request,
    Response,
    ToolCall,
    UserMessage,
)
from harness.core import CassetteError, Json, NoHistory, PlayError, ProtocolError
from harness.core.network_guard import require_seen, telling
from harness.core.python_file import own_traceback
from harness.formats.json_schema import compile_schema
from harness.providers.asking import note_contract, unexpected_status
from harness.providers.definition import Encoding
from harness.providers.flow import FlowState
from harness.providers.payload import read_payload
from harness.providers.request_body import pairs
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


class Driver:
    """Runs the phases of one conversation by the methods of a class."""

    def __init__(self, made: type, state: FlowState, transport: Transport) -> None:
        self._made = made
        self._state = state
        self._transport = transport
        self._connection = Connection(state, transport)
        self._one: object = None
        self._is_open = False

    def open(self) -> None:
        """Make the object, and call its `open` if it has one."""
        self._perform(Phase.OPEN, self._transport)
        self._is_open = True

    def say(self, message: UserMessage) -> Reply:
        """Call `say`. If it returns a text, that is the only message of the reply."""
        return self._reply(Phase.SEND, message)

    def tools(self, calls: tuple[ToolCall, ...]) -> Reply:
        """Call `tools` with the calls of the last reply, which have their results."""
        return self._reply(Phase.TOOLS, calls)

    def _reply(self, phase: Phase, given: object) -> Reply:
        said = self._perform(phase, self._transport, given)
        reply = said if isinstance(said, Reply) else None
        if isinstance(said, str):
            reply = Reply(messages=(ReplyMessage(text=said),))
        if reply is None:
            kind = type(said).__name__
            method = _method(phase)
            raise ProtocolError(
                "no-reply", f"{self._name}.{method} returned {kind}, expected a Reply"
            )
        return reply if reply.payload is not None else replace(reply, payload=self._payload())

    def history(self) -> Json:
        """Call `history`. Raises `ProtocolError` if the class does not have it."""
        if not hasattr(self._made, "history"):
            raise NoHistory("no-history", f"the provider class {self._name} has no history")
        return self._perform(Phase.HISTORY, self._transport)  # type: ignore[return-value]  # JSON by contract

    @property
    def has_late(self) -> bool:
        """Whether the class can look for late messages."""
        return hasattr(self._made, "late")

    def late(self) -> tuple[ReplyMessage, ...]:
        """Call `late`, which returns the messages of the bot, as texts or messages."""
        said = self._perform(Phase.LATE, self._transport)
        if not isinstance(said, list | tuple) or not all(
            isinstance(one, str | ReplyMessage) for one in said
        ):
            raise ProtocolError(
                "no-reply",
                f"{self._name}.late returned {type(said).__name__}, expected a list of texts"
                " or of ReplyMessages",
            )
        return tuple(
            one if isinstance(one, ReplyMessage) else ReplyMessage(text=one) for one in said
        )

    def close(self, transport: Transport) -> None:
        """Call `close` if there is one, with another transport if the session's is broken.

        It is not called after an error in `open`: only `open` knows what it created until then.
        """
        if self._is_open:
            self._perform(Phase.CLOSE, transport)

    @property
    def _name(self) -> str:
        return self._made.__name__

    def _perform(self, phase: Phase, transport: Transport, *arguments: object) -> object:
        connection = self._connection
        connection.below, connection.phase = transport, phase
        connection.asked, connection.last, connection.error = 0, None, None
        method = _method(phase)
        try:
            require_seen(self._made.__module__, f"the provider class {self._name}")
            with telling():
                if self._one is None:
                    self._one = self._made(connection)
                call = getattr(self._one, method, None)
                result = call(*arguments) if call is not None else None
        except (PlayError, KeyboardInterrupt):
            raise
        except BaseException as error:
            raise self._told(method, error) from error
        if isinstance(connection.error, CassetteError):
            # If a client hides the error, a replay would go on with an unrecorded request.
            raise connection.error
        return result

    def _told(self, method: str, error: BaseException) -> PlayError:
        """The error behind an exception of the class: clients often wrap that of the transport."""
        connection = self._connection
        if connection.error is not None:
            return connection.error
        if connection.last is not None and connection.last.status >= REFUSES:
            return unexpected_status(self._state.exchanges[-1].request, connection.last)
        return ProtocolError(
            "provider-crashed",
            f"the provider class {self._name} crashed in {method}: {error!r}",
            details=own_traceback(error),
        )

    def _payload(self) -> Json:
        """The JSON of the last answer; None if it is not JSON."""
        last = self._connection.last
        try:
            payload: Json = json.loads(last.body) if last is not None else None
        except ValueError:
            return None
        return payload


def _method(phase: Phase) -> str:
    """The method of a class for a phase."""
    return "say" if phase is Phase.SEND else phase.value
