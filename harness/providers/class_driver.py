"""Runs the phases of a conversation by the methods of a Python class."""

from __future__ import annotations

import json
from dataclasses import replace

from harness.conversation import Phase, Reply, ReplyMessage, ToolCall, UserMessage
from harness.core import CassetteError, Json, NoHistory, PlayError, ProtocolError
from harness.core.network_guard import require_seen, telling
from harness.core.python_file import own_traceback
from harness.providers.asking import unexpected_status
from harness.providers.connection import REFUSES, Connection
from harness.providers.flow import FlowState
from harness.transport import Transport


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
