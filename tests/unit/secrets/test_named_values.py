"""Values under secret names, with their kinds and offsets, in every syntax."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.secrets.named_values import LONGEST, MOST, named_values

FIRST, SECOND = "0a1b2c3d4e5f6a7b", "b7a6f5e4d3c2b1a0"
UNDER_NAME = "value under a secret's name"
ACCOUNT = "organization or project id"


def shown(text: str) -> list[tuple[str, str]]:
    """Kind and value of each, in order; the offset must be the value's."""
    values = sorted(named_values(text))
    assert [text[at : at + len(value)] for at, _, value in values] == [one[2] for one in values]
    return [(kind, value) for _, kind, value in values]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"X-Api-Key: {FIRST}", id="header"),
        pytest.param(f"X-Api-Key:\t{FIRST}", id="header with a tab"),
        pytest.param(f"x-api-key={FIRST}", id="pair"),
        pytest.param(f"api_key = '{FIRST}'", id="assignment"),
        pytest.param(f'{{"apiKey":"{FIRST}"}}', id="JSON"),
        pytest.param(f'{{"password" : "{FIRST}", "a": 1}}', id="JSON with a space"),
        pytest.param(f'{{\\"password\\": \\"{FIRST}\\"}}', id="JSON in JSON"),
        pytest.param(f"<n:password>{FIRST}</n:password>", id="XML"),
        pytest.param(f'"name": "X-Api-Key", "value": "{FIRST}"', id="HAR"),
        pytest.param(f'"name":"X-Api-Key","value":"{FIRST}"', id="dense HAR"),
        pytest.param(f'name="password"\r\n\r\n{FIRST}\r\n--', id="part of a form"),
        pytest.param(f'name="password"\n\n{FIRST}\n--', id="part with plain line breaks"),
        pytest.param(
            f'name="password"; filename="a"\r\n\r\n{FIRST}\r\n--', id="part with a filename"
        ),
        pytest.param(f'name=\\"password\\"\\r\\n\\r\\n{FIRST}\\r\\n--', id="part in JSON"),
        pytest.param(f'name=\\"password\\"\\n\\n{FIRST}\\n--', id="part in JSON, line breaks"),
        pytest.param(f"X-Api-Key:\n- {FIRST}", id="YAML list"),
        pytest.param(f"X-Api-Key: [{FIRST}]", id="list in brackets"),
        pytest.param(f'"x-api-key": [ "{FIRST}" ]', id="JSON list"),
        pytest.param(f"\\nx-api-key: {FIRST}", id="after an escaped line break"),
        pytest.param(f"\\rtoken: {FIRST}", id="after an escaped carriage return"),
        pytest.param(f"\\tpwd: {FIRST}", id="after an escaped tab"),
        pytest.param(f"x\npwd: {FIRST}", id="after a line break"),
    ],
)
def test_a_value_in_every_syntax(text):
    """The value has its own offset, whatever syntax its name is written in."""
    assert shown(text) == [(UNDER_NAME, FIRST)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"max_tokens: {FIRST}", id="a name that only begins like one"),
        pytest.param(f"next-page-token: {FIRST}", id="the next page"),
        pytest.param(f"token {FIRST}", id="no sign between"),
        pytest.param(f"token:\n\n{FIRST}", id="a blank line between"),
        pytest.param("token: abcdefghijklmnop", id="no digit"),
        pytest.param("token: 0a1b2c3d4e5", id="11 characters"),
        pytest.param(f"openai-project: {FIRST[:5]}", id="5 characters of a project"),
        pytest.param("cookie: a=0a1b2c3d4e5f6a7", id="15 characters of a cookie"),
        pytest.param("cookie: a=abcdefghijklmnopqrst", id="a cookie without a digit"),
        pytest.param("authorization: token 0a1b2c3d4e5", id="11 characters after a scheme"),
        pytest.param("authorization: AWS4-HMAC-SHA256", id="a scheme alone"),
        pytest.param("?key=0a1b2c3d4e5f6a7", id="15 characters in a query"),
        pytest.param("?key=abcdefghijklmnopq", id="no digit in a query"),
        pytest.param("?key=01234567890123456", id="no letter in a query"),
        pytest.param(f"key={FIRST}", id="not in a query"),
        pytest.param("token:", id="nothing"),
    ],
)
def test_what_is_not_a_value(text):
    """Other names, ordinary words and values that are too short are not found."""
    assert shown(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("token: 0a1b2c3d4e5f", [(UNDER_NAME, "0a1b2c3d4e5f")], id="12 characters"),
        pytest.param("openai-project: abcdef", [(ACCOUNT, "abcdef")], id="a project"),
        pytest.param("cookie: a=0a1b2c3d4e5f6a7b", [("cookie", FIRST)], id="16 of a cookie"),
        pytest.param(
            "authorization: token 0a1b2c3d4e5f", [("authorization", "0a1b2c3d4e5f")], id="a scheme"
        ),
        pytest.param(f"authorization: {FIRST}", [("authorization", FIRST)], id="without a scheme"),
        pytest.param(
            f"authorization: '{FIRST}'", [("authorization", FIRST)], id="in quotes, no scheme"
        ),
        pytest.param(
            f"proxy-authorization: Basic {FIRST}", [("authorization", FIRST)], id="for a proxy"
        ),
        pytest.param(
            f"authorization: X Credential={FIRST}/a, Signature={SECOND}, version=012345678901",
            [("authorization", f"{FIRST}/a"), ("authorization", SECOND)],
            id="parameters",
        ),
        pytest.param(
            f'authorization: OAuth oauth_token="{FIRST}", oauth_version="1.0"',
            [("authorization", FIRST), ("value under the name of a token", FIRST)],
            id="parameters in quotes",
        ),
        pytest.param(f"/x?key={FIRST}", [("key in a URL", FIRST)], id="16 in a query"),
        pytest.param(f"/x?a=1&SIG={FIRST}#x", [("key in a URL", FIRST)], id="later in a query"),
    ],
)
def test_kinds_and_shortest_values(text, expected):
    """Accounts, cookies, schemes with their parameters, and queries have kinds of their own."""
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            f"X-Api-Key:\n- {FIRST}\n- {SECOND}\nother:\n- 0c0c0c0c0c0c0c0c",
            [FIRST, SECOND],
            id="YAML list",
        ),
        pytest.param(
            f"X-Api-Key:\r\n  - {FIRST}\r\n  - {SECOND}", [FIRST, SECOND], id="list in Windows"
        ),
        pytest.param(
            f"X-Api-Key:\n    - {FIRST}\n  - {SECOND}", [FIRST], id="an item of an outer list"
        ),
        pytest.param(
            f"X-Api-Key:\n  - {FIRST}\n    - {SECOND}", [FIRST], id="a deeper line is of the item"
        ),
        pytest.param(
            f"x-api-key: ['{FIRST}', {SECOND}], '0c0c0c0c0c0c0c0c'", [FIRST, SECOND], id="brackets"
        ),
        pytest.param(
            f'"x-api-key": ["{FIRST}"], "b": "{SECOND}"', [FIRST], id="the end of a JSON list"
        ),
        pytest.param(
            f'\\"x-api-key\\": [\\"{FIRST}\\", \\"{SECOND}\\"]', [FIRST, SECOND], id="in JSON"
        ),
        pytest.param(f"token: {FIRST}\ntoken: {SECOND}", [FIRST, SECOND], id="a repeated name"),
    ],
)
def test_the_values_of_a_list(text, expected):
    """Each value of a list is found, and what follows the list is not one of them."""
    assert [value for _, value in shown(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"cookie: a={FIRST}; b={SECOND}", [FIRST, SECOND], id="sent"),
        pytest.param(
            f"set-cookie: a={FIRST}; Path=/{SECOND}; id=0c0c0c0c0c0c0c0c", [FIRST], id="set"
        ),
        pytest.param(
            f"set-cookie: a={FIRST}; Expires=Wed, 01 Jan; Path=/, b={SECOND}",
            [FIRST, SECOND],
            id="two that are set",
        ),
        pytest.param(f"cookie: a={FIRST}, b={SECOND}", [FIRST], id="no comma between those sent"),
        pytest.param(f'cookie: a="{FIRST}"; b={SECOND}', [FIRST, SECOND], id="in quotes"),
    ],
)
def test_cookies(text, expected):
    """Of a cookie that is set, its value is found without the attributes."""
    assert shown(text) == [("cookie", value) for value in expected]


def test_how_many_values_of_a_list_are_searched():
    """The first values of a long list are found, in both syntaxes."""
    values = [f"{FIRST}{number:03}" for number in range(MOST + 1)]
    in_lines = "\n".join(f"- {value}" for value in values)

    assert [value for _, value in shown(f"X-Api-Key:\n{in_lines}")] == values[:MOST]
    assert [value for _, value in shown(f'"X-Api-Key": {json.dumps(values)}')] == values[:MOST]


@pytest.mark.parametrize(
    ("start", "length"),
    [
        pytest.param("", LONGEST, id="the rest of a line"),
        pytest.param("'", LONGEST - 1, id="in quotes"),
        pytest.param("\n- ", LONGEST - 3, id="an item"),
    ],
)
def test_how_far_a_value_is_searched(start, length):
    """A value is cut at the limit, so that a line of millions of characters takes no time."""
    text = f"token:{start}{FIRST}{'a' * (2 * LONGEST)}'"

    ((_, _, value),) = named_values(text)

    assert len(value) == length


NAMES = ["X-Api-Key", "password", "client_secret", "refreshToken", "Ocp-Apim-Subscription-Key"]


@given(
    members=st.lists(
        st.tuples(
            st.sampled_from([*NAMES, "text", "max_tokens", "keys"]),
            st.from_regex(r"[a-f0-9]{11}[0-9]{1,6}", fullmatch=True),
        ),
        max_size=5,
    ),
    indent=st.sampled_from([None, 2]),
    levels=st.integers(1, 3),
)
def test_the_values_of_an_object_in_json(members, indent, levels):
    """Exactly the values under secret names are found, however deep the JSON is in JSON."""
    text = json.dumps([{name: value} for name, value in members], indent=indent)
    for _ in range(levels - 1):
        text = json.dumps(text)

    assert shown(text) == [(UNDER_NAME, value) for name, value in members if name in NAMES]
