"""Values that look like credentials, with their kinds, their offsets, and near misses."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.secrets.secret_shapes import CredentialShape, shapes_in

GITHUB = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
AWS = "AKIA" + "IOSFODNN7EXAMPLE"
LETTERS = "abcdefghijklmnopqrstuvwxyz" * 3
JWT_PARTS = ("eyJ" + "hbGciOiJ", "eyJ" + "zdWI", "dBjftJeZ")


def shown(text: str) -> list[tuple[int, str, str]]:
    return [(shape.start, shape.kind, shape.value) for shape in shapes_in(text)]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("AWS access key", AWS),
        ("AWS access key", "ASIA" + "IOSFODNN7EXAMPLE"),
        *(("GitHub token", f"gh{letter}_{LETTERS[:36]}") for letter in "pousr"),
        ("GitHub token", f"github_pat_{LETTERS[:22]}"),
        ("GitLab token", f"glpat-{LETTERS[:20]}"),
        *(("Slack token", f"xox{letter}-{LETTERS[:10]}") for letter in "abeoprs"),
        ("Slack token", f"xapp-{LETTERS[:10]}"),
        ("Slack webhook", "hooks.slack.com/services/T0/B0/abcdefgh"),
        ("Google API key", f"AIza{LETTERS[:35]}"),
        ("Stripe key", f"sk_live_{LETTERS[:16]}"),
        ("Stripe key", f"rk_test_{LETTERS[:16]}"),
        ("Telegram bot token", f"12345678:AA{LETTERS[:33]}"),
        *(
            ("API key of a model host", f"{start}{LETTERS[:30]}")
            for start in ("hf_", "gsk_", "r8_", "xai-", "pplx-", "nvapi-")
        ),
        ("secret API key", f"sk-{LETTERS[:20]}"),
        ("secret API key", f"sk-proj-{LETTERS[:20]}"),
        ("JSON web token", ".".join(JWT_PARTS)),
        ("organization or project id", f"org-{LETTERS[:16]}"),
        ("organization or project id", f"proj_{LETTERS[:16]}"),
    ],
)
def test_the_shortest_value_of_a_shape(kind, value):
    """A value is found in a sentence with its offset, and one character less is not."""
    assert shown(f"it is {value}, see") == [(6, kind, value)]
    assert shown(f"it is {value[:-1]}, see") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            f"aws_secret_access_key={LETTERS[:40]}",
            (22, "AWS secret key", LETTERS[:40]),
            id="AWS secret key",
        ),
        pytest.param(
            f'"AwsSecretAccessKey": "{LETTERS[:40]}"',
            (23, "AWS secret key", LETTERS[:40]),
            id="AWS secret key in JSON",
        ),
        pytest.param(
            "bearer abcdef0123456789", (7, "Bearer credentials", "abcdef0123456789"), id="Bearer"
        ),
        pytest.param("basic YTpiY2Q=", (6, "Basic credentials", "YTpiY2Q="), id="Basic"),
        pytest.param(
            "-----BEGIN PRIVATE KEY-----",
            (0, "private key", "-----BEGIN PRIVATE KEY-----"),
            id="private key",
        ),
        pytest.param("db://me:pw@x", (8, "password in a URL", "pw"), id="password in a URL"),
        pytest.param("db://:pw@x", (6, "password in a URL", "pw"), id="password without a user"),
        pytest.param(
            "X-Api-Key: 0a1b2c3d4e5f6a7b",
            (11, "value under a secret's name", "0a1b2c3d4e5f6a7b"),
            id="value under a name",
        ),
    ],
)
def test_a_value_is_found_by_what_is_around_it(text, expected):
    """The offset is that of the value, and not of the name before it."""
    assert shown(f"{text} end") == [expected]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("bearer abcdef012345678", id="15 characters after Bearer"),
        pytest.param("bearer abcdefghijklmnopqrst", id="no digit after Bearer"),
        pytest.param("basic membership", id="no base64 of a pair"),
        pytest.param("basic YWJjZGVm", id="base64 without a colon"),
        pytest.param("basic YTpiY2R", id="base64 of a wrong length"),
        pytest.param("db://me:<password>@x", id="placeholder in brackets"),
        pytest.param("db://me:${PASSWORD}@x", id="placeholder of a setting"),
        pytest.param("db://me:***@x", id="stars"),
        pytest.param("db://me:a…@x", id="ellipsis"),
        pytest.param("db://me:REDACTED@x", id="redacted"),
        pytest.param("X-Api-Key: 0a1b2c3d4e5f6redacted7b", id="redacted under a name"),
        pytest.param(f"x{AWS}", id="inside a word"),
        pytest.param("", id="empty"),
    ],
)
def test_what_is_not_a_credential(text):
    """Prose, placeholders and values that are too short are not reported."""
    assert shapes_in(text) == []


@given(
    lines=st.lists(st.sampled_from(["", "a%20b", "plain", "50% of é"]), max_size=5),
    before=st.sampled_from(["", "x=", "a+b&t="]),
)
def test_a_percent_encoded_value_has_the_offset_of_its_line(lines, before):
    """Percent-encoding changes the columns, so the place is the start of the line."""
    start = "".join(f"{line}\n" for line in lines)
    hidden = f"{before}{quote(f'{AWS},', safe='')}".replace("A", "%41", 1)

    assert shown(f"{start}{hidden}\nend") == [(len(start), "AWS access key", AWS)]


def test_a_plus_is_a_space_in_percent_encoding():
    """A form writes the space after Bearer as a plus."""
    text = "h=Bearer+abcdef%30123456789"

    assert shown(text) == [(0, "Bearer credentials", "abcdef0123456789")]


@given(before=st.text("x .", max_size=7), gap=st.text(" ,;", min_size=1, max_size=3))
def test_a_value_in_base64_has_the_offset_of_the_encoded_text(before, gap):
    """At each alignment, what is encoded is decoded and searched."""
    hidden = base64.b64encode(f"{before} {GITHUB}".encode()).decode()

    assert shown(f"see{gap}{hidden}{gap}") == [(3 + len(gap), "GitHub token", GITHUB)]


@pytest.mark.parametrize(
    "hidden",
    [
        pytest.param(base64.encodebytes(f"{'a' * 60} {GITHUB}".encode()).decode(), id="lines"),
        pytest.param(
            base64.b64encode(f"{GITHUB} ü>?".encode("latin-1")).decode().rstrip("="),
            id="without padding",
        ),
        pytest.param(base64.urlsafe_b64encode(f"{GITHUB} >>???".encode()).decode(), id="for URLs"),
        pytest.param(base64.b64encode(f"{GITHUB}!!".encode()).decode() + "A", id="a letter more"),
        pytest.param(base64.b64encode(f"a\r\n\t{GITHUB}".encode()).decode(), id="line breaks"),
        pytest.param(
            base64.b64encode(f"{GITHUB}".encode() + b"\0\0").decode(), id="95 % printable"
        ),
        pytest.param(base64.b64encode(b"db://me:secret-1@x").decode(), id="24 letters"),
    ],
)
def test_base64_in_all_its_forms(hidden):
    """Lines, padding, the alphabet of URLs, and a letter too many hide nothing."""
    assert [start for start, _, _ in shown(f"see {hidden}")] == [4]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"{GITHUB}".encode() + b"\0\0\0", id="92 % printable"),
        pytest.param(bytes(30), id="zeros"),
        pytest.param(b"db://m:secret-1@", id="22 letters"),
    ],
)
def test_binary_content_in_base64_is_not_searched(content):
    """In an image, a token is there by chance."""
    assert shapes_in(f"see {base64.b64encode(content).decode()}") == []


def test_one_value_has_one_kind():
    """Where several shapes match a value, the most specific one is reported."""
    text = f"X-Api-Key: {AWS}\nAuthorization: Bearer {GITHUB}"

    assert shown(text) == [
        (11, "AWS access key", AWS),
        (text.index(GITHUB), "GitHub token", GITHUB),
    ]


def test_a_value_inside_another_is_not_repeated():
    """A part of a longer value is left out; the same value elsewhere is not."""
    nested = f"postgres://me:x.{AWS}@db"

    assert shown(f"{nested} {AWS}") == [
        (14, "password in a URL", f"x.{AWS}"),
        (len(nested) + 1, "AWS access key", AWS),
    ]


@given(st.permutations([AWS, GITHUB, f"sk_live_{LETTERS[:16]}", "db://me:pw-0@x", LETTERS]))
def test_values_are_in_order(parts):
    """Whatever kinds a text has, the values are in the order of their places."""
    text = " ".join(parts)
    expected = {AWS: AWS, GITHUB: GITHUB, "db://me:pw-0@x": "pw-0", LETTERS: ""}

    values = [shape.value for shape in shapes_in(text)]

    assert values == [value for part in parts if (value := expected.get(part, part))]


def test_a_shape_is_a_value():
    """Two shapes of the same place, kind and value are equal."""
    assert shapes_in(AWS) == [CredentialShape(0, "AWS access key", AWS)]
