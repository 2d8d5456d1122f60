"""WebSockets in long waits, with the server of npm's `ws`, and in every command on recordings."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner
from websockets.sync.server import ServerConnection

from harness.cli.app import app
from harness.conversation import Outcome
from harness.play.drift.drift import Drift
from harness.project.plan import Mode
from tests.conformance.conftest import Defined, Played
from tests.conformance.sockets import Serve, web_socket
from tests.conformance.test_web_socket import CHAT, QUIET, TURNS, cassette, echo, texts, told
from tests.npm_packages import required_folder

__all__ = ["web_socket"]

SERVER = """
const { WebSocketServer } = require("ws");
const server = new WebSocketServer({
  host: "127.0.0.1", port: 0, perMessageDeflate: { threshold: 0 },
  handleProtocols: (offered) => (offered.has("chat.v2") ? "chat.v2" : false),
});
server.on("listening", () => console.log(server.address().port));
server.on("connection", (socket) => {
  let isAlive = true;
  socket.on("pong", () => { isAlive = true; });
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, 200);
  socket.on("close", () => clearInterval(timer));
  socket.on("message", (data) => {
    const text = JSON.parse(data).text;
    for (const piece of ["You said: ", text]) {
      socket.send(JSON.stringify({ type: "delta", text: piece }));
    }
    socket.send(JSON.stringify({ type: "done" }));
  });
});
"""
PATIENT = TURNS.replace("- user: Bye\n", "- user: Bye\n  wait: 2s\n")


@pytest.fixture(scope="module")
def node_server() -> Iterator[str]:
    """The URL of a server made with npm's `ws`, which ends connections that answer no ping."""
    folder = required_folder("ws@8.18.3")
    node = shutil.which("node")
    assert node is not None
    with subprocess.Popen(
        [node, "-e", SERVER],
        cwd=folder,
        env={"NODE_PATH": str(folder / "node_modules")},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.terminate()


def test_pings_are_answered_in_a_long_wait(
    played: Played, defined: Defined, web_socket: Serve
) -> None:
    """A server that demands pongs keeps the connection while the user waits."""
    demanding = {"ping_interval": 0.2, "ping_timeout": 0.6}

    result = played(defined(CHAT), web_socket(echo, **demanding), PATIENT)

    assert (result.error, result.outcome) == (None, Outcome.PASSED)


def test_a_server_of_another_library(played: Played, defined: Defined, node_server: str) -> None:
    """Compressed messages, a subprotocol and pings of npm's `ws`, live and replayed."""
    ours = defined(
        CHAT.replace("socket: /chat", "socket: {path: /chat, subprotocols: [chat.v3, chat.v2]}")
    )

    recorded = played(ours, node_server, PATIENT, Mode.RECORD)
    replayed = played(ours, "http://127.0.0.1:9", PATIENT, Mode.REPLAY)

    assert (recorded.error, recorded.outcome) == (None, Outcome.PASSED)
    assert texts(recorded) == ["You said: Hello", "You said: Bye"]
    assert told(recorded) == told(replayed)
    assert recorded.notes == ()


def test_a_server_that_answers_no_ping_is_not_asked(
    played: Played, defined: Defined, web_socket: Serve
) -> None:
    """The harness sends no pings, so a server without pongs is as good as any."""
    asked: list[str] = []

    def deaf(connection: ServerConnection) -> None:
        connection.protocol.recv_ping = lambda _: asked.append("ping")
        echo(connection)

    result = played(defined(CHAT), web_socket(deaf), PATIENT)

    assert (result.outcome, asked) == (Outcome.PASSED, [])


@pytest.mark.parametrize("code", [1001, 1008, 1011, 4001])
def test_close_codes_are_recorded_and_replayed(
    code: int, played: Played, defined: Defined, web_socket: Serve
) -> None:
    """An expected close is the same in a replay, with its code and reason."""

    def closing(connection: ServerConnection) -> None:
        connection.recv()
        connection.close(code, "go away ü")

    turns = "\n- user: Hello\n  error: {transport: socket-closed}\n"
    ours = defined(CHAT)

    recorded = played(ours, web_socket(closing), turns, Mode.RECORD)
    replayed = played(ours, "http://127.0.0.1:9", turns, Mode.REPLAY)
    changed = played(ours, "http://127.0.0.1:9", TURNS.split("- user: Bye")[0], Mode.REPLAY)

    assert (recorded.outcome, replayed.outcome) == (Outcome.PASSED, Outcome.PASSED)
    assert told(recorded) == told(replayed)
    assert f"the server closed the WebSocket with {code}, 'go away ü'" in str(changed.error)


def test_a_message_that_is_too_long_is_not_silence(
    played: Played, defined: Defined, web_socket: Serve
) -> None:
    """A step that ends by `quiet` does not take it for no message."""

    def long(connection: ServerConnection) -> None:
        connection.recv()
        connection.send("x" * (51 * 1024 * 1024))
        connection.recv()

    result = played(defined(QUIET), web_socket(long), "\n- user: Hello\n  expect: {equals: a}\n")

    assert result.error is not None
    assert result.error.code == "too-large"


def test_refresh_and_drift(
    played: Played, defined: Defined, web_socket: Serve, tmp_path: Path
) -> None:
    """A refresh replaces the recording; a bot that answers otherwise is drift."""

    def other(connection: ServerConnection) -> None:
        for message in connection:
            text = json.loads(message)["text"]
            connection.send(json.dumps({"type": "delta", "text": f"You said: {text}", "mood": 1}))
            connection.send(json.dumps({"type": "done"}))

    ours = defined(CHAT)
    played(ours, web_socket(echo), TURNS, Mode.RECORD)
    before = cassette(tmp_path).read_text()

    same = played(ours, web_socket(echo), TURNS, Mode.DRIFT)
    drifted = played(ours, web_socket(other), TURNS, Mode.DRIFT)
    refreshed = played(ours, web_socket(other), TURNS, Mode.REFRESH)
    after = cassette(tmp_path).read_text()

    assert [one.drift.kind for one in same.compared] == [Drift.SAME] * 2
    assert [one.drift.kind for one in drifted.compared] == [Drift.SHAPE] * 2
    assert "mood" in str(drifted.compared[0].drift)
    assert refreshed.outcome is Outcome.PASSED
    assert "mood" not in before
    assert "mood" in after


def test_recover_and_prune(
    played: Played,
    defined: Defined,
    web_socket: Serve,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A journal with messages becomes a recording; one without a scenario is removed."""

    def breaking(connection: ServerConnection) -> None:
        for number, message in enumerate(connection, 1):
            if number == 2:
                connection.socket.close()
                return
            text = json.loads(message)["text"]
            connection.send(json.dumps({"type": "delta", "text": f"You said: {text}"}))
            connection.send(json.dumps({"type": "done"}))

    ours = defined(CHAT)
    broken = played(ours, web_socket(breaking), TURNS, Mode.RECORD)
    [journal] = (tmp_path / "cassettes/ours").glob(".*.journal")
    monkeypatch.chdir(tmp_path)
    recovered = CliRunner().invoke(app, ["cassettes", "recover"])

    assert broken.outcome is Outcome.BROKEN
    assert recovered.exit_code == 0, recovered.output
    assert recovered.output.endswith("cassettes/ours/case.yaml: written\n")
    assert not journal.exists()
    assert played(ours, web_socket(echo), TURNS, Mode.REPLAY).outcome is Outcome.BROKEN
    (tmp_path / "scenarios/case.yaml").unlink()
    pruned = CliRunner().invoke(app, ["cassettes", "prune", "--yes"])
    assert pruned.exit_code == 0, pruned.output
    assert not (tmp_path / "cassettes/ours/case.yaml").exists()
