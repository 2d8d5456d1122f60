"""Secret names in a text, and what is taken as their values."""

from __future__ import annotations

import pytest

from harness.secrets.secret_names import (
    ENDINGS,
    HEADER_ENDINGS,
    HEADERS,
    KEYS,
    LONGEST_PIECE,
    NAME_ENDS,
    is_piece,
    is_secret_header,
    is_secret_key,
    named_secrets,
)

VALUE = "0a1b2c3d4e5f6a7b"


def shown(text: str) -> list[tuple[str, str]]:
    """Value and mark of each secret, in order, each once."""
    spans = sorted({(span.start, span.end, span.mark) for span in named_secrets(text)})
    return [(text[start:end], mark) for start, end, mark in spans]


@pytest.mark.parametrize("name", sorted({*KEYS, *(f"x{ending}" for ending in ENDINGS)}))
def test_every_secret_key_is_searched_for(name):
    """The ends that are searched for in a text cover all names of secrets."""
    assert is_secret_key(name)
    assert name.endswith(NAME_ENDS)
    assert [value for value, _ in shown(f'{{"{name}": "{VALUE}"}}')] == [VALUE]


@pytest.mark.parametrize("name", sorted({*HEADERS, *(f"x{ending}" for ending in HEADER_ENDINGS)}))
def test_secret_headers(name):
    """A header is known by its whole name or by its end, in any case."""
    assert is_secret_header(name)
    assert is_secret_header(name.title())
    assert not is_secret_header(f"{name}-id-x")


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("accessToken", True),
        ("Access Token", True),
        ("access.token", True),
        ("__access-token__", True),
        ("HTTPPassword", False),
        ("user2Password", True),
        ("my_password", True),
        ("mypassword", False),
        ("token_type", False),
        ("tokens", False),
    ],
)
def test_secret_keys_in_any_spelling(name, is_secret):
    """Capitals, hyphens, dots and spaces separate words as underscores do."""
    assert is_secret_key(name) is is_secret


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("X-Continuation-Token", False),
        ("X-Next-Page-Token", False),
        ("x-cursor-token", False),
        ("x-page-token", False),
        ("x-vault-token", True),
        ("password", True),
        ("next", False),
    ],
)
def test_the_token_of_the_next_page_is_not_secret(name, is_secret):
    """Such a header says where the list goes on."""
    assert is_secret_header(name) is is_secret


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("token", "a" * (LONGEST_PIECE - 1), True),
        ("token", "a" * LONGEST_PIECE, False),
        ("Token", "a word and several more", True),
        ("password", "a", False),
        ("access_token", "a b", False),
    ],
)
def test_pieces_of_a_reply(name, value, expected):
    """Only under `token` itself, a short value or one with a space is a piece of a reply."""
    assert is_piece(name, value) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('"password": "a b"', ["a b"], id="JSON"),
        pytest.param('"password": "a\\"b"', ['a\\"b'], id="JSON with an escape"),
        pytest.param('"password": ""', [], id="empty"),
        pytest.param('"pin": 1, "secret": -1.5e3}', ["-1.5e3"], id="a number"),
        pytest.param('\\"secret\\": \\"a\\\\b\\"', ["a\\\\b"], id="JSON in JSON"),
        pytest.param("{'secret': 'a'}", ["a"], id="a mapping of Python"),
        pytest.param("{'secret': \"a\"}", [], id="other quotes"),
        pytest.param("a=1&pwd=a&b=2", ["a"], id="a form"),
        pytest.param("pwd=a", ["a"], id="a form that begins so"),
        pytest.param("(pwd=a)", ["a"], id="in parentheses"),
        pytest.param("<pwd=a>", [], id="not a form"),
        pytest.param('pwd="a" b', ["a"], id="a pair in quotes"),
        pytest.param("x%26pwd%3Da%26b", ["a"], id="an encoded form"),
        pytest.param("x%3Fpwd%3da%25b%23c", ["a%25b"], id="an encoded form with a percent sign"),
        pytest.param("x%0Apwd=a", ["a"], id="after an encoded line break"),
        pytest.param("x%41pwd=a", [], id="an encoded letter is of the name"),
        pytest.param("\\npwd=a", ["a"], id="after an escaped line break"),
        pytest.param("a row\\npwd=a", ["a"], id="after a text and an escaped line break"),
        pytest.param("\\tpwd=a", ["a"], id="after an escaped tab"),
        pytest.param("\\xpwd=a", [], id="after another escape"),
        pytest.param(f"api-key: {VALUE}", [VALUE], id="a header"),
        pytest.param(f"api-key:{VALUE[:15]}", [], id="15 characters in a header"),
        pytest.param("api-key: abcdefghijklmnopq", [], id="no digit in a header"),
        pytest.param("api-key: 0123456789012345", [], id="no letter in a header"),
        pytest.param(f"password: {VALUE}", [], id="a word before a colon"),
        pytest.param("<pwd>a</pwd>", ["a"], id="XML"),
        pytest.param("<n:pwd x='1'>a</n:pwd>", ["a"], id="XML with a namespace"),
        pytest.param("<pwd>a</other>", [], id="XML with another end"),
        pytest.param('name="pwd" value="a"', ["a"], id="an input field"),
        pytest.param('name="pwd"\n\na\n--b', ["a"], id="a part of a form"),
        pytest.param("name=pwd\r\n\r\na\r\n--b", ["a"], id="a part without quotes"),
        pytest.param('name=\\"pwd\\"\\n\\na\\n--b', ["a"], id="a part in JSON"),
        pytest.param('game="pwd"\n\na\n--b', [], id="not a part"),
        pytest.param(f'name="{" " * 7}pwd"\n\na\n--b', [], id="a name that begins with spaces"),
        pytest.param(f"x-vault-token: {VALUE}", [VALUE], id="a header that starts with x-"),
        pytest.param(f"X-Vault-Token: {VALUE}", [VALUE], id="a header that starts with X-"),
        pytest.param(f"y-vault-token: {VALUE}", [], id="a header that starts with y-"),
        pytest.param(f"?key={VALUE}", [VALUE], id="a query"),
        pytest.param(f"?sig={VALUE}", [VALUE], id="a signature in a query"),
        pytest.param(f"&signature={VALUE}&b", [VALUE], id="later in a query"),
        pytest.param(f"key={VALUE}", [], id="not a query"),
        pytest.param(f"?key={VALUE[:15]}", [], id="15 characters in a query"),
        pytest.param("?key=abcdefghijklmnopq", [], id="no digit in a query"),
        pytest.param("?key=0123456789012345", [], id="no letter in a query"),
        pytest.param(f"Authorization: {VALUE}", [VALUE], id="authorization"),
        pytest.param(f"authorization:Token {VALUE}", [VALUE], id="authorization with a scheme"),
        pytest.param(f"authorization: {VALUE[:15]}", [], id="15 characters of authorization"),
        pytest.param(f"a Bearer {VALUE}", [VALUE], id="Bearer"),
        pytest.param("a Bearer abcdefghijklmnopq", [], id="Bearer and a word"),
        pytest.param("x://a:b@c", ["b"], id="a password in a URL"),
        pytest.param("x://:b@c", ["b"], id="a password without a user"),
        pytest.param("x://a:b/c@d", [], id="no password in a URL"),
        pytest.param('"token": "Hello"', [], id="a piece of a reply"),
        pytest.param('"pwd": "a", "secret": "b"', ["a", "b"], id="two names"),
        pytest.param('"pwd": "a", "pwd": "b"', ["a", "b"], id="a name twice"),
        pytest.param("pwdpwd=a pwd=b", ["b"], id="a name inside a word"),
    ],
)
def test_values_of_secret_names(text, expected):
    """Each syntax has its own beginning and end of a value; other texts are left."""
    assert [value for value, _ in shown(text)] == expected


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ('"apiKey": "a"', "<redacted:apiKey>"),
        ('"secret": 1', '"<redacted:secret>"'),
        ("%26pwd%3Da", "<redacted:pwd>"),
        ("%0Apwd=a", "<redacted:pwd>"),
        ("\\npwd=a", "<redacted:pwd>"),
        (f"?KEY={VALUE}", "<redacted:key>"),
        (f"Bearer {VALUE}", "<redacted:authorization>"),
        ("x://a:b@c", "<redacted:password>"),
    ],
)
def test_the_mark_names_the_key(text, mark):
    """The mark has the key as written; a number in JSON becomes a text."""
    assert [mark for _, mark in shown(text)] == [mark]
