"""A conversation with a provider that is a Python class: what it talks through, and its phases."""

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
"""From this status on, an answer says no."""


class Connection(Transport):
    """The transport of one conversation, as a provider class sees it.

    What is sent over it is recorded, redacted, replayed and reported like the requests of a
    definition: the second request of a turn is its step `send.2`.
    """

    def __init__(self, state: FlowState, transport: Transport) -> None:
        self.below = transport
        """Where requests go; another one closes a conversation that broke."""
        self.phase = Phase.OPEN
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
            raise unexpected_status(self._state.exchanges[-1].request, self.last)
        payload = read_payload(self.last, Encoding.JSON) if self.last.body else None
        if schema is not None:
            note_contract(compile_schema(schema, name="answer"), payload, self._state)
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

    def now(self, origin: Origin) -> float:
        """The time of the conversation; see `Transport.now`."""
        return self.below.now(origin)

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


def _encoded(value: object) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as error:
        raise ProtocolError("provider-crashed", f"the request is not JSON: {error}") from error


class Driver:
    """Performs the phases of one conversation by the methods of a class."""

    def __init__(self, made: type, state: FlowState, transport: Transport) -> None:
        self._made = made
        self._state = state
        self._transport = transport
        self._connection = Connection(state, transport)
        self._one: object = None
        self._is_open = False

    def open(self) -> None:
        """Make the object, and call its `open` where it has one."""
        self._perform(Phase.OPEN, self._transport)
        self._is_open = True

    def say(self, message: UserMessage) -> Reply:
        """Call `say`. A text that it gives becomes the only message of the reply."""
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
        """Call `history`. Raises `ProtocolError` where the class has none."""
        if not hasattr(self._made, "history"):
            raise NoHistory("no-history", f"the provider class {self._name} has no history")
        return self._perform(Phase.HISTORY, self._transport)  # type: ignore[return-value]  # JSON by contract

    @property
    def has_late(self) -> bool:
        """Whether the class can look for late messages."""
        return hasattr(self._made, "late")

    def late(self) -> tuple[ReplyMessage, ...]:
        """Call `late`, which gives what the bot said, as texts or messages."""
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
        """Call `close` where there is one, over another transport where the session's is broken.

        Not where `open` broke off: what it had made until then is known to it alone.
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
            # A client that swallows it would make a replay of something that was not recorded.
            raise connection.error
        return result

    def _told(self, method: str, error: BaseException) -> PlayError:
        """What an exception of the class means: often a client's own name for ours."""
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
        """The JSON of the last answer; None where it is none."""
        last = self._connection.last
        try:
            payload: Json = json.loads(last.body) if last is not None else None
        except ValueError:
            return None
        return payload


def _method(phase: Phase) -> str:
    """The method of a class for a phase."""
    return "say" if phase is Phase.SEND else phase.value
