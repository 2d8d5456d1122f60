from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess

import pytest
from fault_cases import ASK, reply
from golden_texts import SECRET, compare, stale, without_what_varies
from misbehaving import (
    HEAD,
    dripping,
    full,
    no_such_host,
    nobody,
    sending,
    sending_and_silent,
    serving,
)
from shop import CASSETTE, JOURNAL, NOWHERE, play_dress, shop_runner, write_shop

import harness.transport.live
from harness.conversation import Outcome
from harness.project.plan import Mode
from harness.reports.failure import failure_screen

PART = b'{"text": "Yes, a pink dr'
CHUNKED = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"tex\r\n'

CASES = {
    "refused": ("http", nobody),
    "unknown-host": ("http", no_such_host),
    "tls-to-a-plain-port": (
        "https",
        functools.partial(serving, sending(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
    ),
    "connect-timeout": ("http", full),
    "silent": ("http", functools.partial(serving, sending_and_silent(b""))),
    "silent-in-mid-body": ("http", functools.partial(serving, sending_and_silent(HEAD + PART))),
    "a-byte-now-and-then": ("http", functools.partial(serving, dripping(HEAD))),
    "a-byte-now-and-then-in-the-head": (
        "http",
        functools.partial(serving, dripping(b"HTTP/1.1 200 OK\r\nX-Note: ")),
    ),
    "closed-before-the-answer": ("http", functools.partial(serving, sending(b""))),
    "closed-in-the-head": ("http", functools.partial(serving, sending(b"HTTP/1.1 200 OK\r\nX"))),
    "closed-in-mid-body": ("http", functools.partial(serving, sending(HEAD + PART))),
    "closed-between-chunks": ("http", functools.partial(serving, sending(CHUNKED))),
    "no-http": ("http", functools.partial(serving, sending(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"))),
}


WAITS = ("connect-timeout", "silent", "silent-in-mid-body", "a-byte-now-and-then")
"""These go on until the total time is over; all others end by themselves."""


@pytest.fixture
def play(project, monkeypatch):
    """Play the scenario against an address in a mode; the environment holds the address."""

    def run(url, mode=Mode.LIVE, timeout="20s"):
        write_shop(project.path, ASK, timeout=timeout)
        monkeypatch.setenv("SHOP_URL", url)
        return play_dress(project.path, shop_runner(project.path, mode))

    return run


def compare_screen(case, result):
    screen = failure_screen(result)
    shown = re.sub(r"\d+ bytes of", "N bytes of", screen) if "byte-" in case else screen
    compare(f"network/{case}", f"{without_what_varies(shown)}\n")
    assert result.outcome is Outcome.BROKEN


@pytest.mark.parametrize("case", CASES)
def test_fault_of_the_network(case, play):
    """A conversation that the network broke is BROKEN, with the address and what came."""
    scheme, server = CASES[case]
    with server() as address:
        result = play(f"{scheme}://{address}", timeout="500ms" if case.startswith(WAITS) else "20s")

    compare_screen(case, result)


def test_silence_has_a_limit_of_its_own(play, monkeypatch):
    """Silence ends a request before its total time is over."""
    limits = functools.partial(harness.transport.live.LiveLimits, read=0.1)
    monkeypatch.setattr(harness.transport.live, "LiveLimits", limits)
    with serving(sending_and_silent(HEAD + PART)) as address:
        result = play(f"http://{address}")

    compare_screen("read-timeout", result)


def test_certificate_that_nobody_signed(play, tmp_path):
    """A certificate that is not trusted is named as the reason."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed, so there is no certificate to serve")
    both = tmp_path / "certificate.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command, "-keyout", both, "-out", "crt"], check=True, capture_output=True)
    both.write_text(both.read_text() + (tmp_path / "crt").read_text())
    with serving(sending(b""), str(both)) as address:
        result = play(f"https://{address}")

    compare_screen("tls-self-signed", result)


def test_every_text_has_its_case():
    """No golden text is left over from a case that is gone."""
    assert stale("network", {*CASES, "read-timeout", "tls-self-signed"}) == set()


def test_what_came_before_the_break_is_in_the_journal(play, project):
    """In record mode, the journal keeps a body that was cut, and no cassette is written."""
    with serving(sending(HEAD + PART)) as address:
        result = play(f"http://{address}", Mode.RECORD)

    journal = project.path / JOURNAL
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    (heard,) = [line for line in lines if "row" in line]
    assert result.outcome is Outcome.BROKEN
    assert "Yes, a pink dr" in json.dumps(heard["row"])
    assert heard["broken"].endswith("[connection-broken]")
    assert SECRET not in journal.read_text()
    assert not (project.path / CASSETTE).exists()


def test_a_break_leaves_the_old_recording(play, project):
    """A refresh that breaks leaves the cassette as it was, and a replay still works."""
    with serving(reply(b'{"text": "Yes, a pink dress"}')) as address:
        recorded = play(f"http://{address}", Mode.RECORD)
    cassette = project.path / CASSETTE
    before = cassette.read_bytes()
    with serving(sending(HEAD + PART)) as address:
        broken = play(f"http://{address}", Mode.REFRESH)

    assert recorded.outcome is Outcome.PASSED
    assert broken.outcome is Outcome.BROKEN
    assert cassette.read_bytes() == before
    assert play(NOWHERE, Mode.REPLAY).outcome is Outcome.PASSED


ECHOES = {
    "in an error": ("500 Error", f'{{"error": "bad key {SECRET}"}}'),
    "in the reply": ("200 OK", f'{{"text": "your key is {SECRET}"}}'),
    "in an error under 200": ("200 OK", f'{{"error": "your key is {SECRET}"}}'),
    "in a page": ("200 OK", f"<html>{SECRET}</html>"),
    "in what is not JSON": ("200 OK", f'{{"text": NaN, "key": "{SECRET}"}}'),
    "in a payload": ("200 OK", f'{{"text": "Hi", "note": "{SECRET}"}}'),
}


@pytest.mark.parametrize("echo", ECHOES)
def test_a_server_that_repeats_the_secret(echo, play):
    """Whatever a server repeats of a secret, the screen does not."""
    status, body = ECHOES[echo]
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n"
    with serving(sending(f"{head}{body}".encode())) as address:
        result = play(f"http://{address}")

    assert result.outcome is not Outcome.PASSED
    assert SECRET not in failure_screen(result)
    assert SECRET not in repr(result)
