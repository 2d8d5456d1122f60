"""AG-UI's emulator: what the specification says, and the protocol's own clients against it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.emulators import EMULATORS
from harness.transport.cassette.cassette_reading import parse_cassette
from tests.npm_packages import required_folder
from tests.pypi_packages import required_path

ROOT = Path(__file__).resolve().parents[2]
CLIENT = Path(__file__).parent / "clients/ag_ui.mjs"
TOKEN = EMULATORS["ag-ui"].environment["AG_UI_TOKEN"]
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
VALIDATES = """
import json, sys
from ag_ui.core import Event, RunAgentInput
from pydantic import TypeAdapter
given = json.load(sys.stdin)
for body in given["inputs"]:
    RunAgentInput.model_validate(body)
for event in given["events"]:
    TypeAdapter(Event).validate_python(event)
print(len(given["inputs"]), len(given["events"]))
"""


@pytest.fixture
def run(connect):
    """Runs the agent with messages; gives the answer."""
    client = connect("ag-ui")

    def send(*messages, **more):
        body = {"threadId": "t", "runId": "r", "messages": list(messages), **more}
        return client.post("", json=body, headers=AUTHORIZED)

    return send


def user(text):
    return {"id": "m", "role": "user", "content": text}


def events_of(body):
    """The data of the events in a body."""
    lines = body.splitlines()
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]


def types(answer):
    return [event["type"] for event in events_of(answer.text)]


@pytest.mark.skipif(shutil.which("node") is None, reason="no node here")
def test_the_protocols_client_runs_the_agent(running):
    """@ag-ui/client reads texts, chunks, calls, results, states and errors, and answers a call."""
    folder = required_folder("@ag-ui/client@1.0.0")
    command = ["node", CLIENT, folder, running.urls["ag-ui"], TOKEN]

    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 0, done.stderr
    received = json.loads(done.stdout)
    assert received["texts"] == [
        "Hello! How can I help you?",
        "This comes in chunks.",
        "It is 21 degrees in Rome.",
        "Let me see where you are.",
        "It is 8 degrees in Oslo.",
        "I have added milk.",
        "On your list: milk.",
    ]
    assert received["call"] == {"name": "get_location", "arguments": "{}"}
    assert received["results"] == 2
    assert received["state"] == {"shopping": ["milk"], "last": "milk"}
    assert received["events"]["failed"][-1] == "RUN_ERROR"
    assert [each[0] for each in received["events"].values()] == ["RUN_STARTED"] * 8


def test_the_protocols_types_take_what_was_recorded():
    """ag-ui-protocol reads every input that the definition sent, and every event that came."""
    folder = required_path("ag-ui-protocol==1.0.0")
    files = sorted((ROOT / "cassettes/ag-ui").glob("*.yaml"))
    rows = [row for file in files for row in parse_cassette(file.read_text(), "").interactions]
    inputs = [json.loads(row.request.body) for row in rows]
    events = [one for row in rows for one in events_of(row.response.body.decode())]

    done = subprocess.run(
        [sys.executable, "-c", VALIDATES],
        env={**os.environ, "PYTHONPATH": str(folder)},
        input=json.dumps({"inputs": inputs, "events": events}),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(len(inputs)), str(len(events))]
    assert len(events) > len(inputs) > 10


def test_a_tool_that_the_frontend_does_not_offer_is_not_called(run):
    """The agent calls only tools of the input."""
    offered = run(user("weather here"), tools=[{"name": "get_location"}])

    assert "TOOL_CALL_START" in types(offered)
    assert "TOOL_CALL_START" not in types(run(user("weather here")))


def test_a_failed_run_ends_with_its_error(run):
    """RUN_ERROR is the last event, after the words that came before it."""
    failed = types(run(user("please fail")))

    assert failed == ["RUN_STARTED", "TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "RUN_ERROR"]


def test_a_run_can_end_too_early(run):
    """`[[shape unfinished]]` leaves out the last event."""
    assert types(run(user("Hello [[shape unfinished]]")))[-1] == "STEP_FINISHED"


@pytest.mark.parametrize(
    "more",
    [
        {"threadId": None},
        {"messages": {}},
        {"messages": ["Hi"]},
        {"messages": [{"role": "user", "content": "Hi"}]},
        {"messages": [{"id": "m", "role": "agent", "content": "Hi"}]},
        {"messages": [{"id": "m", "role": "user"}]},
        {"messages": [{"id": "m", "role": "tool", "content": "21"}]},
    ],
)
def test_an_input_that_lacks_something_is_refused(run, more):
    """What is not a RunAgentInput is 422, with the place."""
    answer = run(user("Hi"), **more)

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "body"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}], ids=["none", "wrong"])
def test_a_run_needs_the_token(connect, headers):
    """Without the token nothing runs."""
    assert connect("ag-ui").post("", json={}, headers=headers).status_code == 401
