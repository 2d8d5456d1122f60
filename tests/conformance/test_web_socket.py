"""Conversations on WebSockets: live, recorded and replayed are the same."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import vcr
import yaml
from typer.testing import CliRunner
from websockets.sync.server import ServerConnection

from harness.cli.app import app
from harness.conversation import Exchange, Origin, Outcome, Request
from harness.play.result import ScenarioResult
from harness.project.plan import Mode
from harness.providers import catalogue
from harness.transport.curl import curl_line
from harness.transport.journal import read_journal
from tests.conformance.conftest import Defined, Played
from tests.conformance.sockets import Script, Serve, web_socket

__all__ = ["web_socket"]

CHAT = """
open:
- socket: /chat
send:
- frame: {json: {type: message, text: "${message.text}"}}
- receive: {until: {$.type: done}, timeout: 5s}
  reply: {text: {join: "$.events[?@.type == 'delta'].text"}}
"""
TOKEN = "Zk9planted+Vx7"
FRAME = '- frame: {json: {type: message, text: "${message.text}"}}'
QUIET = """
open: [{socket: /chat}]
send:
- frame: {text: '${message.text}'}
- receive: {quiet: 200ms}
  answer: {as: text}
  reply: {messages: '$.events[*]', text: $}
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


def write(folder: Path, steps: str) -> None:
    """Change the definition."""
    (folder / "definitions/ours/provider.yaml").write_text(
        f"definition: ours\nsettings:\n  base_url: {{type: string}}\n{steps}"
    )
    # A process reads the definition of a folder once.
    catalogue._read.cache_clear()  # noqa: SLF001  # as a new process would


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


def test_a_reply_ends_after_a_quiet_time(
    played: Played, defined: Defined, web_socket: Serve
) -> None:
    """A replay takes as many messages as the recording, without waiting."""

    def burst(connection: ServerConnection) -> None:
        for message in connection:
            connection.send(f"{message}!")
            connection.send(f"{message}?")

    ours = defined(QUIET)
    turns = '\n- user: a\n  expect: {equals: "a!\\na?"}\n- user: b\n  expect: {contains: b}\n'

    recorded = played(ours, web_socket(burst), turns, Mode.RECORD)
    replayed = played(ours, "http://127.0.0.1:9", turns, Mode.REPLAY)

    assert recorded.error is None
    assert replayed.error is None
    assert texts(recorded) == texts(replayed) == ["a!\na?", "b!\nb?"]
    assert told(recorded) == told(replayed)
    assert replayed.notes == ()


@pytest.mark.parametrize(
    ("script", "code", "message"),
    [
        (lambda one: one.close(1011, "out of order"), "socket-closed", "with 1011, 'out of order'"),
        (lambda one: one.close(), "socket-closed", "with 1000, in step send.2"),
        (lambda one: one.socket.shutdown(2), "socket-closed", "was lost"),
        (lambda one: one.send("{"), "not-json", "message 2 is not JSON"),
        (lambda _: time.sleep(1), "receive-timeout", "did not end within 400 ms: 1 message came"),
    ],
    ids=["with a reason", "without a reason", "lost", "not JSON", "silent"],
)
def test_what_came_before_an_error_is_in_the_transcript(
    played: Played,
    defined: Defined,
    web_socket: Serve,
    script: Script,
    code: str,
    message: str,
) -> None:
    """The error names what happened, and the transcript keeps the messages until then."""

    def begin(connection: ServerConnection) -> None:
        connection.recv()
        connection.send('{"type": "delta", "text": "One moment"}')
        script(connection)

    result = played(defined(CHAT.replace("5s", "400ms")), web_socket(begin), TURNS)

    assert result.outcome is Outcome.BROKEN
    assert result.error is not None
    assert result.error.code == code
    assert message in str(result.error)
    response = result.transcript.turns[0].exchanges[-1].response
    assert response is not None
    assert response.body.startswith(b'{"type": "delta", "text": "One moment"}')


@pytest.mark.parametrize("code", ["socket-closed", "receive-timeout"])
def test_an_expected_end_is_recorded_and_replayed(
    played: Played, defined: Defined, web_socket: Serve, code: str
) -> None:
    """A scenario may expect that the server closes, or does not answer."""

    def end(connection: ServerConnection) -> None:
        connection.recv()
        if code == "socket-closed":
            connection.close(1008, "not allowed")
        connection.recv()

    ours = defined(CHAT.replace("5s", "300ms"))
    turns = f"\n- user: Hello\n  error: {{transport: {code}}}\n"

    recorded = played(ours, web_socket(end), turns, Mode.RECORD)
    replayed = played(ours, "http://127.0.0.1:9", turns, Mode.REPLAY)

    assert (recorded.error, recorded.notes) == (None, ())
    assert (replayed.error, replayed.notes) == (None, ())
    assert told(recorded) == told(replayed)


def test_nothing_reconnects(played: Played, defined: Defined, web_socket: Serve) -> None:
    """After a close that was expected, the next turn cannot be played."""

    def end(connection: ServerConnection) -> None:
        connection.recv()
        connection.close(1001)

    turns = "\n- user: a\n  error: {transport: socket-closed}\n- user: b\n  expect: none\n"

    result = played(defined(CHAT), web_socket(end), turns)

    assert result.error is not None
    assert result.error.code == "no-socket"


def test_a_web_socket_for_each_turn(
    played: Played, defined: Defined, web_socket: Serve, tmp_path: Path
) -> None:
    """Each turn has a handshake of its own."""
    steps = CHAT.replace("open:\n- socket: /chat\nsend:", "send:\n- socket: /chat")

    ours = defined(steps)
    recorded = played(ours, web_socket(echo), TURNS, Mode.RECORD)
    replayed = played(ours, "http://127.0.0.1:9", TURNS, Mode.REPLAY)

    assert recorded.error is None
    assert told(recorded) == told(replayed)
    interactions = yaml.safe_load(cassette(tmp_path).read_text())["interactions"]
    assert [one["harness"]["turn"] for one in interactions] == [1, 2]
    assert [len(one["harness"]["frames"]) for one in interactions] == [4, 4]


def test_binary_long_and_fragmented_messages(
    played: Played, defined: Defined, web_socket: Serve, tmp_path: Path
) -> None:
    """A binary message is base64, and a fragmented one is one message; pings are answered."""
    answered: list[bool] = []

    def mixed(connection: ServerConnection) -> None:
        data = connection.recv()
        answered.append(connection.ping().wait(5))
        connection.send(data)
        connection.send(["x" * 500_000, "y" * 500_000, "\u2028 \x7f é"])
        connection.recv()

    steps = """
open: [{socket: /chat}]
send:
- frame: {base64: AAH+/w==}
- receive: {quiet: 300ms}
  answer: {as: text}
  reply: {messages: '$.events[1]', text: $}
  capture: {data: '$.events[0].base64'}
"""
    ours = defined(steps)
    turns = "\n- user: Hello\n  expect: {ends_with: é}\n"

    recorded = played(ours, web_socket(mixed), turns, Mode.RECORD)
    replayed = played(ours, "http://127.0.0.1:9", turns, Mode.REPLAY)

    assert (recorded.error, recorded.outcome) == (None, Outcome.PASSED)
    assert told(recorded) == told(replayed)
    assert answered == [True]
    [text] = texts(replayed)
    assert len(text) == 1_000_005
    [interaction] = yaml.safe_load(cassette(tmp_path).read_text())["interactions"]
    assert [one.get("base64") for one in interaction["harness"]["frames"][:2]] == ["AAH+/w=="] * 2


@pytest.mark.parametrize(
    ("turns", "steps", "code"),
    [
        (TURNS.replace("Hello", "Good day"), CHAT, "message-changed"),
        (TURNS, CHAT.replace(FRAME, "- frame: {base64: QUJD}"), "request-changed"),
        (TURNS, CHAT.replace("- receive", "- frame: {text: more}\n- receive"), "request-changed"),
        (TURNS, CHAT.replace("$.type: done", "$.type: never"), "asked-too-often"),
        (TURNS, CHAT.replace("/chat", "/talk"), "request-changed"),
    ],
    ids=["message", "kind", "further step", "condition", "path"],
)
def test_a_replay_refuses_what_was_not_recorded(
    played: Played,
    defined: Defined,
    web_socket: Serve,
    tmp_path: Path,
    turns: str,
    steps: str,
    code: str,
) -> None:
    """What the author writes, and what a step does, must be as in the recording."""
    played(defined(CHAT), web_socket(echo), TURNS, Mode.RECORD)
    write(tmp_path, steps)

    result = played("ours", "http://127.0.0.1:9", turns, Mode.REPLAY)

    assert result.error is not None
    assert result.error.code == code


def test_a_message_that_is_sent_otherwise_is_noted(
    played: Played, defined: Defined, web_socket: Serve, tmp_path: Path
) -> None:
    """It is compared as the body of a request."""
    played(defined(CHAT), web_socket(echo), TURNS, Mode.RECORD)
    write(tmp_path, CHAT.replace("type: message", "type: question"))

    result = played("ours", "http://127.0.0.1:9", TURNS, Mode.REPLAY)

    assert result.error is None
    [note] = [one for one in result.notes if "different message" in one]
    assert "turn 1, step send.1" in note
    assert "/type: recorded 'message', now 'question'" in note


def test_secrets_are_redacted_also_if_they_are_split(
    played: Played, defined: Defined, web_socket: Serve, tmp_path: Path
) -> None:
    """Neither the recording nor the transcript contains the token of the provider."""

    def tell(connection: ServerConnection) -> None:
        token = json.loads(connection.recv())["token"]
        for piece in (token[:7], token[7:]):
            connection.send(json.dumps({"type": "delta", "text": piece}))
        connection.send(json.dumps({"type": "done"}))
        connection.recv()

    steps = CHAT.replace("{type: message,", "{token: '${settings.token}',")
    ours = defined(f"  token: {{type: string, secret: true}}\n{steps}")
    turns = "\n- user: Hello\n  expect: {min_words: 1}\n"

    recorded = played(ours, web_socket(tell), turns, Mode.RECORD, token=TOKEN)  # a sample
    replayed = played(ours, "http://127.0.0.1:9", turns, Mode.REPLAY, token="another")  # a sample

    content = cassette(tmp_path).read_text()
    assert recorded.error is None
    assert "planted" not in content
    assert "Zk9plan" not in content
    assert "<redacted:token>" in content
    assert texts(replayed) == ["<redacted:token>"]


def test_a_killed_recording_keeps_what_came(
    played: Played, defined: Defined, web_socket: Serve, tmp_path: Path
) -> None:
    """The journal has the messages until the network failed, with their times."""

    def end(connection: ServerConnection) -> None:
        connection.recv()
        connection.send('{"type": "delta", "text": "One moment"}')
        connection.close(1011)

    played(defined(CHAT), web_socket(end), TURNS, Mode.RECORD)
    leftover = read_journal(cassette(tmp_path))

    assert leftover is not None
    [interaction] = leftover.interactions.plain
    assert [one["direction"] for one in interaction["frames"]] == ["sent", "received", "closed"]


def test_a_refused_handshake_is_a_refusal(
    played: Played, defined: Defined, web_socket: Serve
) -> None:
    """Its status can be expected, and it is recorded and replayed."""

    def refuse(connection: ServerConnection, _request: object) -> object:
        return connection.respond(401, "no token\n")

    ours = defined(CHAT)
    turns = "\n- user: Hello\n  error: {status: 401}\n"

    recorded = played(ours, web_socket(echo, process_request=refuse), turns, Mode.RECORD)
    replayed = played(ours, "http://127.0.0.1:9", turns, Mode.REPLAY)

    assert (recorded.error, recorded.outcome) == (None, Outcome.PASSED)
    assert (replayed.error, replayed.outcome) == (None, Outcome.PASSED)


def test_headers_query_and_subprotocols_are_sent(
    played: Played, defined: Defined, web_socket: Serve
) -> None:
    """The server sees them, and may choose one of the subprotocols."""
    seen: list[object] = []

    def look(connection: ServerConnection) -> None:
        request = connection.request
        assert request is not None
        seen.extend([request.path, request.headers["X-Own"], connection.subprotocol])
        echo(connection)

    path = "{path: /chat, query: {v: 2}, headers: {X-Own: a}, subprotocols: [chat.v2, chat.v1]}"
    ours = defined(CHAT.replace("/chat", path))

    result = played(ours, web_socket(look, subprotocols=["chat.v1"]), TURNS)

    assert result.error is None
    assert seen == ["/chat?v=2", "a", "chat.v1"]


def test_a_greeting_and_a_late_message(played: Played, defined: Defined, web_socket: Serve) -> None:
    """A greeting is received in `open`, and a late message while a check waits for it."""

    def talk(connection: ServerConnection) -> None:
        connection.send("welcome 42")
        for message in connection:
            connection.send(f"{message}!")
            time.sleep(0.6)
            connection.send("One more thing")

    steps = """
open:
- socket: /chat
- receive: {until: {$: {exists: true}}}
  answer: {as: text}
  capture: {greeting: '$.events[0]'}
send:
- frame: {text: '${greeting} ${message.text}'}
- receive: {until: {$: {exists: true}}}
  answer: {as: text}
  reply: {messages: '$.events[*]', text: $}
late:
- receive: {quiet: 50ms}
  answer: {as: text}
  reply: {messages: '$.events[*]', text: $}
"""
    ours = defined(steps)
    turns = "\n- user: a\n  expect: {messages: {count: 2, within: 5s}}\n"

    recorded = played(ours, web_socket(talk), turns, Mode.RECORD)
    replayed = played(ours, "http://127.0.0.1:9", turns, Mode.REPLAY)

    assert (recorded.error, recorded.outcome) == (None, Outcome.PASSED)
    assert (replayed.error, replayed.outcome, replayed.notes) == (None, Outcome.PASSED, ())
    assert texts(recorded) == texts(replayed) == ["welcome 42 a!\nOne more thing"]


def test_a_recording_is_shown_and_checked(
    played: Played,
    defined: Defined,
    web_socket: Serve,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`harness cassettes` shows what was sent and received, and finds a message that changed."""
    played(defined(CHAT), web_socket(echo), TURNS, Mode.RECORD)
    monkeypatch.chdir(tmp_path)
    call = CliRunner().invoke

    shown = call(app, ["cassettes", "show", "cassettes/ours/case.yaml"])
    in_order = call(app, ["cassettes", "check"])
    write(tmp_path, CHAT.replace("type: message", "type: question"))
    changed = call(app, ["cassettes", "check"])
    write(tmp_path, CHAT)
    scenario = tmp_path / "scenarios/case.yaml"
    scenario.write_text(scenario.read_text().replace("user: Bye", "user: Good night"))
    other = call(app, ["cassettes", "check"])

    lines = [" ".join(line.split()) for line in shown.output.splitlines()]
    assert 'send.1 > {"type": "message", "text": "Hello"}' in lines
    assert 'send.2 < {"type": "delta", "text": "You said: "}' in lines
    assert lines.index("turn 2") < lines.index('send.1 > {"type": "message", "text": "Bye"}')
    assert in_order.output == "1 cassette, 0 findings\n"
    assert "/type: recorded 'message', now 'question'" in changed.output
    assert "turn 2" in other.output
    assert "cassette-stale" in other.output


def test_a_message_has_no_curl_command() -> None:
    """Neither what is sent on a WebSocket nor what is received can be repeated with curl."""
    origin = Origin(turn=1, step="send.1")
    request = Request(method="FRAME", url="http://desk/chat", body=b"{}", origin=origin)

    assert curl_line(request) == "# curl cannot continue on the WebSocket of http://desk/chat"


def test_a_refusal_in_a_message(played: Played, defined: Defined, web_socket: Serve) -> None:
    """It ends the step at once, can be expected, and is recorded."""

    def refuse(connection: ServerConnection) -> None:
        connection.recv()
        connection.send('{"type": "error", "text": "no credit"}')
        connection.recv()

    ours = defined(f"{CHAT}  fail_if: {{$.type: error}}\n")
    turns = "\n- user: Hello\n  error: {json: {'$.events[0].text': no credit}}\n"

    recorded = played(ours, web_socket(refuse), turns, Mode.RECORD)
    replayed = played(ours, "http://127.0.0.1:9", turns, Mode.REPLAY)

    assert (recorded.error, recorded.outcome) == (None, Outcome.PASSED)
    assert (replayed.error, replayed.outcome) == (None, Outcome.PASSED)
