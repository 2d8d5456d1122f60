"""Conversations on WebSockets: live, recorded and replayed are the same."""

from __future__ import annotations

import json
from pathlib import Path

import vcr
import yaml
from websockets.sync.server import ServerConnection

from harness.conversation import Exchange, Outcome
from harness.play.result import ScenarioResult
from harness.project.plan import Mode
from tests.conformance.conftest import Defined, Played
from tests.conformance.sockets import Serve, web_socket

__all__ = ["web_socket"]

CHAT = """
open:
- socket: /chat
send:
- frame: {json: {type: message, text: "${message.text}"}}
- receive: {until: {$.type: done}, timeout: 5s}
  reply: {text: {join: "$.events[?@.type == 'delta'].text"}}
"""
TURNS = """
- user: Hello
  expect: {equals: "You said: Hello"}
- user: Bye
  expect: {equals: "You said: Bye"}
"""


def echo(connection: ServerConnection) -> None:
    """Repeat each message in pieces."""
    for message in connection:
        text = json.loads(message)["text"]
        for piece in ("You said: ", text):
            connection.send(json.dumps({"type": "delta", "text": piece}))
        connection.send(json.dumps({"type": "done"}))


def cassette(folder: Path) -> Path:
    """The recording of the case."""
    return folder / "cassettes/ours/case.yaml"


def told(result: ScenarioResult) -> list[object]:
    """What a transcript tells of each turn, times included; not headers, of which some are left."""
    return [
        (turn.reply, turn.latency, turn.first_token, [shown(one) for one in turn.exchanges])
        for turn in result.transcript.turns
    ]


def shown(exchange: Exchange) -> object:
    request, response = exchange.request, exchange.response
    path = request.url.partition("/chat")[1]
    if response is None:
        return request.method, path, request.body
    answer = (response.status, response.body, response.started, response.ended, response.chunks)
    return request.method, path, request.body, answer


def texts(result: ScenarioResult) -> list[str]:
    """What the bot said in each turn."""
    return [turn.reply.text if turn.reply else "" for turn in result.transcript.turns]


def test_live_recorded_and_replayed_are_the_same(
    played: Played, defined: Defined, web_socket: Serve, tmp_path: Path
) -> None:
    """Both turns go over one WebSocket, and the replay needs no server."""
    url = web_socket(echo)
    ours = defined(CHAT)

    live = played(ours, url, TURNS)
    recorded = played(ours, url, TURNS, Mode.RECORD)
    replayed = played(ours, "http://127.0.0.1:9", TURNS, Mode.REPLAY)

    assert [one.outcome for one in (live, recorded, replayed)] == [Outcome.PASSED] * 3
    assert texts(live) == texts(recorded) == texts(replayed) == ["You said: Hello", "You said: Bye"]
    assert told(recorded) == told(replayed)


def test_stock_vcrpy_loads_the_recording(
    played: Played, defined: Defined, web_socket: Serve, tmp_path: Path
) -> None:
    """It has one interaction, the handshake, whose messages are below our own key."""
    played(defined(CHAT), web_socket(echo), TURNS, Mode.RECORD)

    with vcr.use_cassette(str(cassette(tmp_path)), record_mode="none") as loaded:
        [(request, response)] = [*zip(loaded.requests, loaded.responses, strict=True)]
    [interaction] = yaml.safe_load(cassette(tmp_path).read_text())["interactions"]
    frames = interaction["harness"]["frames"]
    assert (request.method, request.path) == ("GET", "/chat")
    assert response["status"] == {"code": 101, "message": "Switching Protocols"}
    assert response["body"] == {"string": b""}
    assert [(one["turn"], one["step"], one["direction"]) for one in frames[:4]] == [
        (1, "send.1", "sent"),
        *[(1, "send.2", "received")] * 3,
    ]
    assert frames[0]["json"] == {"type": "message", "text": "Hello"}
