"""The requests of the interpreter to its caller, and the state of a conversation."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harness.conversation import (
    Exchange,
    Frame,
    Origin,
    Reply,
    ReplyMessage,
    Request,
    ToolCall,
    ToolResult,
    UserMessage,
)
from harness.core import Json, value_class
from harness.providers.definition import Step
from harness.providers.event_stream import EventReader
from harness.providers.message_hash import message_hash, seeded_uuid, short_digest
from harness.secrets.secret_marks import MARK


@value_class(frozen=True, slots=True)
class Send:
    """Send a request. The caller sends back the complete answer, a `Response`."""

    request: Request
    reader: EventReader | None = None
    """Reads the body as it is received, if it is a stream."""


@value_class(frozen=True, slots=True)
class Sleep:
    """Wait. The caller sends nothing back."""

    seconds: float


@value_class(frozen=True, slots=True)
class SendFrame:
    """Send a message on the open WebSocket; a `Frame` with its time is given back."""

    frame: Frame


@value_class(frozen=True, slots=True)
class Receive:
    """Wait for the next message on the open WebSocket; a `Frame` is given back."""

    origin: Origin
    seconds: float


Command = Send | SendFrame | Receive | Sleep
Answered = Any
"""What is given back: a `Response`, a `Frame` or nothing, as the command says."""


Observe = Callable[[Step, Json, Mapping[str, Json]], None]
"""Is called with each step after it ran: its filled-in form, its payload, and its captures."""


def observe_nothing(_step: Step, _payload: Json, _captured: Mapping[str, Json]) -> None:
    """Ignore the step."""


@dataclass(slots=True, kw_only=True)
class FlowState:
    """The state of one conversation. Only its session changes it."""

    settings: Mapping[str, Json]
    session: Mapping[str, Json] = field(default_factory=dict)
    """The values of `session:` in the scenario, for the opening steps."""
    conversation: Mapping[str, Json] = field(default_factory=dict)
    """Contains `id`, a UUID for systems where the client names the conversation."""
    captured: dict[str, Json] = field(default_factory=dict)
    captured_in: dict[str, int] = field(default_factory=dict)
    """The last turn that captured a value, for values that turns capture."""
    cookies: dict[str, str] = field(default_factory=dict)
    turns: list[Json] = field(default_factory=list)
    unsent: list[Json] = field(default_factory=list)
    message: Mapping[str, Json] = field(default_factory=dict)
    message_hash: str = ""
    before: list[str] = field(default_factory=list)
    """The bot's messages without a request since the last message, as a replay has them."""
    turn: int = 0
    seen: set[str] = field(default_factory=set)
    """The ids of messages in earlier replies."""
    heard: list[ReplyMessage] = field(default_factory=list)
    """All messages of the bot so far, in replies or without a request."""
    exchanges: list[Exchange] = field(default_factory=list)
    """The exchanges of the current phase. The session takes them at its end."""
    accepted: frozenset[int] = frozenset()
    """The statuses that the turn expects as a refusal."""
    given: dict[tuple[str, str], str] = field(default_factory=dict)
    """The place where a value that must be new was first captured, by name and value."""
    socket: Request | None = None
    """The handshake of the WebSocket that is open; None where none is."""
    now: float = 0.0
    """When something was last sent or received: seconds from the start of the conversation."""
    payload: Json = None
    """The payload of the last answer that was read."""
    transcript: list[Json] = field(default_factory=list)
    """What was said before the message, in order; while tools are answered, all of it."""
    results: list[Json] = field(default_factory=list)
    """While tools are answered: the answers to the calls of the last reply."""
    _unanswered: dict[str, Json] | None = None
    """The entry of the message; it goes into the transcript as soon as anything follows it."""
    know: Callable[[str, Json], None] = lambda _name, _value: None
    """Is called with every secret as soon as it is captured."""
    clock: Callable[[Origin], float] = lambda _origin: 0.0
    """The time for the next request of a step, in seconds since 1970; see `Transport.now`."""
    hides: Callable[[str], bool] = lambda text: MARK.search(text) is not None
    """Whether a text contains a secret, or its mark."""
    observe: Observe = observe_nothing

    def heard_from_assistant(self, text: str, recorded: str | None = None) -> None:
        """The bot spoke by itself, before the user; `recorded` is how a replay will say it."""
        self.before.append(text if recorded is None else recorded)
        self.unsent.append({"role": "assistant", "text": text})
        self.heard.append(ReplyMessage(text=text))
        self._refused()
        self._said("assistant", text=text)

    def say(self, message: UserMessage, turn: int, recorded: UserMessage | None = None) -> None:
        """Begin a turn. `recorded` is the message as a replay has it, if it differs."""
        self._refused()
        self.turn = turn
        self.message_hash = message_hash(recorded or message, self.before)
        self.before.clear()
        self.message = {
            "id": seeded_uuid(f"{self.conversation.get('id')} {turn}"),
            "text": message.text,
            "display_text": message.display_text or None,
            "attachments": [{"name": a.name, "content": a.content} for a in message.attachments],
            "metadata": dict(message.metadata),
        }
        self.unsent.append({"role": "user", "text": message.text})
        self._unanswered = _entry("user", **self.message)

    def answered(self, reply: Reply) -> None:
        """End a turn with its reply."""
        self.turns.append(self._told(reply))
        self.heard.extend(reply.messages)
        self.unsent.clear()
        self.results = []

    def replied(self, reply: Reply) -> None:
        """A reply came, after which tools may have to be answered."""
        named = next((message.id for message in reply.messages if message.id), None)
        self._said(
            "assistant",
            **({"id": named} if named else {}),
            text=reply.text,
            payload=reply.payload,
            tool_calls=[_call(call) for call in reply.tools or ()],
        )
        # Those of the tools that the bot runs itself.
        results = [{**_call(call), **_result(call)} for call in reply.tools or () if call.result]
        if results:
            self._said("tool", results=results)

    def served(self, calls: Sequence[ToolCall], recorded: Json) -> None:
        """Tools were answered; `recorded` are the answers as a replay will give them."""
        self.results = [{**_call(call), **_result(call)} for call in calls]
        self._said("tool", results=self.results)
        # Before a dash is what the user said.
        self.message_hash += f"-{short_digest(json.dumps(recorded, sort_keys=True))}"

    def heard_late(self, reply: Reply, messages: Iterable[ReplyMessage]) -> None:
        """Replace the last reply by one that also has late messages."""
        for message in messages:
            self.heard.append(message)
            if message.id:
                self.seen.add(message.id)
            self._said("assistant", text=message.text, payload=message.payload)
        self.turns[-1] = self._told(reply)

    def _told(self, reply: Reply) -> Json:
        return {
            "user": self.message,
            "reply": {
                "text": reply.text,
                "messages": [message.text for message in reply.messages],
                "payload": reply.payload,
            },
        }

    def _refused(self) -> None:
        """If the last message has had no answer until now, there will be none."""
        if self._unanswered is not None:
            self.transcript.append({**self._unanswered, "is_refused": True})
            self._unanswered = None

    def _said(self, role: str, **what: Json) -> None:
        """Add an entry to the transcript, and before it the message that it follows."""
        if self._unanswered is not None:
            self.transcript.append(self._unanswered)
            self._unanswered = None
        number = seeded_uuid(f"{self.conversation.get('id')} entry {len(self.transcript)}")
        self.transcript.append(_entry(role, **{"id": number, **what}))

    def copied(self, into: FlowState | None = None) -> FlowState:
        """The same between two turns, for a conversation that goes on from here.

        `into` is the state that it replaces, of another transport.
        """
        own = into or self
        return replace(
            self,
            captured=dict(self.captured),
            captured_in=dict(self.captured_in),
            cookies=dict(self.cookies),
            turns=list(self.turns),
            unsent=list(self.unsent),
            transcript=list(self.transcript),
            results=[],
            before=list(self.before),
            seen=set(self.seen),
            heard=list(self.heard),
            exchanges=[],
            given=dict(self.given),
            know=own.know,
            clock=own.clock,
            hides=own.hides,
            observe=own.observe,
        )

    def context(self) -> dict[str, object]:
        """The variables of `${…}` in a definition."""
        return {
            **self.captured,
            "settings": self.settings,
            "session": self.session,
            "conversation": self.conversation,
            "cookies": self.cookies,
            "turns": self.turns,
            "unsent": self.unsent,
            "message": self.message,
            "transcript": self.transcript,
            "results": self.results,
        }


NAMES = (
    *("settings", "session", "conversation", "cookies"),
    *("turns", "unsent", "message", "transcript", "results"),
)
"""The variables of a definition's templates, in addition to captures."""
NOW = "now"
"""The function that only the templates of a request see beside these."""


def _entry(role: str, **what: Json) -> dict[str, Json]:
    entry: dict[str, Json] = {"role": role, "text": "", "tool_calls": [], "results": []}
    return {**entry, "is_refused": False, **what}


def _call(call: ToolCall) -> dict[str, Json]:
    return {
        "id": call.id or None,
        "name": call.name,
        "arguments": call.arguments,
        "arguments_json": call.arguments_json,
    }


def _result(call: ToolCall) -> dict[str, Json]:
    result = call.result or ToolResult()
    return {"value": result.value, "text": result.text, "is_error": result.is_error}
