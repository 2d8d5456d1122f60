"""A small chat API of a project's own: it repeats what it is told, and counts what it sees.

`POST /sessions` opens a session, `POST /sessions/{id}/messages` talks in it, and
`DELETE /sessions/{id}` ends it. Every request needs the header `X-Api-Key`.

A message that holds `[[wait]]` is answered when the test says so. One that holds `[[broken]]` is
answered with something that is not JSON, as soon as `crowd` messages wait.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

API_KEY = "k-5up3r-s3cret"
PATIENCE = 10.0
"""Seconds that a message waits for others before it is refused."""


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How the bot words and shapes its answers."""

    says: str = "You said"
    adds: Mapping[str, object] = field(default_factory=dict)
    """Keys of a reply beside the usual ones."""
    hides: str = ""
    """A key that a reply lacks."""
    status: int = 200
    seconds: float = 0.0
    """How long it thinks."""


@dataclass
class EchoBot:
    """What the bot saw, and how it shall behave. Read and set by the test's thread."""

    url: str = ""
    meeting: int = 1
    """Messages that must be there at once before any of them is answered."""
    released: threading.Event = field(default_factory=threading.Event)
    """Set to answer messages that hold `[[wait]]`."""
    manner: Manner = Manner()
    """Set to let the bot answer otherwise."""
    moods: list[Manner] = field(default_factory=list)
    """How it answers the next messages, one each; then as `manner` says."""
    ends_with: int = 204
    """The status of an end."""
    crowd: int = 0
    """How many such messages make a crowd."""
    crowded: threading.Event = field(default_factory=threading.Event)
    """Set by the bot when such a message came and it is a crowd."""
    requests: list[tuple[float, str]] = field(default_factory=list)
    """Time on the monotonic clock and method, in order."""
    said: list[str] = field(default_factory=list)
    """Texts of the user, in order."""
    created: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    talked_in: set[str] = field(default_factory=set)
    """Sessions whose client knew their id, because it used it."""
    most_open: int = 0
    _answering: int = 0
    _waiting: int = 0
    _met: list[asyncio.Event] = field(default_factory=list)

    def settle(self) -> None:
        """Answer whatever still waits, so that it does not meet the next test's messages."""
        self.released.set()
        end = time.monotonic() + PATIENCE
        while self._answering and time.monotonic() < end:
            time.sleep(0.005)

    def forget(self) -> None:
        """Begin anew, for the next test."""
        self.meeting = 1
        self.manner = Manner()
        self.moods.clear()
        self.ends_with = 204
        self.crowd = 0
        self.released.clear()
        self.crowded.clear()
        self.most_open = 0
        self._waiting = 0
        self.said.clear()
        for seen in (self.requests, self.created, self.deleted, self.talked_in, self._met):
            seen.clear()

    @property
    def open(self) -> set[str]:
        """Sessions that nobody ended."""
        return {*self.created} - {*self.deleted}

    def are_closed(self) -> bool:
        """Whether every session that was used is ended; waits for requests on their way."""
        end = time.monotonic() + PATIENCE
        while not self.talked_in <= {*self.deleted} and time.monotonic() < end:
            time.sleep(0.01)
        return self.talked_in <= {*self.deleted}

    async def create(self, request: Request) -> Response:
        """Open a session."""
        if refusal := self._refusal(request):
            return refusal
        session_id = f"session-{len(self.created) + 1}"
        self.created.append(session_id)
        self.most_open = max(self.most_open, len(self.open))
        return JSONResponse({"id": session_id}, status_code=201)

    async def say(self, request: Request) -> Response:
        """Answer a message."""
        if refusal := self._refusal(request):
            return refusal
        self._answering += 1
        try:
            return await self._answer(request)
        finally:
            self._answering -= 1

    async def _answer(self, request: Request) -> Response:
        self.talked_in.add(request.path_params["session_id"])
        text = (await request.json())["text"]
        self.said.append(text)
        if "[[broken]]" in text:
            await _until(lambda: self._waiting >= self.crowd)
            return Response("<html>", media_type="application/json")
        if "[[wait]]" in text:
            self._waiting += 1
            if self._waiting >= self.crowd:
                self.crowded.set()
            await _until(self.released.is_set)
        if not await self._company():
            return JSONResponse({"error": "nobody else came"}, status_code=500)
        manner = self.moods.pop(0) if self.moods else self.manner
        await asyncio.sleep(manner.seconds)
        reply = {"text": f"{manner.says}: {text}", "words": len(text.split()), **manner.adds}
        reply.pop(manner.hides, None)
        return JSONResponse({"reply": reply}, status_code=manner.status)

    async def delete(self, request: Request) -> Response:
        """End a session."""
        if refusal := self._refusal(request):
            return refusal
        self.deleted.append(request.path_params["session_id"])
        return Response(status_code=self.ends_with)

    def _refusal(self, request: Request) -> Response | None:
        self.requests.append((time.monotonic(), request.method))
        if request.headers.get("x-api-key") == API_KEY:
            return None
        return JSONResponse({"error": "wrong key"}, status_code=401)

    async def _company(self) -> bool:
        """Wait until enough messages are there; whether they came."""
        mine = asyncio.Event()
        self._met.append(mine)
        if len(self._met) >= self.meeting:
            for event in self._met:
                event.set()
            self._met.clear()
        try:
            await asyncio.wait_for(mine.wait(), PATIENCE)
        except TimeoutError:
            return False
        return True


async def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    # What is waited for is set by the test's thread, where asyncio's own events may not be used.
    while not is_so() and time.monotonic() < end:  # noqa: ASYNC110  # see above
        await asyncio.sleep(0.01)


@contextmanager
def serving_echo() -> Iterator[EchoBot]:
    """Serve the bot on a free port of loopback."""
    bot = EchoBot()
    path = "/sessions/{session_id}"
    app = Starlette(
        routes=[
            Route("/sessions", bot.create, methods=["POST"]),
            Route(path + "/messages", bot.say, methods=["POST"]),
            Route(path, bot.delete, methods=["DELETE"]),
        ]
    )
    config = uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        loop="asyncio",
        log_config=None,
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=0,
    )
    server = uvicorn.Server(config)
    # The protocol is named because asyncio then turns Nagle's algorithm off.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(256)
        bot.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.005)
        try:
            yield bot
        finally:
            server.should_exit = True
            thread.join()
