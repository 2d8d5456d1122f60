"""What a conversation asks another provider in between, in the recording of the conversation."""

from __future__ import annotations

from dataclasses import replace

from harness.conversation import Origin, Request
from harness.transport.cassette import Cassette, Interactions, PlainInteraction
from harness.transport.recording import RecordingTransport
from harness.transport.transport import Answer, Transport

PREFIX = "user."
"""Before the names of the steps that ask the model of a simulated user."""


class SideTransport(Transport):
    """Sends over a transport of its own, and records in the recording of the conversation."""

    def __init__(self, transport: Transport, recording: RecordingTransport | None) -> None:
        """Without a `recording`, nothing is recorded."""
        self._transport = transport
        self._recording = recording

    def send(self, request: Request) -> Answer:
        """Send a request; it is recorded under a name that no step of the bot has."""
        if self._recording is None:
            return self._transport.send(request)
        marked = replace(request, origin=_marked(request.origin))
        return self._recording.send_over(self._transport, marked)

    def now(self, origin: Origin) -> float:
        """The time of the transport."""
        return self._transport.now(origin)

    def sleep(self, seconds: float) -> None:
        """Wait on the transport."""
        self._transport.sleep(seconds)

    def close(self) -> None:
        """Close the transport; the recording goes on."""
        self._transport.close()


def without_asked(cassette: Cassette) -> tuple[Cassette, Interactions]:
    """The recording of the conversation alone, and what was asked in between."""
    own: list[PlainInteraction] = []
    asked: list[PlainInteraction] = []
    for plain in cassette.interactions.plain:
        if plain["is_ours"] and plain["step"].startswith(PREFIX):
            asked.append({**plain, "step": plain["step"].removeprefix(PREFIX)})
        else:
            own.append(plain)
    if not asked:
        return cassette, Interactions()
    return replace(cassette, interactions=Interactions(own)), Interactions(asked)


def _marked(origin: Origin) -> Origin:
    return replace(origin, step=f"{PREFIX}{origin.step}")
