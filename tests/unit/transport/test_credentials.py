from __future__ import annotations

import base64

import pytest

from harness.conversation import Exchange, Origin, Request, Response
from harness.secrets.redaction import Redactor

VALUE = "cookieRot-3333cccc"


def exchange(url="http://x/", sent=(), headers=(), body=b"", told=b"") -> Exchange:
    request = Request(
        method="POST", url=url, headers=sent, body=body, origin=Origin(turn=1, step="send.1")
    )
    return Exchange(request=request, response=Response(status=200, headers=headers, body=told))


def echoed(learned_from: Exchange, value: str = VALUE) -> str:
    """What is shown of a sentence that says the value again."""
    return Redactor().learning(learned_from).text(f"rotated to {value}")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (("Set-Cookie", f"sid={VALUE}; Path=/; HttpOnly"), "set-cookie"),
        (("set-cookie", f'sid="{VALUE}"'), "set-cookie"),
        (("Authorization", f"Bearer {VALUE}"), "authorization"),
        (("Authorization", VALUE), "authorization"),
        (("X-Session-Token", VALUE), "x-session-token"),
        (("X-Auth-Token", VALUE), "x-auth-token"),
        (("x-amz-security-token", VALUE), "x-amz-security-token"),
        (("X-Vault-Token", VALUE), "x-vault-token"),
        (("X-RapidAPI-Key", VALUE), "x-rapidapi-key"),
        (("Location", f"https://x/cb?access_token={VALUE}&a=1"), "access_token"),
        (("Location", f"https://x/cb#id_token={VALUE}"), "id_token"),
        (("Refresh", f"0; url=/cb?token={VALUE}"), "token"),
        (("Authentication-Info", f'nextnonce="a", token="{VALUE}"'), "token"),
    ],
    ids=lambda one: f"B1-{one[0]}-{one[1][:24]}" if isinstance(one, tuple) else one,
)
def test_b1_a_header_of_an_answer_gives_a_credential(header, name):
    """What a header gives is hidden wherever it is said again, under the header's name."""
    assert echoed(exchange(headers=(header,))) == f"rotated to <redacted:{name}>"


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        (("Cookie", f"a=b; lang=en; sid={VALUE}"), "cookie"),
        (("Authorization", f"Token {VALUE}"), "authorization"),
        (("X-Api-Key", VALUE), "x-api-key"),
        (("Authorization", f"AWS4-HMAC-SHA256 Credential=x, Signature={VALUE}"), "authorization"),
        (
            ("Authorization", "Basic " + base64.b64encode(f"me:{VALUE}".encode()).decode()),
            "authorization",
        ),
    ],
    ids=["cookie", "token", "key", "signature", "basic"],
)
def test_b1_a_header_of_a_request_gives_a_credential(sent, name):
    """A bot that repeats what it was sent with does not show it."""
    assert echoed(exchange(sent=(sent,))) == f"rotated to <redacted:{name}>"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (exchange(url=f"http://x/?api_key={VALUE}"), "api_key"),
        (exchange(body=b'{"password": "%s"}' % VALUE.encode()), "password"),
        (exchange(told=b'{"token": "%s"}' % VALUE.encode()), "token"),
    ],
    ids=["url", "sent body", "answer"],
)
def test_b1_a_url_and_bodies_give_credentials(source, name):
    """Wherever a telling name stands."""
    assert echoed(source) == f"rotated to <redacted:{name}>"


def test_b1_a_cookie_is_known_as_it_was_meant():
    """A cookie is often percent-encoded; the bot says what it stands for."""
    given = exchange(headers=(("Set-Cookie", "sid=s%3Aabc%2F1234567890"),))

    assert echoed(given, "s:abc/1234567890") == "rotated to <redacted:set-cookie>"
    assert echoed(given, "s%3Aabc%2F1234567890") == "rotated to <redacted:set-cookie>"


@pytest.mark.parametrize(
    "header",
    [
        ("Set-Cookie", "lang=en-US; Path=/"),
        ("Set-Cookie", "theme=a-rather-long-word-without-numbers"),
        ("Set-Cookie", "seen=2024-01-02T10:00:00Z"),
        ("Set-Cookie", "back=%2Fchat%2Fconversations%2F1234"),
        ("Set-Cookie", "from=https%3A%2F%2Fshop.example%2Fp1"),
        ("Set-Cookie", "sid=<redacted:set-cookie-2>"),
        ("X-Next-Page-Token", "page-token-0123456789"),
        ("X-Request-Id", "0123456789abcdef0123"),
        ("WWW-Authenticate", 'Bearer realm="a-realm-of-ours-01"'),
    ],
    ids=lambda one: one[1][:20],
)
def test_what_is_no_credential_is_not_learned(header):
    """Words, addresses, times, ids and marks are said again as they are."""
    redactor = Redactor()

    assert redactor.learning(exchange(headers=(header,))) is redactor
