from __future__ import annotations

import time

import pytest

from harness.emulators.fault_switches import AFTERTHOUGHT

QUESTION = "Does FiberUP Business Duplex include an SLA?"
SLA = "Yes, the plan includes an SLA with an optional priority support package ...."


@pytest.fixture
def client(connect, environment):
    return connect("enthusiast", {"Authorization": f"Token {environment['ENTHUSIAST_TOKEN']}"})


@pytest.fixture
def conversation(client):
    return client.post("/api/conversations", json={"data_set_id": 1}).json()


@pytest.fixture
def ask(client, conversation):
    """Asks, and gives the path of the task's status."""

    def send(text):
        path = f"/api/conversations/{conversation['id']}"
        answer = client.post(path, json={"question_message": text, "data_set_id": 1})
        return f"/api/task_status/{answer.json()['task_id']}/"

    return send


@pytest.fixture
def history(client, conversation):
    def read():
        details = client.get(f"/api/conversations/{conversation['id']}").json()
        return [(each["role"], each["text"]) for each in details["history"]]

    return read


def states(client, path, count):
    return [client.get(path).json()["state"] for _ in range(count)]


def test_the_page_s_conversation(client, ask, history):
    """The SLA question: posted, polled to SUCCESS, answered in the history."""
    path = ask(QUESTION)

    assert history() == [("user", QUESTION)]
    assert states(client, path, 4) == ["PENDING", "STARTED", "SUCCESS", "SUCCESS"]
    assert history() == [("user", QUESTION), ("agent", SLA)]


@pytest.mark.parametrize(
    "body", [{"data_set_id": 1}, {"agent_id": 1}, {"data_set_id": "1", "agent_id": 1}]
)
def test_create_gives_the_whole_conversation(client, body):
    """A conversation opens for a data set, an agent or both, with status 201."""
    answer = client.post("/api/conversations", json=body)
    created = answer.json()

    assert answer.status_code == 201
    assert isinstance(created["id"], int)
    assert created["started_at"].endswith("Z")
    assert (created["summary"], created["history"]) == (None, [])
    assert (created["data_set_id"], created["agent_id"]) == (1, 1)


def test_a_message_is_accepted_for_later(client, conversation):
    """A message answers 202 with the task and whether the reply streams."""
    path = f"/api/conversations/{conversation['id']}"
    answer = client.post(path, json={"question_message": "Hi"})

    assert answer.status_code == 202
    assert answer.json()["streaming"] is False


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("please retry", ["PENDING", "STARTED", "RETRY", "STARTED", "SUCCESS"]),
        ("please fail", ["PENDING", "STARTED", "FAILURE", "FAILURE"]),
        ("please revoke", ["PENDING", "REVOKED", "REVOKED"]),
        ("please hang", ["PENDING"] * 6),
        ("please go backwards", ["STARTED", "PENDING", "STARTED", "SUCCESS"]),
        ("please report an unknown state", ["PENDING", "DREAMING", "DREAMING"]),
    ],
)
def test_a_message_can_ask_for_a_course_of_its_task(client, ask, text, expected):
    """Each poll moves the task by one state, and the last state stays."""
    assert states(client, ask(text), len(expected)) == expected


@pytest.mark.parametrize("text", ["please fail", "please revoke", "please hang"])
def test_a_task_without_success_has_no_answer(client, ask, history, text):
    """Only the question stands in the history."""
    states(client, ask(text), 4)

    assert history() == [("user", text)]


def test_a_task_can_vanish(client, ask):
    """The first poll reads PENDING, every later one is 404."""
    path = ask("please vanish")

    assert [client.get(path).status_code for _ in range(3)] == [200, 404, 404]


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("please apologise", ["We couldn't process your request. Please try again later."]),
        (
            "please answer twice",
            ["Let me look that up.", "FiberUP has three plans: Home, Pro and Business Duplex."],
        ),
    ],
)
def test_success_can_bring_an_apology_or_two_messages(client, ask, history, text, answers):
    """The answer is every new message of the agent, whatever the state says of it."""
    states(client, ask(text), 3)

    assert history() == [("user", text), *(("agent", answer) for answer in answers)]


def test_the_agent_remembers_the_conversation(client, ask, history):
    """Later answers depend on earlier questions."""
    for text in (QUESTION, "How much does it cost?", "What did I ask first?"):
        states(client, ask(text), 3)

    assert [text for role, text in history() if role == "agent"] == [
        SLA,
        "FiberUP Business Duplex costs 89 EUR a month.",
        f"You first asked: {QUESTION}",
    ]


def test_a_shape_fault_breaks_the_history(client, ask, history):
    """`[[shape]]` makes the agent's text a number."""
    states(client, ask("Hi [[shape]]"), 3)

    assert history()[-1] == ("agent", 42)


def test_an_unknown_task_is_pending_for_ever(client):
    """Celery cannot tell an unknown task from a waiting one."""
    assert states(client, "/api/task_status/never-made/", 5) == ["PENDING"] * 5


def test_a_status_without_the_slash_redirects(client):
    """The page's spelling of the route answers 301 to the one with a slash."""
    answer = client.get("/api/task_status/never-made")

    assert answer.status_code == 301
    assert answer.headers["location"] == "/api/task_status/never-made/"


@pytest.mark.parametrize(
    ("authorization", "detail"),
    [
        (None, "Authentication credentials were not provided."),
        ("Bearer x", "Authentication credentials were not provided."),
        ("Token", "Invalid token header. No credentials provided."),
        ("Token wrong", "Invalid token."),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/conversations"),
        ("GET", "/api/conversations/1"),
        ("POST", "/api/conversations/1"),
        ("GET", "/api/task_status/x/"),
    ],
)
def test_every_endpoint_wants_the_token(connect, authorization, detail, method, path):
    """Without a right token: 401, a detail and the challenge."""
    headers = {"Authorization": authorization} if authorization else None
    answer = connect("enthusiast", headers).request(method, path)

    assert (answer.status_code, answer.json()) == (401, {"detail": detail})
    assert answer.headers["www-authenticate"] == "Token"


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ("{}", 400, {"data_set_id": ["This field is required."]}),
        ('{"data_set_id": "one"}', 400, {"data_set_id": ["A valid integer is required."]}),
        ('{"data_set_id": null}', 400, {"data_set_id": ["This field may not be null."]}),
        ('{"data_set_id": 2}', 403, {"detail": "No dataset access."}),
        ('{"agent_id": 2}', 403, {"detail": "No dataset access."}),
        ('{"agent_id": 9}', 404, {"detail": "Agent not found."}),
        ("[]", 400, {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
    ],
)
def test_create_refuses_what_it_cannot_open(client, body, status, error):
    """Field errors are 400, another's data set 403, an unknown agent 404."""
    answer = client.post("/api/conversations", content=body)

    assert (answer.status_code, answer.json()) == (status, error)


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({}, 400, {"question_message": ["This field is required."]}),
        (
            {"question_message": " "},
            400,
            {"question_message": ["Query message cannot be blank."]},
        ),
        ({"question_message": None}, 400, {"question_message": ["This field may not be null."]}),
        ({"question_message": 1}, 400, {"question_message": ["Not a valid string."]}),
        ({"question_message": "Hi", "data_set_id": 2}, 403, {"detail": "No dataset access."}),
    ],
)
def test_a_message_needs_a_text(client, conversation, body, status, error):
    """The errors of the message endpoint name the field."""
    answer = client.post(f"/api/conversations/{conversation['id']}", json=body)

    assert (answer.status_code, answer.json()) == (status, error)


@pytest.mark.parametrize("path", ["/api/conversations/999999", "/api/elsewhere"])
def test_what_does_not_exist_is_404(client, path):
    """An unknown conversation or route answers a detail in JSON."""
    answer = client.get(path)

    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_broken_json_is_a_parse_error(client):
    """A body that is not JSON is 400 with a detail."""
    answer = client.post("/api/conversations", content='{"data_set_id": 1,}')

    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("JSON parse error - ")


def test_a_conversation_can_be_locked(client, conversation, ask):
    """After "please lock" further messages are refused."""
    ask("please lock")
    path = f"/api/conversations/{conversation['id']}"
    answer = client.post(path, json={"question_message": "Hi"})

    assert (answer.status_code, answer.json()) == (400, {"detail": "Conversation locked."})


def test_a_late_message_is_in_the_history_after_its_time(client, ask, history):
    """`[[late …]]` adds a message of the agent some time after SUCCESS, and only once."""
    path = ask("Is there an SLA? [[late 100ms]]")
    states(client, path, 4)

    before = history()
    time.sleep(0.12)
    after = history()

    assert [role for role, _ in before] == ["user", "agent"]
    assert after == history() == [*before, ("agent", AFTERTHOUGHT)]
