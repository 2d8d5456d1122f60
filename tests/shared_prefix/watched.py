"""Emulators that tell what they are asked, and may hold or refuse a message."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

import pytest
from starlette.middleware import Middleware

import harness.emulators.server
from harness.emulators import EMULATORS, serving

TEXTS = (
    b"Do you offer free shipping?",
    b"I want a pink dress",
    b"I want a blue dress",
    b"I take the first one",
    b"Can I talk to a human?",
    b"Do you like purple?",
    b"Send me a photo",
)
TOKEN = "7c1d9ab2e04f5836"
"""What `/token` answers; no client may store it."""
PATIENCE = 20.0
"""Seconds after which a message that nobody lets go is answered all the same."""


@dataclass
class Watched:
    """What servers are asked. Set by the test's thread, read by those of the servers."""

    environment: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    """The known texts, or the path where a request holds none, in order."""
    opened: int = 0
    """Requests that begin a conversation with Connectly."""
    refused: str = ""
    """A text that is refused once."""
    held: str = ""
    """A text that is answered when `released` is set."""
    holding: threading.Event = field(default_factory=threading.Event)
    """Set where such a text came."""
    released: threading.Event = field(default_factory=threading.Event)

    def forget(self) -> None:
        """Begin anew, for the next test."""
        self.said.clear()
        self.opened = 0
        self.refused = self.held = ""
        self.holding.clear()
        self.released.clear()


class _Watching:
    def __init__(self, app, seen: Watched) -> None:
        self._app = app
        self._seen = seen

    async def __call__(self, scope, receive, send) -> None:
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        # Of all turns so far, which some systems are told, the last is what is said.
        found = max(TEXTS, key=body.rfind)
        text = found.decode() if found in body else scope["path"]
        seen = self._seen
        seen.said.append(text)
        seen.opened += b"agentDescriptorId" in body
        if text == seen.refused:
            seen.refused = ""
            await send({"type": "http.response.start", "status": 500, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        if scope["path"] == "/token":
            kind = (b"content-type", b"application/json")
            await send({"type": "http.response.start", "status": 200, "headers": [kind]})
            await send({"type": "http.response.body", "body": b'{"token": "%s"}' % TOKEN.encode()})
            return
        if text == seen.held:
            seen.holding.set()
            await asyncio.to_thread(seen.released.wait, PATIENCE)

        async def read():
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, read, send)


@contextmanager
def watching(*names: str) -> Iterator[Watched]:
    """Serve emulators that are watched."""
    seen = Watched()

    def app_of(name):
        app = EMULATORS[name].create_app()
        app.user_middleware.append(Middleware(_Watching, seen))
        return app

    watched = {
        name: replace(EMULATORS[name], create_app=lambda name=name: app_of(name)) for name in names
    }
    with ExitStack() as stack:
        # While they start: other tests of this process serve theirs.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(harness.emulators.server, "WITH_DEMO", watched)
            running = stack.enter_context(serving(names))
        seen.environment = running.environment
        yield seen
