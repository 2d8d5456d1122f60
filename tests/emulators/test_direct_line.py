"""Direct Line's emulator: what Microsoft's page says, and Microsoft's own client against it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.emulators import EMULATORS
from tests.npm_packages import required_folder

CLIENT = Path(__file__).parent / "clients/direct_line.mjs"
PACKAGES = ("botframework-directlinejs@0.15.8", "xhr2@0.2.1")
SECRET = EMULATORS["direct-line"].environment["DIRECT_LINE_SECRET"]
PATH = "v3/directline"


@pytest.fixture
def client(connect):
    return connect("direct-line")


@pytest.fixture
def ask(client):
    """Sends a request below `/v3/directline` with the secret, or with a token."""

    def send(method, path, token=SECRET, **more):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return client.request(method, f"{PATH}/{path}", headers=headers, **more)

    return send


@pytest.fixture
def opened(ask):
    return ask("POST", "conversations").json()


@pytest.fixture
def say(ask, opened):
    """Posts a message in the opened conversation; gives the answer."""
    path = f"conversations/{opened['conversationId']}/activities"

    def send(text):
        body = {"type": "message", "from": {"id": "user1"}, "text": text}
        return ask("POST", path, json=body)

    return send


@pytest.fixture
def read(ask, opened):
    """The activities of the opened conversation after a watermark."""
    path = f"conversations/{opened['conversationId']}/activities"
    return lambda watermark=None: ask("GET", path, params=watermark and {"watermark": watermark})


@pytest.mark.skipif(shutil.which("node") is None, reason="no node here")
@pytest.mark.parametrize("kind", ["secret", "token"])
def test_microsofts_own_client_holds_a_conversation(running, ask, kind):
    """botframework-directlinejs connects, posts, and receives replies, cards and the greeting."""
    folder = required_folder(*PACKAGES)
    credentials = SECRET if kind == "secret" else ask("POST", "tokens/generate").json()["token"]
    command = ["node", CLIENT, folder, running.urls["direct-line"], kind, credentials]

    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert run.returncode == 0, run.stderr
    received = json.loads(run.stdout)
    messages = [one for one in received["activities"] if one["type"] == "message"]
    assert received["statuses"][:3] == ["Uninitialized", "Connecting", "Online"]
    assert [one["text"] for one in messages] == [
        "Welcome to Contoso Travel!",
        "Hello",
        "You said: Hello",
        "Where to?",
        "Where would you like to go?",
    ]
    assert [one.get("replyToId") for one in messages[2::2]] == received["posted"]
    assert len(messages[-1]["suggestedActions"]["actions"]) == 2


def test_the_users_activity_and_typing_come_before_the_reply(say, read):
    """All activities are in the order in which they were sent, the user's own included."""
    posted = say("Hello").json()["id"]

    activities = read().json()["activities"]

    assert [one["type"] for one in activities] == ["message", "message", "typing", "message"]
    assert [one["from"]["id"] for one in activities[1:]] == ["user1", "contoso-bot", "contoso-bot"]
    assert activities[1]["id"] == posted
    assert [one.get("replyToId") for one in activities] == [None, None, posted, posted]


def test_a_watermark_leaves_out_what_was_read(say, read):
    """The watermark of an answer continues after its activities."""
    watermark = read().json()["watermark"]
    say("Hello")

    newer = read(watermark).json()

    assert [one.get("text") for one in newer["activities"]] == ["Hello", None, "You said: Hello"]
    assert read(newer["watermark"]).json() == {**newer, "activities": []}


@pytest.mark.parametrize("watermark", ["abc", "-1", "99"])
def test_a_watermark_of_nothing_is_refused(read, watermark):
    """A watermark that no answer gave is a bad argument."""
    assert read(watermark).status_code == 400


def test_a_token_is_of_one_conversation(ask, opened):
    """A token reads its own conversation and no other, which the secret does."""
    other = ask("POST", "conversations").json()
    path = f"conversations/{other['conversationId']}/activities"

    assert ask("GET", path, token=opened["token"]).status_code == 403
    assert ask("GET", path, token=other["token"]).status_code == 200
    assert ask("GET", path).status_code == 200


def test_a_refreshed_token_is_of_the_same_conversation(ask, opened):
    """Before it is over, a token can be exchanged for another one."""
    path = f"conversations/{opened['conversationId']}/activities"

    refreshed = ask("POST", "tokens/refresh", token=opened["token"]).json()

    assert refreshed["conversationId"] == opened["conversationId"]
    assert ask("GET", path, token=refreshed["token"]).status_code == 200


def test_a_token_that_is_over_says_so(client, ask, opened):
    """An expired token is refused with a code of its own, by a refresh too."""
    client.post("__emulator__/expire")

    answer = ask("POST", "tokens/refresh", token=opened["token"])

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "TokenExpired")


def test_a_generated_token_begins_its_conversation_once(ask):
    """The first start with a token is 201, the second one 200 with the same conversation."""
    token = ask("POST", "tokens/generate").json()["token"]

    first, second = (ask("POST", "conversations", token=token) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["conversationId"] == second.json()["conversationId"]


@pytest.mark.parametrize(("token", "status"), [("", 401), ("wrong", 403)], ids=["none", "wrong"])
def test_what_does_not_authenticate_is_refused(ask, token, status):
    """A missing header is 401, an unknown secret 403; the error has a code and a message."""
    answer = ask("POST", "conversations", token=token)

    assert answer.status_code == status
    assert answer.json()["error"].keys() == {"code", "message"}


@pytest.mark.parametrize("path", ["conversations/nobody", "conversations/nobody/activities"])
def test_an_unknown_conversation_is_not_found(ask, path):
    """A conversation that was never begun is 404."""
    assert ask("GET", path).status_code == 404


@pytest.mark.parametrize("body", [{}, {"type": "message"}, {"type": "message", "from": {}}, []])
def test_an_activity_without_type_or_sender_is_refused(ask, opened, body):
    """What is not an activity is a bad request."""
    path = f"conversations/{opened['conversationId']}/activities"

    assert ask("POST", path, json=body).status_code == 400


def test_a_bot_that_fails_is_a_bad_gateway(say):
    """The service passes on that the bot failed."""
    answer = say("please crash")

    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "BotError")


def test_the_posted_id_can_be_missing(say):
    """`[[shape posted]]` answers without an id."""
    assert say("Hello [[shape posted]]").json() == {}
