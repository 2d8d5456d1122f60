"""A2A's emulator: what the specification says, and the protocol's own SDK against it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.emulators import EMULATORS
from tests.pypi_packages import required_path

CLIENTS = Path(__file__).parent / "clients"
TOKEN = EMULATORS["a2a"].environment["A2A_TOKEN"]
ANSWER = "10 USD is 9.20 EUR."


@pytest.fixture
def client(connect):
    return connect("a2a")


@pytest.fixture
def call(client):
    """Calls a method with the token; gives the whole response."""

    def send(method, params, path="", **headers):
        headers = {"Authorization": f"Bearer {TOKEN}", **headers}
        body = {"jsonrpc": "2.0", "id": "1", "method": method, "params": params}
        return client.post(path, json=body, headers=headers)

    return send


def said(text, **more):
    part = {"kind": "text", "text": text}
    return {"message": {"role": "user", "messageId": "m-1", "parts": [part], **more}}


def received_by(package, script, url):
    """What the script, a client of its own, received."""
    folder = required_path(package)
    run = subprocess.run(
        [sys.executable, CLIENTS / script, url, TOKEN],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def texts(artifacts):
    """The texts of all artifacts, one after the other."""
    return "".join(part["text"] for artifact in artifacts for part in artifact["parts"])


def test_the_sdk_of_version_0_3_talks_to_the_agent(running):
    """a2a-sdk 0.3 reads the card, sends and streams, continues a task, and polls one."""
    received = received_by("a2a-sdk==0.3.26", "a2a_0_3.py", running.urls["a2a"])

    assert received["card"] == "Currency agent"
    for name in ("sent", "streamed"):
        part = received[name]
        assert part["hello"][0]["parts"][0]["text"].startswith("I convert")
        assert part["asked"]["status"]["state"] == "input-required"
        assert part["done"]["id"] == part["asked"]["id"]
        assert part["done"]["status"]["state"] == "completed"
        assert texts(part["done"]["artifacts"]) == ANSWER
    assert received["sent"]["looked"] == ["working", "working", "completed"]
    assert received["sent"]["events"] == 1
    assert received["streamed"]["events"] == 8
    assert "-32001" in received["error"]


def test_the_sdk_of_version_1_talks_to_the_agent(running):
    """a2a-sdk 1 sends, streams, continues and polls tasks in the form of version 1.0."""
    received = received_by("a2a-sdk==1.3.0", "a2a_1_0.py", f"{running.urls['a2a']}/v1")

    sent, streamed = received["sent"], received["streamed"]
    assert sent["hello"][0]["message"]["role"] == "ROLE_AGENT"
    assert sent["asked"][0]["task"]["status"]["state"] == "TASK_STATE_INPUT_REQUIRED"
    assert texts(sent["done"][0]["task"]["artifacts"]) == ANSWER
    assert sent["looked"] == [
        "TASK_STATE_WORKING",
        "TASK_STATE_WORKING",
        "TASK_STATE_COMPLETED",
    ]
    updates = [event["artifactUpdate"]["artifact"] for event in streamed["done"][2:-1]]
    assert texts(updates) == ANSWER
    last = streamed["done"][-1]["statusUpdate"]["status"]["state"]
    assert last == "TASK_STATE_COMPLETED"
    assert received["error"] == "Task not found"


def test_a_client_that_does_not_wait_polls(call):
    """With `blocking: false` a task is not completed in the first answer, but in a later one."""
    params = {**said("Convert 10 USD to EUR"), "configuration": {"blocking": False}}

    task = call("message/send", params).json()["result"]
    later = call("tasks/get", {"id": task["id"]}).json()["result"]

    assert (task["status"]["state"], later["status"]["state"]) == ("submitted", "completed")
    assert texts(later["artifacts"]) == ANSWER


def test_a_task_can_be_canceled_once(call):
    """A canceled task is terminal: it is neither canceled again nor continued."""
    task = call("message/send", said("Convert 10 USD")).json()["result"]

    first, second = (call("tasks/cancel", {"id": task["id"]}).json() for _ in range(2))
    continued = call("message/send", said("EUR", taskId=task["id"])).json()

    assert first["result"]["status"]["state"] == "canceled"
    assert second["error"]["code"] == -32002
    assert continued["error"]["code"] == -32602


def test_a_context_remembers_what_another_does_not_know(call):
    """What was said in a context is known in it alone."""
    one = call("message/send", said("My name is Ada")).json()["result"]["contextId"]

    same = call("message/send", said("What is my name?", contextId=one)).json()
    other = call("message/send", said("What is my name?", contextId="another")).json()

    assert "Ada" in same["result"]["parts"][0]["text"]
    assert "not known" in other["result"]["parts"][0]["text"]


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("tasks/get", {"id": "nobody"}, -32001),
        ("tasks/get", {}, -32001),
        ("tasks/resubscribe", {"id": "nobody"}, -32601),
        ("message/send", {}, -32602),
        ("message/send", {"message": {"role": "user", "parts": []}}, -32602),
        ("message/send", said("Hi", role="agent"), -32602),
        ("message/send", [], -32602),
    ],
)
def test_an_error_is_in_a_successful_answer(call, method, params, code):
    """What cannot be done is an error of JSON-RPC under status 200, with the id of the request."""
    answer = call(method, params)

    assert answer.status_code == 200
    assert answer.json()["error"]["code"] == code
    assert answer.json()["id"] == "1"


@pytest.mark.parametrize(("body", "code"), [(b"{", -32700), (b"[]", -32600), (b"{}", -32600)])
def test_a_body_that_is_no_request_is_refused(client, body, code):
    """What is not JSON, or not JSON-RPC, has the codes of JSON-RPC."""
    answer = client.post("", content=body, headers={"Authorization": f"Bearer {TOKEN}"})

    assert answer.json()["error"]["code"] == code


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}], ids=["none", "wrong"])
def test_only_the_card_is_public(client, headers):
    """Without the token the card can be read, and nothing else."""
    card = client.get(".well-known/agent-card.json", headers=headers)
    answer = client.post("", headers=headers, json={})

    assert card.json()["protocolVersion"] == "0.3.0"
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_the_header_chooses_the_version(client, call):
    """`A2A-Version: 1.0` gives the card and the results of version 1.0."""
    version = {"A2A-Version": "1.0"}
    params = {"message": {"role": "ROLE_USER", "messageId": "m", "parts": [{"text": "Hi"}]}}

    card = client.get(".well-known/agent-card.json", headers=version).json()

    assert card["supportedInterfaces"][0]["protocolVersion"] == "1.0"
    assert call("SendMessage", params, **version).json()["result"].keys() == {"message"}
    assert call("message/send", params, **version).json()["error"]["code"] == -32601
