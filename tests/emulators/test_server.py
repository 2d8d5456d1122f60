from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from harness.emulators import EMULATORS, NAMES, serving

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
from harness.emulators import serve
serve(["enthusiast"], None, lambda found: print(found["ENTHUSIAST_URL"], flush=True))
print("stopped", flush=True)
"""


def test_each_name_names_its_emulator():
    """Each emulator is registered under its own name."""
    assert [EMULATORS[name].name for name in NAMES] == list(NAMES)


def test_running_gives_every_variable(environment):
    """The environment holds the variables that harness.yaml reads, and no others."""
    read = re.findall(r"\$\{env\.(\w+)\}", (ROOT / "harness.yaml").read_text("utf-8"))

    assert set(environment) == set(read)
    assert all(environment.values())


@pytest.mark.parametrize("name", NAMES)
def test_settings_read_the_emulators_own_variables(name):
    """What a definition needs to talk to its emulator is in that emulator's variables."""
    emulator = EMULATORS[name]
    read = re.findall(r"\$\{env\.(\w+)\}", " ".join(emulator.settings.values()))

    assert set(read) <= set(emulator.environment)


@pytest.mark.parametrize("name", NAMES)
def test_url_names_the_base_path(running, name):
    """A system's URL variable is its base URL on loopback, with the path of the page.

    Where two emulators are of one vendor, it is that of the last one, which serves both APIs.
    """
    url = httpx.URL(running.urls[name])
    variable = EMULATORS[name].url_variable
    last = [each for each in NAMES if EMULATORS[each].url_variable == variable][-1]

    assert running.environment[variable] == running.urls[last]
    assert url.host == "127.0.0.1"
    assert url.path.rstrip("/") == EMULATORS[name].base_path


def test_only_the_named_emulators_are_started():
    """An emulator that was not named has no variables and no server."""
    with serving(["bighummingbird"]) as running:
        names = list(running.urls)
        variables = list(running.environment)

    assert names == ["bighummingbird"]
    assert variables == ["BIGHUMMINGBIRD_URL"]


def test_a_port_can_be_chosen_and_is_free_again_after_leaving():
    """An emulator listens on the port that was asked for, and lets go of it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    for _ in range(2):
        with serving(["bighummingbird"], ports={"bighummingbird": port}) as running:
            answer = httpx.get(f"http://127.0.0.1:{port}/__emulator__/sessions", trust_env=False)

        assert str(port) in running.urls["bighummingbird"]
        assert answer.json() == {"open": []}


def test_a_taken_port_is_an_error_and_starts_nothing():
    """Where one port is taken, no thread of any emulator is left."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = {"enthusiast": taken.getsockname()[1]}
        before = threading.active_count()

        with (
            pytest.raises(OSError, match="in use"),
            serving(["connectly", "enthusiast"], ports=ports),
        ):
            pass

        assert threading.active_count() == before


def test_an_unknown_name_is_an_error_that_lists_the_names():
    """A name that no emulator has is refused before anything starts."""
    with pytest.raises(ValueError, match="no emulator is named hal; there are bighummingbird"):  # noqa: SIM117
        with serving(["hal"]):
            pass


def test_leaving_ends_threads_and_open_connections():
    """Leaving ends the server threads, also while a client keeps its connection open."""
    before = threading.active_count()
    with httpx.Client(trust_env=False) as client:
        with serving(["bighummingbird", "enthusiast"]) as running:
            client.post(running.urls["bighummingbird"] + "/create-chat-session", json=[])
        after = threading.active_count()

        with pytest.raises(httpx.TransportError):
            client.post(running.urls["bighummingbird"] + "/create-chat-session", json=[])

    assert after == before


def test_leaving_cuts_a_request_that_is_being_answered():
    """A slow answer does not hold up the end; its client sees a transport error or a 500."""
    outcomes = []

    def ask(client, session_id):
        body = {"user_message": "Hi [[slow 60s]]", "chat_session_id": session_id}
        try:
            outcomes.append(client.post("/invoke", json=body, timeout=30).status_code)
        except httpx.TransportError as error:
            outcomes.append(type(error))

    with serving(["bighummingbird"]) as running:
        base_url = running.urls["bighummingbird"]
        with httpx.Client(base_url=base_url, trust_env=False) as client:
            session_id = client.post("/create-chat-session", json=[]).json()["chat_session_id"]
        slow_client = httpx.Client(base_url=base_url, trust_env=False)
        asking = threading.Thread(target=ask, args=(slow_client, session_id))
        asking.start()
        asking.join(0.05)
    asking.join()
    slow_client.close()

    assert len(outcomes) == 1
    assert outcomes[0] != 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_serve_announces_then_runs_until_a_signal(number):
    """`serve` gives the variables once it answers, and returns on a signal."""
    command = [sys.executable, "-W", "error", "-c", PROGRAM]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        url = process.stdout.readline().strip()
        status = httpx.get(url + "/api/task_status/x/", trust_env=False).status_code
        process.send_signal(number)
        rest, errors = process.communicate(timeout=10)

    assert status == 401
    assert rest == "stopped\n"
    assert errors == ""
    assert process.returncode == 0
