from __future__ import annotations

import asyncio
import socket
import threading

import pytest

from harness.engine.vocabulary import Vocabulary
from harness.errors import CassetteError
from harness.pytest_plugin.offline import Offline

GREETING = "scenarios/greet.yaml"


@pytest.fixture
def listener():
    """A port of loopback that takes connections; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()


def look_up(_address):
    socket.getaddrinfo("localhost", 80)


def connect(address):
    socket.create_connection(address).close()


def connect_softly(address):
    with socket.socket() as client:
        client.connect_ex(address)


def send(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"x", address)


def connect_in_a_loop(address):
    asyncio.run(asyncio.open_connection(*address))


WAYS = [look_up, connect, connect_softly, send, connect_in_a_loop]


@pytest.mark.parametrize("way", WAYS)
def test_a_replay_opens_no_connection(way, listener):
    """Every way to another machine is refused with its address, and afterwards all is as before."""
    before = dict(socket.socket.__dict__), socket.getaddrinfo

    with Offline(), pytest.raises(CassetteError) as caught:
        way(listener)

    assert caught.value.code == "network-in-replay"
    assert "to 127.0.0.1" in caught.value.message or "to localhost" in caught.value.message
    assert (dict(socket.socket.__dict__), socket.getaddrinfo) == before


def test_other_threads_and_pipes_are_let_through(listener, tmp_path, monkeypatch):
    """A server of the project in a thread of its own goes on, and so do pipes between processes."""
    # The suite's own block allows loopback only, which pipes are not.
    monkeypatch.delattr(socket.socket, "connect")
    seen: list[object] = []

    def reach() -> None:
        try:
            connect(listener)
            look_up(listener)
        except CassetteError as error:
            seen.append(error)

    with Offline(), socket.socket(socket.AF_UNIX) as pipe, socket.socket(socket.AF_UNIX) as end:
        other = threading.Thread(target=reach)
        other.start()
        other.join()
        pipe.bind(str(tmp_path / "pipe"))
        pipe.listen()
        end.connect(str(tmp_path / "pipe"))

    assert seen == []


def asking(address):
    """A check that asks somebody else before it agrees."""

    def judge(_subject):
        connect(address)
        raise AssertionError("the connection was opened")

    return judge


def test_a_check_that_asks_the_network_breaks_a_replay(run, echo, project, listener, monkeypatch):
    """In replay it is BROKEN with the address; in live, where there is a network, it may ask."""
    monkeypatch.setattr(Vocabulary, "judge_for", lambda *_: asking(listener))

    replayed = run(GREETING)
    live = run(GREETING, "--harness-mode=live")

    replayed.assert_outcomes(errors=1)
    replayed.stdout.fnmatch_lines(
        [
            f"scenarios/greet.yaml:*: turn 1: *asked for one to 127.0.0.1:{listener[1]}*",
            "*[[]network-in-replay[]]",
        ]
    )
    live.stdout.fnmatch_lines(["*the connection was opened*"])


def test_a_python_test_may_connect(run, project, pytester, listener):
    """What a Python test does beside its conversation is its own."""
    pytester.makepyfile(
        test_own=f"import socket\n\n\ndef test_own(conversation):\n"
        f"    socket.create_connection({listener!r}).close()\n"
    )

    run("test_own.py").assert_outcomes(passed=1)
