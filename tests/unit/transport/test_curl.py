from __future__ import annotations

import shlex

import pytest

from harness.conversation import Origin, Request
from harness.secrets.conversation_redaction import redact_request
from harness.secrets.redaction import Redactor
from harness.transport.curl import curl_line


def request(method="POST", url="https://x/chat?token=abc", headers=(), body=b"") -> Request:
    return Request(
        method=method, url=url, headers=headers, body=body, origin=Origin(turn=1, step="send.1")
    )


def test_a_command_without_secrets():
    """The command can be copied, and holds a mark for every secret."""
    headers = (("Authorization", "Token abc"), ("X", "it's"), ("Empty", ""))
    one = request(headers=headers, body=b'{"text": "it\'s s3cret"}')

    line = curl_line(redact_request(one, Redactor({"password": "s3cret"})))

    assert line == (
        "curl -X POST 'https://x/chat?token=<redacted:token>' "
        "-H 'Authorization: <redacted:authorization>' -H 'X: it'\"'\"'s' -H 'Empty;' "
        '--data-raw \'{"text": "it\'"\'"\'s <redacted:password>"}\''
    )
    assert shlex.split(line)[:4] == ["curl", "-X", "POST", "https://x/chat?token=<redacted:token>"]


def test_a_plain_get():
    """A GET needs no method."""
    assert curl_line(request("GET", "https://x/a b")) == "curl 'https://x/a b'"


def test_a_long_body_is_cut():
    """A body past the limit is cut behind the redaction, and a comment says so."""
    line = curl_line(request(url="https://x/", body=b"x" * 2001))

    assert line == (
        f"curl -X POST https://x/ --data-raw {'x' * 2000}  # body cut at 2000 of 2001 characters"
    )


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a\0b"])
def test_a_body_that_is_no_text(body):
    """Bytes that no shell can hold are left out."""
    line = curl_line(request(url="https://x/", body=body))

    assert line == (
        f"curl -X POST https://x/  # without its body: {len(body)} bytes that are not text"
    )


def test_a_replay_shows_the_command_of_the_recording():
    """What a replay fills in for a secret is shown as the secret was: one spelling for both."""
    key = "k3y/of the API"
    live = request(
        url="https://x/chat?q=k3y%2Fof%20the%20API",
        headers=(("X-Api-Key", key), ("Authorization", f"Token {key}")),
        body=b"pin=k3y%2Fof+the+API",
    )
    replayed = request(
        url="https://x/chat?q=%3Credacted%3Akey%3E",
        headers=(("X-Api-Key", "<redacted:key>"), ("Authorization", "Token <redacted:key>")),
        body=b"pin=%3Credacted%3Akey%3E",
    )

    assert curl_line(replayed) == curl_line(redact_request(live, Redactor({"key": key})))
    assert "X-Api-Key: <redacted:x-api-key>" in curl_line(replayed)
