from __future__ import annotations

import base64
import html
import json
import re
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.conversation import Exchange, Origin, Request, Response
from harness.secrets.redaction import Redactor
from harness.secrets.secret_names import is_secret_key
from harness.secrets.secret_scan import SecretScan

SECRET = 'p@ss/w+rd "ü"\\x'
REDACTOR = Redactor({"token": SECRET})
SCAN = SecretScan({"token": SECRET})


def answering(body: str) -> Exchange:
    request = Request(method="GET", url="http://x/", origin=Origin(turn=1, step="send.1"))
    return Exchange(request=request, response=Response(status=200, body=body.encode()))


secrets = st.text(st.characters(exclude_categories=["Cs"]), min_size=6, max_size=24)


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(SECRET, id="raw"),
        pytest.param(quote(SECRET), id="percent"),
        pytest.param(quote(SECRET, safe=""), id="percent all"),
        pytest.param(quote(SECRET, safe="").lower(), id="percent in lower case"),
        pytest.param(quote_plus(SECRET), id="plus"),
        pytest.param(json.dumps(SECRET)[1:-1], id="JSON"),
        pytest.param(json.dumps(SECRET, ensure_ascii=False)[1:-1], id="JSON unicode"),
        pytest.param(json.dumps(SECRET)[1:-1].replace("/", "\\/"), id="JSON with \\/"),
        pytest.param(json.dumps(json.dumps(SECRET)[1:-1])[1:-1], id="JSON in JSON"),
        pytest.param(base64.b64encode(SECRET.encode()).decode(), id="base64"),
        pytest.param(base64.urlsafe_b64encode(SECRET.encode()).decode(), id="base64 for URLs"),
        pytest.param(base64.b64encode(f"u:{SECRET}".encode()).decode(), id="base64 of a pair"),
        pytest.param(base64.b64encode(f"us:{SECRET}!".encode()).decode(), id="base64 inside"),
        pytest.param(base64.b64encode(f"usr:{SECRET}".encode()).decode(), id="base64 shifted"),
        pytest.param(html.escape(SECRET), id="B2-HTML"),
        pytest.param(html.escape(SECRET, quote=False), id="B2-HTML text"),
        pytest.param(SECRET.replace('"', "&#34;").replace("+", "&#43;"), id="B2-HTML of Go"),
        pytest.param(SECRET.replace('"', "&#034;").replace("ü", "&uuml;"), id="B2-HTML of PHP"),
        pytest.param(re.sub(r"\W", lambda one: f"&#x{ord(one[0]):X};", SECRET), id="B2-HTML all"),
        pytest.param(json.dumps(html.escape(SECRET))[1:-1], id="B2-HTML in JSON"),
        pytest.param(html.escape(json.dumps(SECRET)[1:-1]), id="B2-JSON in HTML"),
        pytest.param(quote(json.dumps(SECRET)[1:-1]), id="B2-JSON in a query"),
        pytest.param(quote(quote(SECRET, safe=""), safe=""), id="B2-percent twice"),
        pytest.param("p@ss/w\\u002Brd \\u0022\\u00FC\\u0022\\\\x", id="JSON of .NET"),
        pytest.param(SECRET.encode().hex(), id="B2-hex"),
        pytest.param(f"user:{SECRET}".encode().hex().upper(), id="B2-hex inside"),
    ],
)
def test_a_secret_is_found_by_value(form):
    """Whatever common way it is written, the secret goes; the scan sees it where it stayed."""
    text = f"before {form} after"

    redacted = REDACTOR.text(text)

    assert "<redacted:token>" in redacted
    assert redacted.startswith("before ")
    assert SCAN(text.encode()) == ["token"]
    assert SCAN(redacted.encode()) == []


@given(secrets, st.text(max_size=20), st.text(max_size=20))
def test_no_secret_is_left(secret, before, after):
    """After redaction the independent scan finds nothing, and a second redaction no more."""
    redactor = Redactor({"s": secret})
    if "redacted" in secret or SecretScan({"s": secret})((before + "." + after).encode()):
        return
    content = json.dumps({"a": before, "b": [secret], "c": after})

    once = redactor.body(content.encode())

    assert SecretScan({"s": secret})(once) == []
    assert redactor.body(once) == once
    assert json.loads(once)["b"] == ["<redacted:s>"]


@pytest.mark.parametrize(
    ("key", "is_secret"),
    [
        ("password", True),
        ("Password", True),
        ("user_password", True),
        ("accessToken", True),
        ("access-token", True),
        ("api_key", True),
        ("apiKey", True),
        ("client_secret", True),
        ("token", True),
        ("max_tokens", False),
        ("token_type", False),
        ("total_tokens", False),
        ("nextPageToken", False),
        ("tokens", False),
        ("key", False),
        ("author", False),
        ("secretary", False),
        ("finish_reason", False),
    ],
)
def test_which_keys_are_secret(key, is_secret):
    """Counters and page marks are no secrets."""
    assert is_secret_key(key) is is_secret


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"password": "x\\"y", "a": 1}', '{"password": "<redacted:password>", "a": 1}'),
        ('{"password":12345}', '{"password":"<redacted:password>"}'),
        ('{"max_tokens": 100}', '{"max_tokens": 100}'),
        ('data: {"token": "Hello"}\n\n', 'data: {"token": "Hello"}\n\n'),
        ('{"token": "abcdefgh12345678"}', '{"token": "<redacted:token>"}'),
        ('{"x": "{\\"secret\\": \\"abc\\"}"}', '{"x": "{\\"secret\\": \\"<redacted:secret>\\"}"}'),
        ("user=me&password=a%20b&x=1", "user=me&password=<redacted:password>&x=1"),
        ("https://x/y?api_key=abc#z", "https://x/y?api_key=<redacted:api_key>#z"),
        ("https://me:pw@x/y", "https://me:<redacted:password>@x/y"),
        (
            '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\nhunter2\r\n--b--',
            (
                '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n'
                "<redacted:password>\r\n--b--"
            ),
        ),
        (
            (
                r'{"x": "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n'
                r'hunter2\r\n--"}'
            ),
            (
                r'{"x": "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n'
                r'<redacted:password>\r\n--"}'
            ),
        ),
        (
            r'{"x": "name=\"password\"; filename=\"a\"\nContent-Type: a/b\n\nhun\"t\ner2\n--b"}',
            (
                r'{"x": "name=\"password\"; filename=\"a\"\nContent-Type: a/b\n\n'
                r'<redacted:password>\n--b"}'
            ),
        ),
        (
            r'"{\"x\": \"name=\\\"password\\\"\\r\\n\\r\\nhunter2\\r\\n--b\"}"',
            r'"{\"x\": \"name=\\\"password\\\"\\r\\n\\r\\n<redacted:password>\\r\\n--b\"}"',
        ),
        (
            'name="private_key"; filename="a"\r\n\r\n-----BEGIN\r\nMII\r\n-----END\r\n--b--',
            'name="private_key"; filename="a"\r\n\r\n<redacted:private_key>\r\n-----END\r\n--b--',
        ),
        ("name=password\r\n\r\nhunter2\r\n", "name=password\r\n\r\n<redacted:password>\r\n"),
        (r'"a\npassword=abc&x"', r'"a\npassword=<redacted:password>&x"'),
        ("/in?next=%2Fcb%3Ftoken%3Dabc%26x", "/in?next=%2Fcb%3Ftoken%3D<redacted:token>%26x"),
        ("/cb#access_token=abc", "/cb#access_token=<redacted:access_token>"),
        ("{'x-csrf-token': 'ab'}", "{'x-csrf-token': '<redacted:x-csrf-token>'}"),
        ("<n:password>x</n:password>", "<n:password><redacted:password></n:password>"),
        (
            '<input name="csrf_token" type="hidden" value="abc">',
            '<input name="csrf_token" type="hidden" value="<redacted:csrf_token>">',
        ),
        ("X-Vault-Token: s.abcdef012345678", "X-Vault-Token: <redacted:X-Vault-Token>"),
        ("X-Vault-Token: a word of prose", "X-Vault-Token: a word of prose"),
        ("/x?key=AIzaSyA123456789012", "/x?key=<redacted:key>"),
        ("/x?a=1&sig=aB3%2Bdefghijklmnop", "/x?a=1&sig=<redacted:sig>"),
        ("/x?key=a-word-of-an-ordinary-kind", "/x?key=a-word-of-an-ordinary-kind"),
        ('<input type="password" name="password">\n\n<p>', None),
        (
            "Authorization: Token 0123456789abcdef0",
            "Authorization: Token <redacted:authorization>",
        ),
        ("sent Bearer abcdef0123456789 there", "sent Bearer <redacted:authorization> there"),
        ("The Bearer of certificates-and-rings", "The Bearer of certificates-and-rings"),
        ("Basic membership is free", "Basic membership is free"),
        ("mail me@example.com or see https://x/", "mail me@example.com or see https://x/"),
    ],
)
def test_a_secret_is_found_by_name(content, expected):
    """Known keys are emptied in JSON, forms, queries, multipart and messages; the rest stays."""
    redacted = Redactor().text(content)

    assert redacted == (content if expected is None else expected)
    assert Redactor().text(redacted) == redacted


def test_headers():
    """Secret headers lose their value; cookies keep their names and attributes."""
    headers = (
        ("Authorization", "Token abc"),
        ("X-API-Key", "abc"),
        ("X-Plain", f"a {SECRET}"),
        ("Cookie", "a=1; b=2"),
        ("Set-Cookie", "XSRF-TOKEN=abc; Path=/; HttpOnly"),
        ("Location", "https://x/?token=abc"),
        ("Content-Type", "application/json"),
    )
    redactor = Redactor({"token": SECRET})

    redacted = redactor.headers(headers)

    assert redacted == (
        ("Authorization", "<redacted:authorization>"),
        ("X-API-Key", "<redacted:x-api-key>"),
        ("X-Plain", "a <redacted:token>"),
        ("Cookie", "a=<redacted:cookie>; b=<redacted:cookie>"),
        ("Set-Cookie", "XSRF-TOKEN=<redacted:set-cookie>; Path=/; HttpOnly"),
        ("Location", "https://x/?token=<redacted:token>"),
        ("Content-Type", "application/json"),
    )
    assert redactor.headers(redacted) == redacted


@pytest.mark.parametrize(
    ("header", "redacted"),
    [
        pytest.param(("X-s3cret-7", "on"), ("X-<redacted:key>", "on"), id="the name of a header"),
        pytest.param(
            ("Set-Cookie", "s3cret-7=1; Path=/"),
            ("Set-Cookie", "<redacted:key>=<redacted:set-cookie>; Path=/"),
            id="the name of a cookie that is set",
        ),
        pytest.param(
            ("Cookie", "a=1; s3cret-7=1"),
            ("Cookie", "a=<redacted:cookie>; <redacted:key>=<redacted:cookie>"),
            id="the name of a cookie that is sent",
        ),
        pytest.param(
            ("Set-Cookie", "s3cret-7="),
            ("Set-Cookie", "<redacted:key>="),
            id="the name of a cookie that is taken back",
        ),
        pytest.param(
            ("Set-Cookie", "a-session; Path=/"),
            ("Set-Cookie", "<redacted:set-cookie>; Path=/"),
            id="a cookie without a name",
        ),
    ],
)
def test_names_of_headers_and_cookies(header: tuple[str, str], redacted: tuple[str, str]):
    """A secret that a server uses as a name is hidden there, and so is a cookie without one."""
    redactor = Redactor({"key": "s3cret-7"})

    assert redactor.headers([header]) == (redacted,)
    assert redactor.headers([redacted]) == (redacted,)


def test_a_json_value():
    """JSON as a value is redacted like JSON as text."""
    value = {"password": "x", "n": {"secret": 5, "token": "Hi"}, "list": [SECRET, 1, None, True]}

    assert REDACTOR.json(value) == {
        "password": "<redacted:password>",
        "n": {"secret": "<redacted:secret>", "token": "Hi"},
        "list": ["<redacted:token>", 1, None, True],
    }


@pytest.mark.parametrize("value", [True, None, "", [], {}, {"min": 8}, ["old", "new"]], ids=str)
def test_what_cannot_be_a_credential_stays_under_a_secret_name(value):
    """Only a text or a number can be one: `"password": {"min": 8}` is a rule, and stays."""
    assert Redactor().json({"password": value}) == {"password": value}


def test_json_stays_json():
    """A secret that stands as a number is replaced by a text."""
    redactor = Redactor({"pin": "12345"})

    redacted = redactor.body(b'{"a": 12345, "b": "12345", "c": 1}')

    assert json.loads(redacted) == {"a": "<redacted:pin>", "b": "<redacted:pin>", "c": 1}


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ([18], [27]),
        ([8, 10], [26, 1]),
        ([6, 6, 6], [6, 20, 1]),
        ([17, 1, 0], [26, 1, 0]),
        ([1] * 18, [1] * 6 + [20] + [0] * 10 + [1]),
    ],
)
def test_chunks_keep_their_places(lengths, expected):
    """A secret that is split over chunks goes as a whole, and the lengths stay right."""
    body = b"data: topsecret12\n"
    redactor = Redactor({"topic": "topsecret12"})
    chunks = tuple((float(n), length) for n, length in enumerate(lengths))

    redacted, moved = redactor.stream(body, chunks)

    assert redacted == b"data: <redacted:topic>\n"
    assert [length for _, length in moved] == [min(one, 99) for one in _fitted(expected)]
    assert sum(length for _, length in moved) == len(redacted)
    assert [at for at, _ in moved] == [at for at, _ in chunks]


def _fitted(expected):
    """The expectations were written for a mark of 20 bytes; this one has 16."""
    return [one - 4 if one >= 20 else one for one in expected]


def test_chunks_of_a_rewritten_body():
    """Where a body had to be written anew, the chunks still make up the whole."""
    redactor = Redactor({"pin": "12345"})

    redacted, moved = redactor.stream(b'{"a": 12345}', ((0.1, 6), (0.2, 6), (0.3, 0)))

    assert sum(length for _, length in moved) == len(redacted)


def test_short_values_are_left():
    """A value under four characters is not looked for."""
    redactor = Redactor({"pin": "123", "empty": "", "token": SECRET})

    assert redactor.text("room 123") == "room 123"
    assert list(redactor.secrets) == ["token"]


def test_a_captured_token_can_be_added():
    """A redactor with one more secret knows the others too."""
    redactor = REDACTOR.adding({"abcdef": "session"})

    assert redactor.text(f"{SECRET} abcdef") == "<redacted:token> <redacted:session>"


def test_a_renewed_token_does_not_push_out_the_old_one():
    """Two values of one name are both known; a short one and a known one change nothing."""
    redactor = REDACTOR.adding({"abcdef": "session"}).adding({"ghijkl": "session"})

    assert redactor.text("abcdef ghijkl") == "<redacted:session> <redacted:session>"
    assert redactor.adding({"abcdef": "session", "abc": "session"}) is redactor


@pytest.mark.parametrize(("setting", "capture"), [("alpha", "zeta"), ("zeta", "alpha")])
def test_a_captured_value_has_the_mark_of_the_capture(setting, capture):
    """Also if a setting has the same value, whichever name comes first in the alphabet."""
    redactor = Redactor({setting: "topsecret12"}).adding({"topsecret12": capture})

    assert redactor.text("topsecret12") == f"<redacted:{capture}>"


def test_a_value_that_is_known_has_one_mark():
    """Under a telling name as well, a known value has its own mark; a number stays one text."""
    redactor = REDACTOR.adding({"abcdef": "session", "12345": "pin"})

    assert redactor.text('{"password": "abcdef", "secret":12345}') == (
        '{"password": "<redacted:session>", "secret":"<redacted:secret>"}'
    )
    assert redactor.json({"password": "abcdef"}) == {"password": "<redacted:session>"}
    assert redactor.headers((("X-API-Key", "<redacted:api_key>"),)) == (
        ("X-API-Key", "<redacted:x-api-key>"),
    )


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        (f"it is {SECRET[:5]}… (9 more characters)", "it is <redacted:token>… (9 more characters)"),
        (
            f"'{SECRET[:-1]}… (1 more characters)' and",
            "'<redacted:token>… (1 more characters)' and",
        ),
        (f"{SECRET[:3]}… (9 more characters)", f"{SECRET[:3]}… (9 more characters)"),
        ("é p@ss/… (2 more characters)", "é <redacted:token>… (2 more characters)"),
        (f"ends in {SECRET[:5]}", f"ends in {SECRET[:5]}"),
    ],
)
def test_half_a_secret_before_a_cut_goes(cut, expected):
    """Where a text was cut within a secret, its beginning is taken out as well."""
    assert REDACTOR.shortened(cut) == expected


def test_deep_json_is_redacted():
    """A value of as many levels as an answer may have is redacted like any other."""
    value = SECRET
    for _ in range(450):
        value = [value]

    redacted = REDACTOR.json(value)

    assert "<redacted:token>" in json.dumps(redacted)


def test_the_longer_secret_goes_first():
    """Where one secret is a part of another, nothing of the longer one is left."""
    redactor = Redactor({"a": "abcdef", "b": "abcdefghij"})

    assert redactor.text("abcdefghij") == "<redacted:b>"


def test_binary_bodies():
    """Bytes that are no text are kept to the byte, but for the secret."""
    body = bytes(range(256)) + SECRET.encode() + b"\xff"

    assert REDACTOR.body(body) == bytes(range(256)) + b"<redacted:token>\xff"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b'"-----BEGIN\\nMIIEvQIBADANBgkq\\n-----END"', id="JSON"),
        pytest.param(b"  body: |-\n    -----BEGIN\n    MIIEvQIBADANBgkq\n", id="YAML block"),
        pytest.param(b"%4d%49%49EvQIBADANBgkq", id="percent"),
        pytest.param(b"\\u004dIIEvQIBADANBgkq", id="escape"),
    ],
)
def test_a_line_of_a_key_file_is_seen(content):
    """The scan sees a single line of a secret with several, whatever escapes it."""
    scan = SecretScan({"key": "-----BEGIN\nMIIEvQIBADANBgkq\n-----END"})

    assert scan(content) == ["key"]


def test_the_scan_passes_over_marks():
    """A mark whose name holds the secret's text is no hit, and neither is a clean file."""
    assert SecretScan({"token": "token"})(b"a <redacted:token> b") == []
    assert SecretScan({})(b"anything") == []


@pytest.mark.parametrize(
    ("content", "echo", "expected"),
    [
        ('{"token": "abcdefgh12345678"}', "it is abcdefgh12345678", "it is <redacted:token>"),
        ('{"refresh_token": "a1b2c3d4e5f6a7b8"}', "a1b2c3d4e5f6a7b8", "<redacted:refresh_token>"),
        ('{"password": "required"}', "it is required", "it is required"),
        ('{"secret": "a word of many letters"}', "a word", "a word"),
        ('{"token": "<redacted:token>"}', "redacted:token", "redacted:token"),
    ],
)
def test_a_credential_that_was_given_is_known_by_value(content, echo, expected):
    """What looks like a credential under a secret name goes wherever it is said again."""
    redactor = Redactor().learning(answering(content))

    assert redactor.text(echo) == expected


def test_two_credentials_of_one_name_are_both_known():
    """A token that was renewed does not push the old one out."""
    first, second = "abcdefgh12345678", "ijklmnop12345678"
    redactor = Redactor({"token": SECRET})
    for token in (first, second, second):
        redactor = redactor.learning(answering(f'{{"token": "{token}"}}'))

    assert redactor.text(f"{first} {second} {SECRET}") == " ".join(["<redacted:token>"] * 3)
    assert {*redactor.secrets.values()} == {first, second, SECRET}
    assert redactor.learning(answering('{"a": 1}')) is redactor


@pytest.mark.parametrize(
    "escaped",
    [
        pytest.param("".join(f"\\u{ord(one):04x}" for one in SECRET), id="all of it"),
        pytest.param(f"\\u{ord(SECRET[0]):04x}{json.dumps(SECRET[1:])[1:-1]}", id="one letter"),
    ],
)
def test_escapes_hide_no_secret(escaped):
    """JSON is looked at without its escapes; where nothing is hidden, no byte changes."""
    content = b'{"a": "\\u00e9 %s"}' % escaped.encode()
    harmless = b'{"a":  "\\u00e9"}'

    assert REDACTOR.body(content) == '{"a": "é <redacted:token>"}'.encode()
    assert REDACTOR.body(harmless) is harmless
    assert REDACTOR.body(b"no JSON \\u00e9") == b"no JSON \\u00e9"


@pytest.mark.parametrize(
    ("secret", "content"),
    [
        ("9137", b"pin 9137"),
        ("topsecret", b"x a" + b"topsecret".hex().encode()),
        ("topsecret", base64.b64encode(b"topsecret") + b"A"),
    ],
    ids=["of the shortest length", "hex at an odd place", "base64 with a letter too many"],
)
def test_the_scan_finds_a_secret_at_its_limits(secret, content):
    """The second search is independent of what redacts, so it has its own limits to keep."""
    assert SecretScan({"own": secret})(content) == ["own"]


def test_a_secret_between_marks_is_redacted():
    """The mark of another secret protects itself, and nothing beside it."""
    redactor = Redactor({"own": "topsecret12"})

    said = redactor.text("topsecret12 <redacted:a> topsecret12 <redacted:b> topsecret12")

    own = "<redacted:own>"
    assert said == f"{own} <redacted:a> {own} <redacted:b> {own}"


def test_no_letter_of_a_secret_stays_around_its_base64():
    """Letters that a secret shares with what is beside it go as well."""
    text = base64.b64encode(b"abtopsecret12").decode()

    assert Redactor({"own": "topsecret12"}).text(text) == "YWJ<redacted:own>g=="
