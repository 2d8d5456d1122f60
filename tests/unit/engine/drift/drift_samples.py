"""Small turns and transcripts."""

from __future__ import annotations

import json

from harness.conversation import (
    Exchange,
    Origin,
    Reply,
    ReplyMessage,
    Request,
    Response,
    Stop,
    Transcript,
    Turn,
    UserMessage,
)


def exchange(body: object, *, step: str = "send.1", status: int = 200, seconds: float | None = 0.1):
    """An answer of a step."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    origin = Origin(turn=1, step=step)
    return Exchange(
        request=Request(method="POST", url="http://127.0.0.1/say", origin=origin),
        response=Response(status=status, body=content, seconds=seconds),
    )


def turn(number: int = 1, *texts: str, exchanges=None, **more) -> Turn:
    """A turn whose reply has these messages."""
    messages = tuple(ReplyMessage(text=text) for text in texts or ("Hello",))
    given = (exchange({"text": "Hello"}),) if exchanges is None else exchanges
    reply = more.pop("reply", None) or Reply(messages=messages, **more)
    return Turn(number=number, user=UserMessage(text="Hi"), reply=reply, exchanges=given)


def transcript(*turns: Turn, stop: Stop | None = None) -> Transcript:
    return Transcript(scenario="x", provider="y", turns=turns, stop=stop)
