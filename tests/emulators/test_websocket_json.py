"""The emulator of a chat over a WebSocket, with clients that know nothing of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import connect as open_web_socket

from harness.emulators import EMULATORS
from tests.npm_packages import required_folder

CLIENT = Path(__file__).parent / "clients/websocket_json.mjs"
KEY = EMULATORS["websocket-json"].environment["WEBSOCKET_JSON_API_KEY"]
SECONDS = 10
ENDS = ("done", "error")


@pytest.fixture
def url(running):
    return running.urls["websocket-json"].replace("http://", "ws://")


@pytest.fixture
def dial(url):
    """Opens WebSockets, which are closed after the test."""
    with ExitStack() as opened:

        def open_one(path="/chat", authorization=f"Bearer {KEY}"):
            headers = {"Authorization": authorization} if authorization else {}
            connecting = open_web_socket(f"{url}{path}", additional_headers=headers, proxy=None)
            return opened.enter_context(connecting)

        yield open_one


@pytest.fixture
def chat(dial):
    """A WebSocket whose greeting was read."""
    socket = dial()
    assert [event["type"] for event in events_of(socket)] == ["message", "done"]
    return socket


def events_of(socket):
    """The events until one ends the turn."""
    events = []
    while not events or events[-1]["type"] not in ENDS:
        events.append(json.loads(socket.recv(timeout=SECONDS)))
    return events


def say(socket, text, **more):
    socket.send(json.dumps({"type": "message", "text": text, **more}))


def ask(socket, text, **more):
    say(socket, text, **more)
    return events_of(socket)


@pytest.mark.skipif(shutil.which("node") is None, reason="no node here")
def test_a_client_in_javascript_chats(url):
    """The client `ws` is refused with a wrong key, reads all kinds of events, and a close."""
    folder = required_folder("ws@8.18.3")
    command = ["node", CLIENT, folder, f"{url}/chat", KEY]

    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 0, done.stderr
    received = json.loads(done.stdout)
    kinds = [[event["type"] for event in turn] for turn in received["turns"]]
    assert received["status"] == 401
    assert kinds[0] == ["message", "done"]
    assert kinds[1] == ["typing", "message", "done"]
    assert kinds[2] == ["delta"] * 7 + ["message", "done"]
    assert kinds[3] == ["typing", "error"]
    assert (received["code"], received["reason"]) == (1011, "the bot is gone")


@pytest.mark.parametrize("authorization", ["", "Bearer", f"Bearer {KEY}x", f"Basic {KEY}"])
def test_a_handshake_without_the_key_is_refused(dial, authorization):
    """The status is 401, with a body that says why."""
    with pytest.raises(InvalidStatus) as refused:
        dial(authorization=authorization)

    response = refused.value.response
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert json.loads(response.body)["code"] == "unauthorized"


def test_pieces_have_the_id_of_one_message(chat):
    """The pieces of a story make its text, and the message after them has another id."""
    events = ask(chat, "Tell me a story")
    pieces = [event for event in events if event["type"] == "delta"]

    assert len(pieces) == 7
    assert len({piece["id"] for piece in pieces}) == 1
    assert "".join(piece["text"] for piece in pieces).endswith("It never slept.")
    assert events[-2]["id"] != pieces[0]["id"]


def test_a_connection_knows_only_its_own_name(chat, dial):
    """What was said on one connection is not known on another."""
    other = dial()
    events_of(other)
    ask(chat, "My name is Ada")

    assert ask(chat, "What is my name?")[0]["text"] == "Your name is Ada."
    assert "not told" in ask(other, "What is my name?")[0]["text"]


def test_metadata_reaches_the_bot(chat):
    """The page of the metadata is in the answer; without metadata there is none."""
    assert "pricing" in ask(chat, "Where am I?", metadata={"page": "pricing"})[0]["text"]
    assert "not named" in ask(chat, "Where am I?")[0]["text"]


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[" * 100_000,
        "[]",
        b"{}",
        '{"type": "message"}',
        '{"type": "message", "text": 1}',
        '{"type": "ping", "text": "Hi"}',
        '{"type": "message", "text": "Hi", "metadata": "page"}',
    ],
    ids=range(8),
)
def test_what_is_no_message_is_an_error_and_the_chat_goes_on(chat, content):
    """The error says what is expected; the next message is answered."""
    chat.send(content)

    assert [event["code"] for event in events_of(chat)] == ["bad_message"]
    assert ask(chat, "Hello")[-1] == {"type": "done"}


def test_the_plain_bot_neither_greets_nor_ends_a_turn(dial):
    """The first thing it sends is the answer, and nothing comes after it."""
    socket = dial("/plain")

    say(socket, "My name is Ada")

    assert json.loads(socket.recv(timeout=SECONDS))["text"] == "Nice to meet you, Ada."
    with pytest.raises(TimeoutError):
        socket.recv(timeout=0.1)


def test_close_breaks_off_in_the_middle(chat):
    """`[[close]]` sends the first half of the events, and closes with 1011."""
    say(chat, "Tell me a story [[close]]")
    received = [json.loads(chat.recv(timeout=SECONDS)) for _ in range(4)]

    with pytest.raises(ConnectionClosedError) as closed:
        chat.recv(timeout=SECONDS)
    assert [event["type"] for event in received] == ["delta"] * 4
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1011, "the bot is gone")


def test_a_status_is_an_error_once(chat):
    """`[[status 503 once]]` refuses the message, and answers it the second time."""
    first, second = (ask(chat, "Hello [[status 503 once]]") for _ in range(2))

    assert [(event["type"], event["code"]) for event in first] == [("error", "503")]
    assert [event["type"] for event in second] == ["typing", "message", "done"]


@pytest.mark.parametrize(("switch", "start"), [("html", "<!DOCTYPE html>"), ("empty", "")])
def test_a_page_or_nothing_comes_instead_of_json(chat, switch, start):
    """`[[html]]` and `[[empty]]` send a text that is not JSON."""
    say(chat, f"Hello [[{switch}]]")
    received = chat.recv(timeout=SECONDS)

    assert received[: len(start) or None] == start


def test_slow_and_drip_only_delay(chat):
    """The events are those of the message without the switches."""
    events = ask(chat, "Hello [[slow 20ms]] [[drip 10ms]]")

    assert [event["type"] for event in events] == ["typing", "message", "done"]


def test_shapes_break_texts_or_buttons(chat):
    """`[[shape]]` makes texts numbers, `[[shape buttons]]` takes titles away."""
    assert ask(chat, "Hello [[shape]]")[1]["text"] == 42
    broken = ask(chat, "Hello [[shape buttons]]")[1]

    assert broken["text"] == "Hello! How can I help you?"
    assert [button.keys() for button in broken["buttons"]] == [{"payload"}]


def test_a_leak_and_a_late_message(chat, dial):
    """`[[leak]]` adds the message of another connection; `[[late]]` sends one after `done`."""
    other = dial()
    events_of(other)
    ask(other, "My name is Grace")

    leaking = ask(chat, "Hello [[leak]] [[late 10ms]]")
    late = json.loads(chat.recv(timeout=SECONDS))

    assert leaking[1]["text"].endswith("(My name is Grace)")
    assert late["text"].startswith("One more thing")
