from __future__ import annotations

import json
import ssl
import xml.etree.ElementTree as ET

import pytest
import trustme

from tests.transport.conftest import Server
from tests.transport.relays import HttpProxy

PASSWORD = "pl4nted/s3cret"
DEFINITION = """\
definition: bot
settings: {base_url: {type: string, required: true}}
send:
  - request: {post: /talk, json: {text: '${message.text}'}}
    reply: {text: $.text}
"""
BOT_CLASS = """\
import httpx

class Bot:
    settings = {"base_url": {"type": "string", "required": True}}

    def __init__(self, connection):
        self.connection = connection
        self.client = httpx.Client(transport=connection.transport)

    def say(self, message):
        url = f"{self.connection.settings['base_url']}/talk"
        first = self.client.post(url, json={"text": message.text}).json()["text"]
        return first if first == self.connection.request("POST", "/talk")["text"] else "differs"
"""
CONFIG = """\
providers:
  bot:
    definition: definitions/bot
    settings: {base_url: '${env.BOT_URL}'}
    network: {%s}
"""
SCENARIO = "scenario: %s\nturns: [{user: Hi, expect: {equals: Hello}}]\n"


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def server(authority, monkeypatch):
    """A bot with a certificate of a private authority; its address is in the environment."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    started = Server(lambda visit: visit.answer(json.dumps({"text": "Hello"}).encode()), context)
    started.start()
    monkeypatch.setenv("BOT_URL", started.url)
    yield started
    started.stop()


@pytest.fixture
def proxy(monkeypatch):
    started = HttpProxy(credentials=f"maria:{PASSWORD}")
    started.start()
    monkeypatch.setenv("PROXY_PASSWORD", PASSWORD)
    yield started
    started.stop()


@pytest.fixture
def write(pytester, authority):
    """Write a project whose provider has these network settings; gives its folder."""

    def make(network, *scenarios, definition="definitions/bot"):
        folder = pytester.path
        (folder / "definitions/bot").mkdir(parents=True)
        (folder / "definitions/bot/provider.yaml").write_text(DEFINITION)
        (folder / "definitions/bot.py").write_text(BOT_CLASS)
        config = (CONFIG % network).replace("definitions/bot", definition)
        (folder / "harness.yaml").write_text(config)
        (folder / "scenarios").mkdir()
        for name in scenarios or ("hello",):
            (folder / f"scenarios/{name}.yaml").write_text(SCENARIO % name)
        authority.cert_pem.write_to_path(folder / "company.pem")
        return folder

    return make


def through(proxy) -> str:
    """Network settings of the project: its authority, and a proxy with a password."""
    url = proxy.url("maria:${env.PROXY_PASSWORD | urlencode('')}")
    return f'ca: company.pem, proxy: "{url}"'


@pytest.mark.parametrize("definition", ["definitions/bot", "definitions/bot.py"])
def test_what_a_proxy_recorded_replays_without_it(
    definition, write, server, proxy, run_here, monkeypatch
):
    """A replay needs neither the proxy nor the files nor the variables; no secret is stored."""
    folder = write(through(proxy), definition=definition)
    run_here("--harness-mode=record").assert_outcomes(passed=1)
    assert [one.startswith("CONNECT ") for one in proxy.asked] == [True]
    cassette = (folder / "cassettes/bot/hello.yaml").read_text()
    (folder / "company.pem").unlink()
    monkeypatch.delenv("PROXY_PASSWORD")
    monkeypatch.delenv("BOT_URL")
    asked = len(server.heads)

    replayed = run_here("--harness-mode=replay")

    replayed.assert_outcomes(passed=1)
    assert len(server.heads) == asked
    assert [word for word in ("proxy", "s3cret", str(proxy.port)) if word in cassette] == []


def test_other_settings_replay_the_same_recording(write, server, proxy, run_here):
    """No recording depends on the network settings: it is neither missed nor stale."""
    folder = write("ca: company.pem")
    run_here("--harness-mode=record").assert_outcomes(passed=1)
    config = CONFIG % "verify: false, http2: true, client_certificate: gone.pem, proxy: environment"
    (folder / "harness.yaml").write_text(config)

    replayed = run_here("--harness-mode=replay")

    replayed.assert_outcomes(passed=1)
    replayed.stdout.no_fnmatch_line("note: *")


def test_a_file_that_is_missing_is_broken_when_it_is_needed(write, server, run_here):
    """Live, the place in harness.yaml is shown, without a traceback."""
    write("ca: gone.pem")

    live = run_here("--harness-mode=live")

    live.assert_outcomes(errors=1)
    live.stdout.fnmatch_lines(["*harness.yaml:5:19: provider bot: there is no file gone.pem*"])
    live.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "workers"])
def test_every_report_says_that_nothing_was_verified(workers, write, server, run_here):
    """The note is in the closing lines and in each report, once."""
    folder = write("verify: false", "one", "two", "three")
    reports = ("--harness-reports=out", "--junitxml=out/junit.xml", "--alluredir=allure")

    result = run_here("--harness-mode=live", *reports, *workers)

    result.assert_outcomes(passed=3)
    note = "'verify: false' accepts any certificate"
    assert [note in line for line in result.outlines if "not-verified" in line] == [True]
    stored = json.loads((folder / "out/results.json").read_text())
    assert [note in one for one in stored["notes"]] == [True]
    assert (folder / "out/summary.md").read_text().count(note) == 1
    junit = ET.parse(folder / "out/junit.xml").getroot()  # noqa: S314  # our own file
    notes = [one.get("value", "") for one in junit.iter("property") if one.get("name") == "note"]
    assert [note in one for one in notes] == [True]
    assert "not_verified = bot" in (folder / "allure/environment.properties").read_text()


def test_a_run_that_verifies_has_no_note(write, server, run_here):
    """Neither in the closing lines nor in the results."""
    folder = write("ca: company.pem")

    result = run_here("--harness-mode=live", "--harness-reports=out")

    result.assert_outcomes(passed=1)
    assert "notes" not in json.loads((folder / "out/results.json").read_text())
    result.stdout.no_fnmatch_line("*not-verified*")
