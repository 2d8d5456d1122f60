"""Fault switches: what a user message may ask an emulator to do wrong.

A switch is written in double square brackets anywhere in the text of a user message, so that a
scenario can ask for a fault through any client. The bot does not read switches, but they remain in
the history.

| switch | what happens to the request with the message |
|---|---|
| `[[status 503]]` | this status, any from 400 to 599; the message is not processed |
| `[[status 429 retry-after 1]]` | the same, with a `Retry-After` header in seconds |
| `[[html]]` | an HTML page under status 200; the message is not processed |
| `[[empty]]` | an empty body under status 200; the message is not processed |
| `[[error 200]]` | `{"error": …}` under status 200; the message is not processed |
| `[[close]]` | the connection is closed in the middle of the body |
| `[[slow 2s]]` | nothing is sent for this time (`ms` or `s`), then the normal answer |
| `[[drip 50ms]]` | the normal answer, one byte at a time with this time between |
| `[[shape]]` | an answer that breaks the documented shape; each emulator says how |
| `[[shape NAME]]` | another broken shape, where the emulator names one |
| `[[leak]]` | the reply also contains the last user message of another conversation |
| `[[late 300ms]]` | this time after the reply, the bot sends another message; see below |

A switch that ends in `once` works for the first request only; the first request without a fault
resets it. Several switches work in their order, so
`[[status 429 retry-after 0 once]] [[status 503 once]]` refuses twice and then answers.
Anything else in double square brackets is plain text. A late message can be read only from a
system that lists a conversation's messages: Enthusiast, BigHummingbird and Direct Line, and from
a WebSocket.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from harness.emulators.http_api import EarlyResponse

_SWITCH = re.compile(
    r"""\[\[\s*(?:
        status\s+(?P<status>[45]\d\d)(?:\s+retry-after\s+(?P<retry>\d+))?
        | (?P<word>html|empty|error\s+200|close|leak)
        | (?P<pace>slow|drip|late)\s+(?P<number>\d+(?:\.\d+)?)(?P<unit>ms|s)
        | shape(?:\s+(?P<shape>(?!once\b)[a-z-]+))?
    )(?P<once>\s+once)?\s*\]\]""",
    re.VERBOSE,
)
AFTERTHOUGHT = "One more thing: our phone line is open until six."
"""The text of a late message."""
_OK = 200
_PAGE = "<!DOCTYPE html><html><body><h1>Down for maintenance</h1></body></html>"


def plain(message: str) -> str:
    """A user message without its switches."""
    return _SWITCH.sub("", message).strip()


@dataclass(slots=True, kw_only=True)
class FaultPlan:
    """The faults of one request. Times are seconds."""

    refusal: Response | None = None
    close: bool = False
    slow: float = 0.0
    drip: float = 0.0
    late: float = 0.0
    shape: str | None = None
    leak: str = ""

    async def before(self) -> None:
        """To be awaited before the message is processed. Raises EarlyResponse."""
        if self.slow:
            await asyncio.sleep(self.slow)
        if self.refusal is not None:
            raise EarlyResponse(self.refusal)

    def with_leak(self, text: str) -> str:
        """A text of the reply, followed by the message of another conversation, if there is one."""
        return f"{text} ({self.leak})" if self.leak else text

    def after(self, response: Response) -> Response:
        """The response as it is to be sent."""
        if self.close:
            return _Closing(response)
        return _Dripping(response, self.drip) if self.drip else response


class Afterthoughts:
    """The late messages of one conversation."""

    def __init__(self) -> None:
        self._due: list[float] = []

    def add(self, seconds: float) -> None:
        """Adds a message that is sent after this time; none if it is 0."""
        if seconds:
            self._due.append(time.monotonic() + seconds)

    def said(self) -> tuple[str, ...]:
        """The messages that were sent since the last call."""
        now = time.monotonic()
        before, self._due = self._due, [at for at in self._due if at > now]
        return (AFTERTHOUGHT,) * (len(before) - len(self._due))


def _error_body(status: int) -> object:
    asked = "an error" if status == _OK else f"status {status}"
    return {"error": f"The message asked for {asked}."}


class Faults:
    """The fault switches of one app. Remembers which `once` switches were used.

    `error_body` makes the body of a refusal with this status, as the API words it.
    """

    def __init__(self, error_body: Callable[[int], object] = _error_body) -> None:
        self._error_body = error_body
        self._fired: dict[tuple[str, str], set[int]] = {}
        self._last_messages: dict[str, str] = {}

    def plan(self, message: str, conversation: str) -> FaultPlan:
        """The faults that this message of this conversation asks for."""
        key = (conversation, message)
        fired = self._fired.get(key, set())
        plan = FaultPlan()
        self._last_messages.pop(conversation, None)
        other_message = next(reversed(self._last_messages.values()), "")
        self._last_messages[conversation] = plain(message)
        for place, switch in enumerate(_SWITCH.finditer(message)):
            if place in fired:
                continue
            if switch["once"]:
                self._fired.setdefault(key, fired).add(place)
            _add(plan, switch, other_message, self._error_body)
            if plan.refusal is not None or plan.close:
                return plan
        self._fired.pop(key, None)
        return plan


def _add(
    plan: FaultPlan,
    switch: re.Match[str],
    other_message: str,
    error_body: Callable[[int], object],
) -> None:
    if switch["status"]:
        headers = {"Retry-After": switch["retry"]} if switch["retry"] else None
        status = int(switch["status"])
        plan.refusal = JSONResponse(error_body(status), status_code=status, headers=headers)
    elif switch["pace"]:
        seconds = float(switch["number"]) / (1000 if switch["unit"] == "ms" else 1)
        setattr(plan, switch["pace"], seconds)
    elif switch["word"] == "close":
        plan.close = True
    elif switch["word"] == "leak":
        plan.leak = other_message
    elif switch["word"] in _REFUSALS:
        plan.refusal = _REFUSALS[switch["word"]]()
    elif switch["word"]:
        plan.refusal = JSONResponse(error_body(_OK))
    else:
        plan.shape = switch["shape"] or ""


_REFUSALS: Mapping[str, Callable[[], Response]] = {
    "html": lambda: HTMLResponse(_PAGE),
    "empty": lambda: Response(b"", media_type="application/json"),
}


class _Closing(Response):
    """Half of a response's first piece; the server closes what is never completed."""

    def __init__(self, whole: Response) -> None:
        super().__init__()
        self._whole = whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def send_half(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                await send(message)
            elif not begun:
                begun = True
                body = message.get("body", b"")
                half = body[: (len(body) + 1) // 2]
                await send({"type": "http.response.body", "body": half, "more_body": True})

        await self._whole(scope, receive, send_half)


class _Dripping(Response):
    """A response whose body is sent byte by byte."""

    def __init__(self, whole: Response, pause: float) -> None:
        super().__init__()
        self._whole = whole
        self._pause = pause

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_bytes(message: Message) -> None:
            for byte in message.get("body", b""):
                drop = {"type": "http.response.body", "body": bytes([byte]), "more_body": True}
                await send(drop)
                await asyncio.sleep(self._pause)
            await send({**message, "body": b""} if "body" in message else message)

        await self._whole(scope, receive, send_bytes)
