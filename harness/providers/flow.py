"""What the interpreter asks to be done, and what it knows while a conversation goes on."""

from __future__ import annotations

import hashlib
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
from harness.secrets.secret_marks import MARK


@value_class(frozen=True, slots=True)
class Send:
    """Send a request; the answer is given back whole, as a `Response`."""

    request: Request
    reader: EventReader | None = None
    """Where the body is a stream: who reads it as it comes."""


@value_class(frozen=True, slots=True)
class Sleep:
    """Let time pass; nothing is given back."""

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
"""Is told of each step with its templates filled in: its payload, and what it captured."""


def observe_nothing(_step: Step, _payload: Json, _captured: Mapping[str, Json]) -> None:
    """Nobody looks on."""


@dataclass(slots=True, kw_only=True)
class FlowState:
    """What is known in one conversation. Owned by one session; nothing else writes to it."""

    settings: Mapping[str, Json]
    session: Mapping[str, Json] = field(default_factory=dict)
    """What the scenario tells the provider when the conversation opens."""
    conversation: Mapping[str, Json] = field(default_factory=dict)
    """`id`: a UUID for systems where the client names the conversation."""
    captured: dict[str, Json] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    turns: list[Json] = field(default_factory=list)
    unsent: list[Json] = field(default_factory=list)
    message: Mapping[str, Json] = field(default_factory=dict)
    message_hash: str = ""
    before: list[str] = field(default_factory=list)
    """What the bot said by itself since the last message, as a replay will say it."""
    turn: int = 0
    seen: set[str] = field(default_factory=set)
    """Ids of messages that an earlier reply held."""
    heard: list[ReplyMessage] = field(default_factory=list)
    """All that the bot said so far, by itself or in a reply."""
    exchanges: list[Exchange] = field(default_factory=list)
    """Of the phase that is going on; whoever runs phases takes them away."""
    accepted: frozenset[int] = frozenset()
    """Statuses that the turn expects as a refusal."""
    given: dict[tuple[str, str], str] = field(default_factory=dict)
    """Where a value that must be new was first captured, by its name and itself."""
    socket: Request | None = None
    """The handshake of the WebSocket that is open; None where none is."""
    now: float = 0.0
    """When something was last sent or received: seconds from the start of the conversation."""
    payload: Json = None
    """The last answer that was read."""
    transcript: list[Json] = field(default_factory=list)
    """What was said before the message, in order; while tools are answered, all of it."""
    results: list[Json] = field(default_factory=list)
    """While tools are answered: the answers to the calls of the last reply."""
    _unanswered: dict[str, Json] | None = None
    """The entry of the message; it goes into the transcript as soon as anything follows it."""
    know: Callable[[str, Json], None] = lambda _name, _value: None
    """Is told of every secret as soon as it is captured."""
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
        """Begin a turn; `recorded` is the message as a replay will say it, where it differs."""
        self._refused()
        self.turn = turn
        self.message_hash = message_hash(recorded or message, self.before)
        self.before.clear()
        self.message = {
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
        self._said(
            "assistant",
            text=reply.text,
            payload=reply.payload,
            tool_calls=[_call(call) for call in reply.tools or ()],
        )

    def served(self, calls: Sequence[ToolCall], recorded: Json) -> None:
        """Tools were answered; `recorded` are the answers as a replay will give them."""
        self.results = [{**_call(call), **_result(call)} for call in calls]
        self._said("tool", results=self.results)
        # Before a dash is what the user said.
        self.message_hash += f"-{_digest(json.dumps(recorded, sort_keys=True))}"

    def heard_late(self, reply: Reply, messages: Iterable[ReplyMessage]) -> None:
        """Messages came behind the last reply, which now is this one."""
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
        self.transcript.append(_entry(role, **what))

    def copied(self, into: FlowState | None = None) -> FlowState:
        """The same between two turns, for a conversation that goes on from here.

        `into` is the state that it replaces, of another transport.
        """
        own = into or self
        return replace(
            self,
            captured=dict(self.captured),
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
        """What `${…}` means in a definition."""
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
"""What a definition's templates see beside captures."""
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


def message_hash(message: UserMessage, before: Sequence[str] = ()) -> str:
    """A short hash of what the user says; tells a changed message from the recorded one.

    `before` is what the bot said by itself since the last message. Where there is something
    besides text, button and names of attachments, its hash stands behind a dash: recordings of
    format 1 hold what is before the dash.
    """
    parts = [message.text, message.display_text, *(a.name for a in message.attachments)]
    said = _digest("\0".join(parts))
    if not (message.attachments or message.metadata or before):
        return said
    attached = [[one.name, one.content] for one in message.attachments]
    rest = [attached, dict(message.metadata), list(before)]
    return f"{said}-{_digest(json.dumps(rest, sort_keys=True, default=str))}"


def _digest(text: str) -> str:
    # A message may hold half a surrogate pair, as JSON may.
    return hashlib.blake2s(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
