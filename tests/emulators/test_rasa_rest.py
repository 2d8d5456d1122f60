"""Rasa's emulator, asked as on Rasa's page, with a plain HTTP client.

No client of Rasa's installs on the Python versions that are supported here: the package `rasa`
requires Python 3.10 or older, and `rasa-sdk` serves custom actions and talks to no channel.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from harness.emulators import EMULATORS

ENVIRONMENT = EMULATORS["rasa-rest"].environment


@pytest.fixture
def client(connect):
    return connect("rasa-rest")


@pytest.fixture
def say(client):
    def send(text, sender="test_user", **more):
        body = {"sender": sender, "message": text, **more}
        params = {"token": ENVIRONMENT["RASA_TOKEN"]}
        return client.post("webhooks/rest/webhook", params=params, json=body)

    return send


def signed(claims, secret, algorithm="HS256"):
    """A JSON Web Token. Source: RFC 7519."""

    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    head = part(json.dumps({"alg": algorithm, "typ": "JWT"}).encode())
    body = part(json.dumps(claims).encode())
    signature = hmac.new(secret, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{part(signature)}"


def test_a_reply_is_a_list_of_messages_to_the_sender(say):
    """The page's example: every message names its recipient, and has what is said in it."""
    answer = say("Hi there!").json()

    assert [message["recipient_id"] for message in answer] == ["test_user"]
    assert [button["payload"] for button in answer[0]["buttons"]] == [
        "/mood_great",
        "/mood_unhappy",
    ]


def test_a_message_without_a_sender_is_of_the_default_one(client):
    """`sender` may be missing."""
    headers = {"Authorization": f"Bearer {ENVIRONMENT['RASA_JWT']}"}

    answer = client.post("webhooks/rest/webhook", headers=headers, json={"message": "hi"})

    assert answer.json()[0]["recipient_id"] == "default"


def test_paragraphs_are_messages(say):
    """A blank line in a response begins another message, as in Rasa's own channel."""
    texts = [message["text"] for message in say("opening hours?").json()]

    assert len(texts) == 2
    assert not any("\n" in text for text in texts)


def test_a_bot_that_listens_says_nothing(say):
    """No response is an empty list under status 200."""
    answer = say("wait")

    assert (answer.status_code, answer.json()) == (200, [])


def test_senders_have_slots_of_their_own(say):
    """What one sender said is not known in the conversation of another."""
    say("my name is Ada", sender="one")

    assert say("what is my name", sender="one").json()[0]["text"] == "Your name is Ada."
    assert "not told" in say("what is my name", sender="two").json()[0]["text"]


def test_an_intent_with_broken_entities_is_not_understood(say):
    """Entities that are not JSON fill no slot."""
    assert say('/inform{"name": }').json()[0]["text"].startswith("Sorry")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic cWE6cWE="},
        {"Authorization": "Bearer not.a.token"},
        {"Authorization": f"Bearer {signed({'user': {}}, b'another secret')}"},
        {"Authorization": f"Bearer {ENVIRONMENT['RASA_JWT']}x"},
    ],
    ids=["none", "another scheme", "no token", "another secret", "a changed signature"],
)
def test_what_does_not_authenticate_is_refused(client, headers):
    """Without the token, and with one that the server did not sign, nothing is answered."""
    answer = client.post("webhooks/rest/webhook", headers=headers, json={"message": "hi"})

    assert answer.status_code == 401
    assert answer.json()["reason"] == "NotAuthenticated"


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"sender": "x"}', b'{"message": 1}'])
def test_a_body_that_is_no_message_is_refused(client, body):
    """What is not an object with a text is a bad request."""
    params = {"token": ENVIRONMENT["RASA_TOKEN"]}

    answer = client.post("webhooks/rest/webhook", params=params, content=body)

    assert answer.status_code == 400
    assert answer.json()["status"] == "failure"


def test_the_tracker_has_both_sides(client, say):
    """The tracker lists what was said, with the intent that a button sent, and the slots."""
    say("/mood_unhappy", sender="customer/17")
    params = {"token": ENVIRONMENT["RASA_TOKEN"]}

    tracker = client.get("conversations/customer%2F17/tracker", params=params).json()

    assert tracker["sender_id"] == "customer/17"
    assert [event["event"] for event in tracker["events"]] == ["user", "bot", "bot", "bot"]
    assert tracker["events"][2]["data"]["image"].endswith("tiger-cub.jpg")


def test_buttons_can_lose_their_titles(say):
    """`[[shape buttons]]` breaks only the buttons."""
    buttons = say("hello [[shape buttons]]").json()[0]["buttons"]

    assert [button.keys() for button in buttons] == [{"payload"}, {"payload"}]
