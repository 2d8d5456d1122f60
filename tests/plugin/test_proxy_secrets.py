"""The password of a proxy in everything that a run writes, with a proxy that gives it away."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from tests.transport.relays import HttpProxy

PASSWORD = "pl4nted/s3crét ü"
USER = "maria"
DEFINITION = """\
definition: bot
settings: {base_url: {type: string, required: true}}
send:
  - request: {post: /talk, json: {text: '${message.text}'}}
    reply: {text: $.text}
"""
CONFIG = """\
providers:
  bot:
    definition: definitions/bot
    settings: {base_url: 'http://bot.internal:8080'}
    network: {proxy: '%s://maria:${env.PROXY_PASSWORD | urlencode}@127.0.0.1:%s'}
"""
SCENARIO = "scenario: hello\nturns: [{user: Hi, expect: {equals: Hello}}]\n"
REPORTS = ("--harness-reports=reports", "--junitxml=junit.xml", "--alluredir=allure", "-vv")


class Telltale(HttpProxy):
    """Answers in place of the server, with all headers of the request."""

    status = "200 OK"
    form = "application/json"

    def negotiate(self, client):
        content = b""
        while b"\r\n\r\n" not in content:
            content += client.recv(65536)
        head = content.partition(b"\r\n\r\n")[0].decode("latin-1")
        self.asked.append(head)
        body = json.dumps({"text": f"You sent {head}", "password": PASSWORD})
        lines = [
            f"HTTP/1.1 {self.status} {PASSWORD}".encode().decode("latin-1"),
            f"Content-Type: {self.form}",
            f"Location: http://{USER}:{quote(PASSWORD)}@other.example/",
            f"X-Request-Id: {head.rpartition('Basic ')[2].split()[0]}",
            f"Content-Length: {len(body.encode())}",
        ]
        client.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body.encode())


def forms() -> set[bytes]:
    """The password in every spelling, and what Basic authentication makes of it."""
    texts = {PASSWORD, quote(PASSWORD), quote(PASSWORD, safe=""), quote_plus(PASSWORD)}
    texts |= {json.dumps(PASSWORD)[1:-1], PASSWORD.encode().decode("latin-1")}
    found = {text.encode() for text in texts}
    for before in range(3):
        for content in (PASSWORD, f"{USER}:{PASSWORD}"):
            found.add(base64.b64encode(bytes(before) + content.encode())[4:-4])
    return found


def leaks(folder: Path, output: str) -> list[str]:
    """The files, or the terminal, in which a spelling is."""
    contents = {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    contents["the terminal"] = output.encode("utf-8", "surrogateescape")
    return [
        f"{name}: {text[max(text.find(form) - 30, 0) : text.find(form) + 60]!r}"
        for name, text in contents.items()
        for form in forms()
        if form in text
    ]


@pytest.fixture
def project(pytester, monkeypatch):
    """Write a project that talks through a proxy; gives the proxy."""
    started = []

    def make(status, form, scheme="http"):
        proxy = Telltale()
        proxy.status, proxy.form = status, form
        proxy.start()
        started.append(proxy)
        folder = pytester.path
        (folder / "definitions/bot").mkdir(parents=True)
        (folder / "definitions/bot/provider.yaml").write_text(DEFINITION)
        (folder / "harness.yaml").write_text(CONFIG % (scheme, proxy.port))
        (folder / "scenarios").mkdir()
        (folder / "scenarios/hello.yaml").write_text(SCENARIO)
        return proxy

    monkeypatch.setenv("PROXY_PASSWORD", PASSWORD)
    yield make
    for proxy in started:
        proxy.stop()


ANSWERS = {
    "an answer": ("200 OK", "application/json"),
    "a page": ("502 Bad Gateway", "text/html"),
    "not json": ("200 OK", "text/plain"),
    "credentials": ("407 Proxy Authentication Required", "text/html"),
    "redirect": ("302 Found", "text/html"),
}


@pytest.mark.parametrize("mode", ["live", "record"])
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_proxy_that_gives_its_password_away(project, pytester, run_here, answer, mode):
    """It is in no recording, journal, report, message or result."""
    proxy = project(*ANSWERS[answer])

    result = run_here(f"--harness-mode={mode}", *REPORTS, "scenarios")

    assert [USER in head or "Basic" in head for head in proxy.asked] != []
    assert result.ret == 1
    assert (pytester.path / "reports").is_dir()
    assert leaks(pytester.path, f"{result.stdout}{result.stderr}") == []


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_check_of_a_provider_behind_it(project, pytester, monkeypatch, answer):
    """`harness providers check --live` prints neither the password nor its encoded form."""
    project(*ANSWERS[answer])
    monkeypatch.chdir(pytester.path)
    words = ["providers", "check", "bot", "--live", "--message", "Hi"]

    result = CliRunner().invoke(app, words)

    said = f"{result.output}{result.exception or ''}"
    assert "send.1" in said or "proxy" in said
    assert leaks(pytester.path, said) == []


def test_a_proxy_of_an_unknown_scheme(project, pytester, run_here):
    """The address is not shown, because its password cannot be told from the rest."""
    project("200 OK", "text/html", scheme="socks9")

    result = run_here("--harness-mode=live", *REPORTS, "scenarios")

    assert leaks(pytester.path, f"{result.stdout}{result.stderr}") == []
