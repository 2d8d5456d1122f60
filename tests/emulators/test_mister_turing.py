from __future__ import annotations

import re

import httpx
import pytest

GREETING = "Olá! Como posso ajudar você?"


@pytest.fixture
def client(connect, environment):
    token = environment["MISTER_TURING_TOKEN"]
    return connect("mister-turing", {"authorization": f"Bearer {token}"})


@pytest.fixture
def open_conversation(client):
    """Creates and deploys an assistant and opens a conversation with it."""

    def make(description=""):
        body = {"name": "Sample IT Assistant", "description": description}
        assistant_id = client.post("assistant/", json=body).json()["external_id"]
        client.post("assistant/deploy/", json={"assistant_id": assistant_id})
        opened = client.post("assistant/conversation/", json={"assistant_id": assistant_id})
        return opened.json()["conversation_id"]

    return make


def chat(client, conversation_id, message):
    body = {"message": message, "conversation_id": conversation_id}
    return client.post("assistant/chat/", json=body)


def decode(body):
    """The text of an event stream, by the WHATWG rules that it needs."""
    events = [event.split("\n") for event in body.removesuffix("\n\n").split("\n\n")]
    return "".join("\n".join(re.sub("^data: ?", "", line) for line in each) for each in events)


def say(client, conversation_id, message):
    return decode(chat(client, conversation_id, message).text)


def test_creating_gives_all_of_the_assistant(client):
    """The assistant comes back with its id, its texts and its preferences."""
    body = {"name": "Sample IT Assistant", "description": "Helps"}
    answer = client.post("assistant/", json=body)
    assistant = answer.json()

    assert answer.status_code == 201
    assert (assistant["name"], assistant["description"]) == ("Sample IT Assistant", "Helps")
    assert len(assistant["external_id"]) == 36
    assert isinstance(assistant["assistant_preferences"], dict)
    assert assistant["created_at"]


def test_a_conversation_needs_a_deployed_assistant(client):
    """Before the deployment 400, after it 201; a second deployment is a next version."""
    assistant_id = client.post("assistant/", json={"name": "Sample"}).json()["external_id"]
    body = {"assistant_id": assistant_id}
    refused = client.post("assistant/conversation/", json=body)
    deployed = [client.post("assistant/deploy/", json=body) for _ in range(2)]
    opened = client.post("assistant/conversation/", json=body)

    assert refused.status_code == 400
    assert [each.status_code for each in deployed] == [200, 200]
    assert [each.json()["version"]["number"] for each in deployed] == [1, 2]
    assert deployed[0].json()["version"]["type"] == "preview"
    assert opened.status_code == 201
    assert opened.json()["conversation_id"]


def test_the_reply_is_a_stream_of_events(client, open_conversation):
    """The usual framing: several chunks of `data:` lines under the event-stream type."""
    body = {"message": "My printer is broken", "conversation_id": open_conversation()}
    with client.stream("POST", "assistant/chat/", json=body) as answer:
        content_type = answer.headers["content-type"]
        chunks = list(answer.iter_raw())

    assert content_type == "text/event-stream; charset=utf-8"
    assert len(chunks) > 2
    assert all(chunk.startswith(b"data: ") for chunk in chunks)
    assert decode(b"".join(chunks).decode()) == (
        "Please try these steps:\n1. Turn the printer off and on.\n2. Check the paper tray."
    )


@pytest.mark.parametrize(
    ("description", "message"), [("answers raw", "olá"), ("", "olá, raw please")]
)
def test_the_reply_can_be_bare_text(client, open_conversation, description, message):
    """The other framing: bare text under the same type, cut inside a character."""
    body = {"message": message, "conversation_id": open_conversation(description)}
    with client.stream("POST", "assistant/chat/", json=body) as answer:
        content_type = answer.headers["content-type"]
        chunks = list(answer.iter_raw())

    assert content_type == "text/event-stream; charset=utf-8"
    assert [len(chunk) for chunk in chunks] == [16, 14]
    assert b"".join(chunks).decode() == GREETING


def test_a_ticket_is_remembered_over_the_turns(client, open_conversation):
    """A ticket opens once the company id is known, and later turns can name it."""
    conversation_id = open_conversation()
    asked = say(client, conversation_id, "My printer is dead, please open a ticket")
    opened = say(client, conversation_id, "My badge number is 12345")
    number = re.search(r"IT-\d+", opened)[0]

    assert asked == "Sure. To open a ticket I need your company registration number. What is it?"
    assert opened.startswith(f"Thank you! I have opened ticket {number} for you.")
    assert say(client, conversation_id, "10") == "Thank you for your rating of 10!"
    assert say(client, conversation_id, f"What about {number}?") == (
        f"Ticket {number} is open: My printer is dead, please open a ticket"
    )
    assert say(client, conversation_id, "And IT-1?") == "I cannot find ticket IT-1."


def test_conversations_share_no_memory(client, open_conversation):
    """What one conversation knows, another does not."""
    first, second = open_conversation(), open_conversation()
    say(client, first, "My email is ana@example.com, I work in the finance department")

    assert say(client, first, "What is my email?") == "Your email is ana@example.com."
    assert say(client, first, "What is my department?") == "Your department is finance."
    assert say(client, second, "What is my email?") == "I do not know your email."


def test_the_details_hold_slots_and_sources(client, open_conversation):
    """Each message is listed with its answer, its sources and its extractions."""
    conversation_id = open_conversation()
    say(client, conversation_id, "How do I reset my password? My email is ana@example.com")
    say(client, conversation_id, "hey")
    details = client.get(f"assistant/conversations/{conversation_id}/").json()
    first, second = details["messages"]

    assert details["conversation_id"] == conversation_id
    assert (details["messages_count"], details["question"]) == (2, "hey")
    assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d", details["created_at"])
    assert details["source_tool"]["type"] == "assistant"
    assert first["answer"].startswith("To reset your password, ")
    assert first["sources"] == [{"name": "Password policy"}]
    assert first["extractions"] == [
        {"extraction_name": "Email", "extraction_value": "ana@example.com"}
    ]
    assert (second["answer"], second["sources"], second["extractions"]) == (
        "Hey! How can I help you?",
        [],
        [],
    )


def test_conversations_are_listed_in_pages(client, open_conversation):
    """The newest conversation stands first, one page at a time."""
    made = [open_conversation() for _ in range(3)]
    pages = [
        client.get("assistant/conversation/", params={"page": page, "items_per_page": 2}).json()
        for page in (1, 2)
    ]
    listed = [each["conversation_id"] for page in pages for each in page["conversations"]]

    assert [page["page"] for page in pages] == [1, 2]
    assert pages[0]["items_per_page"] == 2
    assert listed[:3] == made[::-1]
    assert client.get("assistant/conversation/?page=0").status_code == 400


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Basic eA=="])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "assistant/"),
        ("POST", "assistant/deploy/"),
        ("POST", "assistant/conversation/"),
        ("POST", "assistant/chat/"),
        ("GET", "assistant/conversation/"),
        ("GET", "assistant/conversations/x/"),
        ("GET", "elsewhere/"),
    ],
)
def test_every_path_is_403_without_the_key(connect, authorization, method, path):
    """Any request without the right key gets 403 and JSON."""
    headers = {"authorization": authorization} if authorization else None
    answer = connect("mister-turing", headers).request(method, path)

    assert answer.status_code == 403
    assert set(answer.json()) == {"detail"}


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("assistant/", {}, 400, "name"),
        ("assistant/", {"name": " "}, 400, "name"),
        ("assistant/", {"name": 1}, 400, "name"),
        ("assistant/", [], 400, "detail"),
        ("assistant/deploy/", {}, 400, "assistant_id"),
        ("assistant/deploy/", {"assistant_id": "x"}, 404, "detail"),
        ("assistant/conversation/", {"assistant_id": "x"}, 404, "detail"),
        ("assistant/chat/", {}, 400, "message"),
        ("assistant/chat/", {"message": "Hi", "conversation_id": "x"}, 404, "detail"),
        ("assistant/chat/", {"message": "Hi", "conversation_id": 1}, 404, "detail"),
        ("elsewhere/", {}, 404, "detail"),
    ],
)
def test_errors_name_the_field(client, path, body, status, field):
    """A missing field is 400 under its name, an unknown id 404."""
    answer = client.post(path, json=body)

    assert answer.status_code == status
    assert set(answer.json()) == {field}


def test_a_message_without_a_conversation_is_answered(client):
    """The page does not require the conversation's id."""
    answer = client.post("assistant/chat/", json={"message": "hello"})

    assert decode(answer.text) == "Hey! How can I help you?"


@pytest.mark.parametrize(
    ("switch", "content_type", "start"),
    [
        ("[[shape]]", "text/event-stream; charset=utf-8", "data:\n\n"),
        ("[[shape json]]", "application/json", '{"detail":"The quota is used up."}'),
        ("[[shape error-event]]", "text/event-stream; charset=utf-8", "event: error\n"),
        ("[[shape comments]]", "text/event-stream; charset=utf-8", ": keep-alive\n\n"),
    ],
)
def test_a_stream_can_break_its_shape(client, open_conversation, switch, content_type, start):
    """The shape faults of the stream stand under status 200."""
    answer = chat(client, open_conversation(), f"hello {switch}")

    assert (answer.status_code, answer.headers["content-type"]) == (200, content_type)
    assert answer.text.startswith(start)


def test_a_stream_can_be_endless(client, open_conversation):
    """An endless answer goes on beyond what the bot had to say, until the client leaves."""
    body = {"message": "hello [[shape endless]]", "conversation_id": open_conversation()}
    with client.stream("POST", "assistant/chat/", json=body) as answer:
        chunks = answer.iter_raw()
        heard = [next(chunks) for _ in range(10)]

    assert len(heard) == 10


def test_a_stream_can_be_cut(client, open_conversation):
    """`[[close]]` ends the connection before the stream's end."""
    with pytest.raises(httpx.RemoteProtocolError):
        chat(client, open_conversation(), "hello [[close]]")
