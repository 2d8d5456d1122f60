from __future__ import annotations

import json

import pytest

PATH = "/external/v1/ai/agent_graph/"


@pytest.fixture
def client(connect, environment):
    return connect("connectly", {"x-api-key": environment["CONNECTLY_API_KEY"]})


@pytest.fixture
def session(client, environment):
    """What every request names, with the id of a session that was just opened."""
    body = {"businessId": environment["CONNECTLY_BUSINESS_ID"], "clientKey": "customer-1"}
    opened = client.post(PATH + "init", json=body).json()["response"]
    return {**body, "sessionId": opened["sessionId"]}


def said(text):
    content = {"textContent": {"text": text}}
    return {"inputEvents": [{"messageEvent": {"role": "USER", "content": content}}]}


def test_invoke_streams_one_event_a_line(client, session):
    """Each line is a whole JSON object, and empty lines keep the connection alive."""
    body = {**session, **said("Do you have a pink dress?")}
    with client.stream("POST", PATH + "invoke", json=body) as answer:
        lines = list(answer.iter_lines())
    responses = [json.loads(line)["result"]["response"] for line in lines if line]
    kinds = [list(event) for each in responses for event in each["responseEvents"]]

    assert lines.count("") == 3
    assert {each["sessionId"] for each in responses} == {session["sessionId"]}
    assert kinds == [["recommendationEvent"], ["messageEvent"], ["messageEvent"]]


def test_invoke_sync_gives_all_events_at_once(client, session):
    """The same reply, aggregated, and the session remembers the turns before."""
    client.post(PATH + "invoke_sync", json={**session, **said("A pink dress, please")})
    body = {**session, **said("Which one is cheaper?")}
    response = client.post(PATH + "invoke_sync", json=body).json()["response"]

    assert response["sessionId"] == session["sessionId"]
    assert response["responseEvents"][0]["messageEvent"]["content"]["textContent"] == {
        "text": "Pink dress size 10yrs is cheaper, at 79.9 USD."
    }


def test_a_closed_session_is_unknown(client, session):
    """Close answers an empty result; afterwards the session is 404."""
    closed = client.post(PATH + "close", json=session)
    answer = client.post(PATH + "invoke", json={**session, **said("Hi")})

    assert json.loads(closed.text.strip()) == {"result": {"response": {}}}
    assert (answer.status_code, answer.json()["code"]) == (404, 5)
    assert client.post(PATH + "close", json=session).status_code == 404


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"sessionId": None}, 400, 3),
        ({"sessionId": "x"}, 404, 5),
        ({"clientKey": None}, 400, 3),
        ({"clientKey": "customer-2"}, 404, 5),
        ({"businessId": None}, 400, 3),
        ({"businessId": "other"}, 403, 7),
        ({"inputEvents": []}, 400, 3),
    ],
)
def test_invoke_checks_what_it_is_given(client, session, change, status, code):
    """A session belongs to one client of one business."""
    body = {**session, **said("Hi"), **change}
    answer = client.post(PATH + "invoke", json=body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("name", ["init", "invoke", "invoke_sync", "close"])
def test_a_key_is_wanted(connect, name):
    """Every endpoint answers 401 without the key."""
    assert connect("connectly").post(PATH + name, json={}).status_code == 401


def test_a_stream_can_end_in_an_error(client, session):
    """The last line is an error under status 200."""
    body = {**session, **said("Hi [[shape error-line]]")}
    answer = client.post(PATH + "invoke", json=body)
    last = json.loads(answer.text.split("\n")[-2])

    assert answer.status_code == 200
    assert last["error"]["code"] == 13


def test_a_line_can_be_malformed(client, session):
    """The last line breaks off inside its JSON."""
    body = {**session, **said("Hi [[shape malformed-line]]")}
    last = client.post(PATH + "invoke", json=body).text.split("\n")[-2]

    with pytest.raises(json.JSONDecodeError):
        json.loads(last)
