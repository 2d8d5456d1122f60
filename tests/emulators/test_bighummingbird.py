from __future__ import annotations

import time

import httpx
import pytest

from harness.emulators.fault_switches import AFTERTHOUGHT

PARIS = (
    "For your trip to Paris, I can help with hotels, must-see attractions like the Eiffel Tower "
    "and the Louvre, and dining spots. Just let me know your travel dates and any preferences, "
    "and we'll start planning your perfect itinerary!"
)


@pytest.fixture
def client(connect):
    return connect("bighummingbird")


@pytest.fixture
def create(client):
    def send(*variables):
        return client.post("create-chat-session", json=list(variables)).json()["chat_session_id"]

    return send


@pytest.fixture
def say(client):
    def send(session_id, text):
        body = {"user_message": text, "chat_session_id": session_id}
        return client.post("invoke", json=body).json()["message"]

    return send


def open_sessions(client):
    url = httpx.URL(client.base_url, path="/__emulator__/sessions")
    return client.get(url).json()["open"]


def test_a_start_variable_decides_the_trip(create, say):
    """The page's conversation: country France, a trip to Paris."""
    session_id = create({"key": "country", "value": "France"})

    assert say(session_id, "Help me plan a trip.") == PARIS


@pytest.mark.parametrize(
    ("country", "city"),
    [("Italy", "Rome"), ("japan", "Tokyo"), ("Atlantis", "the capital of Atlantis")],
)
def test_another_country_is_another_city(create, say, country, city):
    """The reply follows the start variable, also for a country without an entry."""
    session_id = create({"key": "country", "value": country})

    assert say(session_id, "Help me plan a trip.").startswith(f"For your trip to {city}, ")


def test_without_a_country_the_bot_asks_and_remembers(create, say):
    """The country, the dates and the first message are kept over the turns."""
    session_id = create()

    assert say(session_id, "Help me plan a trip.") == "Which country would you like to visit?"
    assert say(session_id, "To France, please.") == PARIS
    assert say(session_id, "From 3 May to 10 May") == (
        "I have noted 3 May to 10 May for your trip to Paris."
    )
    assert say(session_id, "Where am I going?") == ("You are going to Paris from 3 May to 10 May.")
    assert say(session_id, "What did I say first?") == "You first said: Help me plan a trip."


def test_a_session_can_be_read_back(client, create, say):
    """The details hold the engine's state id and the messages in their order."""
    session_id = create({"key": "country", "value": "France"})
    say(session_id, "Help me plan a trip.")

    details = client.get(f"chat-session/{session_id}").json()["data"]

    assert isinstance(details["engineStateId"], str)
    assert details["messages"] == [
        {"role": "user", "content": "Help me plan a trip."},
        {"role": "assistant", "content": PARIS},
    ]


def test_a_deleted_session_is_gone(client, create):
    """Delete answers 204 without a body; afterwards everything is 404."""
    session_id = create()
    was_open = session_id in open_sessions(client)
    deleted = client.delete(f"chat-session/{session_id}")
    body = {"user_message": "Hi", "chat_session_id": session_id}

    assert was_open
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert session_id not in open_sessions(client)
    assert client.delete(f"chat-session/{session_id}").status_code == 404
    assert client.get(f"chat-session/{session_id}").status_code == 404
    assert client.post("invoke", json=body).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("[]", 200),
        ('[{"key": "country", "value": "France"}]', 200),
        ('{"key": "country", "value": "France"}', 422),
        ('["country"]', 422),
        ('[{"key": "country"}]', 422),
        ('[{"key": 1, "value": "France"}]', 422),
        ('[{"key": "country", "value": "France",}]', 400),
        ("", 400),
        ("[" * 100_000, 400),
    ],
    ids=["none", "one", "object", "text", "no-value", "number", "page-commas", "empty", "deep"],
)
def test_start_variables_are_an_array_of_pairs(client, body, status):
    """Only a JSON array of {key, value} opens a session."""
    answer = client.post("create-chat-session", content=body)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"user_message": "Hi"}', 422),
        ('{"chat_session_id": "x"}', 422),
        ('{"user_message": 1, "chat_session_id": "x"}', 422),
        ("[]", 422),
        ("{", 400),
        ('{"user_message": "Hi", "chat_session_id": "x"}', 404),
    ],
)
def test_invoke_wants_a_message_and_a_session(client, body, status):
    """A malformed body is 400, a wrong one 422, an unknown session 404."""
    assert client.post("invoke", content=body).status_code == status


def test_another_deployment_is_unknown(client):
    """Only the deployment of the base URL exists."""
    url = httpx.URL(client.base_url, path="/deployments/other/create-chat-session")

    assert client.post(url, json=[]).status_code == 404


def test_a_late_message_can_be_read_back_after_its_time(client, create, say):
    """`[[late …]]` adds a message of the assistant to the session some time after the reply."""
    session = create()
    reply = say(session, "A trip to Italy, please. [[late 100ms]]")

    def read():
        data = client.get(f"chat-session/{session}").json()["data"]
        return [one["content"] for one in data["messages"] if one["role"] == "assistant"]

    before = read()
    time.sleep(0.12)

    assert before == [reply]
    assert read() == [reply, AFTERTHOUGHT]
