"""Conversations with a real HTTP/2 server, hypercorn."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml
from hypercorn.asyncio import serve
from hypercorn.config import Config

from harness.conversation import Outcome
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from tests.transport.relays import HttpProxy, SocksProxy

# hypercorn makes coroutines for the idle time of connections that it closes at the same moment.
pytestmark = [
    pytest.mark.filterwarnings(f"ignore:.*_idle_timeout:{warning}")
    for warning in ("RuntimeWarning", "pytest.PytestUnraisableExceptionWarning")
]
STEPS = """\
definition: bot
settings:
  base_url: {type: string, required: true}
  key: {type: string, secret: true, required: true}
headers: {Authorization: 'Bearer ${settings.key}', X-Mixed-Case: Some Text}
keep_headers: [X-Trace]
send:
"""
JSON = """\
  - request: {post: /talk, json: {text: '${message.text}'}}
    reply: {text: $.text}
"""
STREAM = """\
  - stream: {post: /stream, json: {text: '${message.text}'}}
    framing: sse
    events: json
    done: '[DONE]'
    reply: {text: {join: '$.events[*].delta'}}
"""
KEY = "pl4nted-S3cret-Key"
Send = Callable[[dict[str, Any]], Any]


@dataclass
class Bot:
    """An ASGI application. A message says in brackets what goes wrong."""

    seen: list[dict[str, Any]] = field(default_factory=list)
    """Protocol, headers and client of each request."""

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Any], send: Send) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            event = await receive()
            body += event.get("body", b"")
            if not event.get("more_body"):
                break
        self.seen.append(
            {
                "protocol": scope["http_version"],
                "headers": dict(scope["headers"]),
                "client": scope["client"],
            }
        )
        asked = json.loads(body)
        if scope["path"] == "/stream":
            await self._stream(asked["text"], send)
        else:
            await self._talk(asked, send)

    async def _talk(self, asked: dict[str, Any], send: Send) -> None:
        has_trailers = "[trailers]" in asked["text"]
        said = {"text": f"You said {asked['text']}"}
        if "[large]" in asked["text"]:
            said["more"] = "x" * 3_000_000
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"Content-Type", b"application/json"), (b"X-Trace", b"T1")],
                "trailers": has_trailers,
            }
        )
        await send({"type": "http.response.body", "body": json.dumps(said).encode()})
        if has_trailers:
            trailers = [(b"x-checksum", b"abc")]
            await send({"type": "http.response.trailers", "headers": trailers})

    async def _stream(self, text: str, send: Send) -> None:
        kind = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": kind})
        for number, word in enumerate(text.split()):
            if word == "[crash]":
                raise RuntimeError("in the middle of an answer")
            delta = json.dumps({"delta": f"{word} " if number else f"Echo {word} "})
            await send(
                {
                    "type": "http.response.body",
                    "body": f"data: {delta}\n\n".encode(),
                    "more_body": True,
                }
            )
        last = b"" if "[cut]" in text else b"data: [DONE]\n\n"
        await send({"type": "http.response.body", "body": last})


@dataclass
class Hypercorn:
    """The server in a thread of its own."""

    authority: trustme.CA
    folder: Path
    options: dict[str, Any]
    bot: Bot = field(default_factory=Bot)

    def start(self) -> None:
        own = self.authority.issue_cert("127.0.0.1")
        own.private_key_and_cert_chain_pem.write_to_path(self.folder / "own.pem")
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        config = Config()
        config.bind = [f"fd://{listener.detach()}"]  # the server closes it
        config.certfile = config.keyfile = str(self.folder / "own.pem")
        config.errorlog = None
        config.graceful_timeout = 0.2
        for name, value in self.options.items():
            setattr(config, name, value)
        self._ready, self._config = threading.Event(), config
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._ready.wait(10)

    async def _serve(self) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        await serve(self.bot, self._config, shutdown_trigger=self._stopped.wait)  # type: ignore[arg-type]  # any ASGI application

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)
        # What it warns of is said here, and in no other test.
        gc.collect()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def start(authority: trustme.CA, tmp_path: Path) -> Iterator[Callable[..., Hypercorn]]:
    """Start a server with options of hypercorn."""
    started: list[Hypercorn] = []

    def start(**options: Any) -> Hypercorn:
        server = Hypercorn(authority, tmp_path, options)
        server.start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def play(tmp_path: Path, authority: trustme.CA) -> Callable[..., ScenarioResult]:
    """Play turns with a server, or replay them."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")

    folder = tmp_path / "project"

    def write(path: str, text: str) -> Path:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.is_file() or file.read_text() != text:
            file.write_text(text)
        return file

    def play(
        server: Hypercorn | None,
        *messages: str,
        steps: str = JSON,
        mode: Mode = Mode.LIVE,
        name: str = "talk",
        network: str = "http2: true",
        turn: str = "expect: none",
    ) -> ScenarioResult:
        write("definitions/bot/provider.yaml", STEPS + steps)
        config = write(
            "harness.yaml",
            "providers:\n  bot:\n    definition: definitions/bot\n"
            "    settings: {base_url: '${env.URL}', key: '${env.KEY}'}\n"
            f"    network: {{ca: ../ca.pem, {network}}}\n",
        )
        turns = [{"user": message, **yaml.safe_load(turn)} for message in messages]
        file = write(f"scenarios/{name}.yaml", yaml.safe_dump({"scenario": name, "turns": turns}))
        project = Project.at(config)
        if server is not None:
            project.environment = {"URL": f"https://127.0.0.1:{server.port}", "KEY": KEY}
        return Runner(project, mode).run(Play(file=file, scenario=name, provider="bot"))

    return play


def texts(result: ScenarioResult) -> list[str]:
    assert result.error is None, result.error
    return [turn.reply.text for turn in result.transcript.turns if turn.reply]


@pytest.mark.parametrize("steps", [JSON, STREAM], ids=["json", "stream"])
def test_what_is_recorded_is_replayed(start, play, steps: str, tmp_path: Path) -> None:
    """All turns use one connection; the recording is that of HTTP/1.1, but for the reason."""
    server = start()
    recorded = play(server, "one", "two and more", "three", steps=steps, mode=Mode.RECORD)
    cassette = tmp_path / "project/cassettes/bot/talk.yaml"
    content = cassette.read_text()
    replayed = play(None, "one", "two and more", "three", steps=steps, mode=Mode.REPLAY)
    old = start(alpn_protocols=["http/1.1"])
    play(old, "one", "two and more", "three", steps=steps, mode=Mode.REFRESH)

    assert texts(recorded) == texts(replayed)
    assert {one["protocol"] for one in server.bot.seen} == {"2"}
    assert len({one["client"] for one in server.bot.seen}) == 1
    assert KEY not in content
    assert told(content) == told(cassette.read_text())
    assert {one["protocol"] for one in old.bot.seen} == {"1.1"}


def told(content: str) -> list[object]:
    """What a cassette says of requests and answers, without times and reasons."""
    return [
        (
            {name.lower(): value for name, value in one["request"]["headers"].items()},
            one["request"].get("body"),
            one["response"]["status"]["code"],
            {name.lower(): value for name, value in one["response"]["headers"].items()},
            one["response"]["body"],
        )
        for one in yaml.safe_load(content)["interactions"]
    ]


def test_names_of_headers_have_no_case(start, play) -> None:
    """They arrive in lower case with their values as they are; checks find them in any case."""
    server = start()

    result = play(server, "Hi", turn="expect: {headers: {X-TRACE: T1, x-trace: T1}}")

    assert result.outcome is Outcome.PASSED, result.failures
    headers = server.bot.seen[0]["headers"]
    assert headers[b"x-mixed-case"] == b"Some Text"
    assert headers[b"authorization"] == f"Bearer {KEY}".encode()


def test_trailers_are_ignored(start, play) -> None:
    """As with HTTP/1.1: the answer ends with its body."""
    server = start()

    for mode, there in ((Mode.RECORD, server), (Mode.REPLAY, None)):
        result = play(there, "a [trailers]", "b", mode=mode)

        assert texts(result) == ["You said a [trailers]", "You said b"]


def test_bodies_beyond_the_windows(start, play) -> None:
    """Large requests and answers go through the flow control of HTTP/2."""
    long = f"[large] {'y' * 300_000}"

    result = play(start(), f"a {long}", f"b {long}")

    assert texts(result) == [f"You said a {long}", f"You said b {long}"]
    assert len(result.transcript.turns[1].reply.payload["more"]) == 3_000_000


@pytest.mark.parametrize(
    ("message", "code", "until"),
    [
        ("one two [crash] three", "connection-broken", "Echo one two "),
        ("[crash]", "connection-broken", ""),
        ("one [cut]", "stream-cut", "Echo one [cut] "),
    ],
)
def test_a_stream_that_is_cut(start, play, message: str, code: str, until: str) -> None:
    """An application that fails is a broken connection; what came until then is kept."""
    server = start(keep_alive_timeout=0.5)

    result = play(server, "first", message, steps=STREAM)
    again = play(server, "after", steps=STREAM)

    assert result.error is not None
    assert result.codes == (code,)
    lines = [line for line in result.error.details if line.startswith("the text until")]
    assert lines == ([f"the text until then: {until}"] if until else [])
    assert texts(again) == ["Echo after "]


def test_a_server_that_closes_idle_connections(start, play) -> None:
    """A turn after a long pause is not lost."""
    server = start(keep_alive_timeout=0.1)

    result = play(server, "one", "two", "three", turn="{wait: 600ms, expect: none}")

    assert len(texts(result)) == 3
    assert len({one["client"] for one in server.bot.seen}) == 3


def test_many_conversations_at_once(start, play) -> None:
    """Each has a connection of its own, and its own replies."""
    server = start()

    def talk(number: int) -> list[str]:
        messages = [f"{number} says {turn}" for turn in range(5)]
        return texts(play(server, *messages, steps=STREAM, name=f"talk-{number}"))

    talk(0)
    server.bot.seen.clear()
    with ThreadPoolExecutor(12) as pool:
        replies = list(pool.map(talk, range(24)))

    assert replies == [[f"Echo {number} says {turn} " for turn in range(5)] for number in range(24)]
    assert len({one["client"] for one in server.bot.seen}) == 24


@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
def test_it_is_spoken_through_a_proxy(start, play, kind: Any) -> None:
    """The proxy passes it on, and the turns use one connection."""
    server, proxy = start(), kind()
    proxy.start()

    result = play(
        server, "one", "two", steps=STREAM, network=f"http2: true, proxy: '{proxy.url()}'"
    )
    proxy.stop()

    assert texts(result) == ["Echo one ", "Echo two "]
    assert {one["protocol"] for one in server.bot.seen} == {"2"}
    assert len(proxy.asked) == 1
