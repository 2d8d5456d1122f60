"""Connections that no recording holds, and that no replay may open."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from harness.core.errors import CassetteError
from harness.core.network_guard import Watch, own_connection, telling, watching
from tests.plugin.test_provider_class import HARNESS_YAML, SETTINGS

GREETING = "scenarios/greet.yaml"


@pytest.fixture
def listener():
    """A port of loopback that takes connections; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()


@pytest.fixture
def watch():
    """What this thread is watched by."""
    with watching(Watch(lambda what: CassetteError("refused", what))) as watch:
        yield watch


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


def send_message(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendmsg([b"x"], (), 0, address)


def connect_encrypted(address):
    context = ssl.create_default_context()
    with context.wrap_socket(socket.socket(), server_hostname="localhost") as client:
        client.connect(address)


def connect_in_a_loop(address):
    asyncio.run(asyncio.open_connection(*address))


def connect_in_a_task(address):
    async def main():
        await asyncio.gather(asyncio.create_task(_opened(address)))

    asyncio.run(main())


async def _opened(address):
    await asyncio.open_connection(*address)


def connect_in_a_loop_of_another_thread(address):
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(_opened(address), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def connect_in_a_pool(address):
    with ThreadPoolExecutor() as pool:
        pool.submit(connect, address).result()


def open_with_urllib(address):
    urllib.request.urlopen(f"http://{address[0]}:{address[1]}/")


def open_with_httpx(address):
    httpx.get(f"http://{address[0]}:{address[1]}/")


def open_with_asynchronous_httpx(address):
    async def get():
        async with httpx.AsyncClient() as client:
            await client.get(f"http://{address[0]}:{address[1]}/")

    asyncio.run(get())


WAYS = [
    look_up,
    connect,
    connect_softly,
    send,
    send_message,
    connect_encrypted,
    connect_in_a_loop,
    connect_in_a_task,
    connect_in_a_loop_of_another_thread,
    connect_in_a_pool,
    open_with_urllib,
    open_with_httpx,
    open_with_asynchronous_httpx,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"A15-{way.__name__}")
def test_every_way_to_another_machine_is_refused(way, listener, watch):
    """Whatever connects is refused with the address, and with who asked for it."""
    with pytest.raises(CassetteError) as caught, telling():
        way(listener)

    host = "localhost" if way is look_up else "127.0.0.1"
    assert f"tries to connect to {host}:" in caught.value.message


def caught(address):
    with contextlib.suppress(CassetteError):
        connect(address)


def renamed(address):
    try:
        connect(address)
    except CassetteError as error:
        raise KeyError("it did not work") from error


@pytest.mark.parametrize("way", [caught, renamed])
def test_a_refusal_that_is_caught_is_told(way, listener, watch):
    """A client that takes the error for none, or for one of its own, hides nothing."""
    with pytest.raises(CassetteError) as told, telling():
        way(listener)

    assert [told.value] == watch.refused


def test_what_is_not_watched_is_let_through(listener, tmp_path, monkeypatch, watch):
    """The harness's own connections, threads that run already, and pipes between processes."""
    # The suite's own block allows loopback only, which pipes are not.
    monkeypatch.delattr(socket.socket, "connect")
    with own_connection():
        connect(listener)
    with socket.socket(socket.AF_UNIX) as pipe, socket.socket(socket.AF_UNIX) as end:
        pipe.bind(str(tmp_path / "pipe"))
        pipe.listen()
        end.connect(str(tmp_path / "pipe"))

    assert watch.refused == []


def test_a_server_of_the_project_goes_on(listener):
    """A thread from before the play, and the threads that it starts, are not the play's."""
    pool = ThreadPoolExecutor(1)
    pool.submit(int).result()

    with watching(Watch(lambda what: CassetteError("refused", what))) as watch:
        pool.submit(connect_in_a_pool, listener).result()
    connect(listener)
    pool.shutdown()

    assert watch.refused == []


CLASS = f"""\
import httpx


class Around:
{SETTINGS}
    def __init__(self, connection):
        self.connection = connection

    def say(self, message):
        %s
"""
PAST = {
    "directly": "return httpx.get('http://127.0.0.1:%d/').text",
    "caught": (
        "try:\n            httpx.get('http://127.0.0.1:%d/')\n"
        "        except Exception:\n            pass\n"
        "        self.connection.request('POST', '/sessions')\n"
        "        return message.text"
    ),
    "asynchronous": (
        "import asyncio\n        asyncio.run(asyncio.open_connection('localhost', %d))\n"
    ),
    "renamed": (
        "try:\n            httpx.get('http://127.0.0.1:%d/')\n"
        "        except Exception as error:\n            raise KeyError('failed') from error"
    ),
}


@pytest.fixture
def bot(echo, project):
    """Writes a provider class that goes its own way, and a scenario of one turn."""
    for file in (project / "scenarios").rglob("*.yaml"):
        file.unlink()
    (project / "bots").mkdir()
    (project / "harness.yaml").write_text(HARNESS_YAML)
    (project / "scenarios/talk.yaml").write_text("scenario: talk\nturns: [{user: a, expect: none}]")

    def write(say: str) -> None:
        (project / "bots/echo.py").write_text(CLASS % say)

    return write


@pytest.mark.parametrize("way", PAST, ids=lambda way: f"A10-{way}")
def test_a_class_that_goes_past_its_connection_is_not_recorded(run, bot, project, listener, way):
    """A recording run says who asked whom, and writes nothing."""
    bot(PAST[way] % listener[1])

    result = run("scenarios", "--harness-mode=record")

    by, host = (", with httpcore,", "127.0.0.1")
    if way == "asynchronous":
        # The lookup of the name, in a thread of the event loop.
        by, host = ("", "localhost")
    who = f"*turn 1: bots/echo.py:* in say{by} tries to connect to"
    where = f"{host}:{listener[1]}, which cannot be recorded*[[]network-not-recorded[]]"
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"{who} {where}"])
    assert not list(project.rglob("cassettes/**/talk.yaml"))


def test_a10_a_class_that_asks_nothing_is_not_recorded(run, bot, project):
    """Without a single request a replay would have nothing to go by; live, it is a bot."""
    bot("return message.text")

    recorded = run("scenarios", "--harness-mode=record")
    live = run("scenarios", "--harness-mode=live")

    recorded.assert_outcomes(errors=1)
    recorded.stdout.fnmatch_lines(["*nothing to replay*[[]nothing-recorded[]]"])
    live.assert_outcomes(passed=1)
    assert not list(project.rglob("cassettes/**/talk.yaml"))


def test_a10_a_turn_without_a_request_is_told(run, bot, project):
    """A note names the turns of which a recording holds nothing."""
    bot(
        "if message.text == 'a':\n"
        "            key = {'X-Api-Key': str(self.connection.settings['api_key'])}\n"
        "            self.connection.request('POST', '/sessions', headers=key)\n"
        "        return message.text"
    )
    (project / "scenarios/talk.yaml").write_text(
        "scenario: talk\nturns: [{user: a, expect: none}, {user: b, expect: none}]"
    )

    result = run("scenarios", "--harness-mode=record")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*nothing was recorded for turn 2: no request went through*"])


@pytest.fixture
def native_clients(project, monkeypatch):
    """Stands for packages that connect in C; what the real ones do is not seen either."""
    for name in ("pycurl", "curl_cffi", "grpc"):
        (project / "site").mkdir(exist_ok=True)
        (project / f"site/{name}.py").write_text("class Session:\n    pass\n")
    monkeypatch.syspath_prepend(project / "site")


@pytest.mark.usefixtures("native_clients")
@pytest.mark.parametrize(
    ("line", "client"),
    [
        ("import pycurl", "pycurl"),
        ("from curl_cffi import Session", "curl_cffi"),
        ("import importlib; importlib.import_module('grpc')", "grpc"),
    ],
    ids=["A15-import", "A15-from", "A15-by-name"],
)
def test_a_client_that_cannot_be_seen_is_refused_by_name(run, bot, line, client):
    """Recording and replay refuse a class that uses one, also inside a method; live, it may."""
    bot(f"{line}\n        return message.text")

    recorded = run("scenarios", "--harness-mode=record")
    live = run("scenarios", "--harness-mode=live")

    recorded.assert_outcomes(errors=1)
    recorded.stdout.fnmatch_lines(
        [f"*the provider class Around uses {client}, whose connections cannot be detected*"]
    )
    live.assert_outcomes(passed=1)


CHECK = """\
import socket

from harness import check


@check(schema={{"type": "boolean"}})
def asks(subject, value):
    '''Asks somebody else before it agrees.'''
    {}
"""
ASKING = {
    "directly": "socket.create_connection(('127.0.0.1', %d)).close()",
    "caught": (
        "try:\n        socket.create_connection(('127.0.0.1', %d)).close()\n"
        "    except Exception:\n        pass"
    ),
    "unseen": "import pycurl  # port %d",
}


@pytest.mark.usefixtures("echo", "native_clients")
@pytest.mark.parametrize("way", ASKING, ids=lambda way: f"A15-{way}")
def test_a_check_that_asks_the_network_is_broken(run, project, listener, way):
    """In replay and record it is BROKEN at its place; live, where there is a network, it may."""
    (project / "asks.py").write_text(CHECK.format(ASKING[way] % listener[1]))
    file = project / "harness.yaml"
    file.write_text(f"checks: [asks.py]\n{file.read_text()}")
    (project / GREETING).write_text("scenario: greet\nturns: [{user: Hello, expect: {asks: true}}]")

    recorded = run(GREETING, "--harness-mode=refresh", "--harness-provider=echo")
    replayed = run(GREETING)
    live = run(GREETING, "--harness-mode=live")

    asked = f"asks.py:* in asks tries to connect to 127.0.0.1:{listener[1]}"
    asked = "the check 'asks' uses pycurl" if way == "unseen" else asked
    for result, mode in ((recorded, "not-recorded"), (replayed, "in-replay")):
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(
            [f"{GREETING}:2:*: turn 1: {asked}*", f"problems: 1 network-{mode}"]
        )
    live.assert_outcomes(passed=1)


def test_a_python_test_may_connect(run, project, pytester, listener):
    """What a Python test does beside its conversation is its own."""
    pytester.makepyfile(
        test_own=f"import socket\n\n\ndef test_own(conversation):\n"
        f"    socket.create_connection({listener!r}).close()\n"
    )

    run("test_own.py").assert_outcomes(passed=1)


def test_the_class_of_a_python_test_may_not(run, bot, pytester, listener):
    """What a conversation of a test asks past its connection is no part of its recording."""
    bot(PAST["renamed"] % listener[1])
    pytester.makepyfile(test_own="def test_own(conversation):\n    conversation().say('a')\n")

    result = run("test_own.py", "--harness-mode=record")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*bots/echo.py:* in say, with httpcore, tries to connect to *"])
