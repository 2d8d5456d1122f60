"""The independent search for secrets, at its limits."""

from __future__ import annotations

import base64
import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.secrets.secret_scan import SecretScan

KEY = "-----BEGIN\n{line}\n-----END"


@pytest.mark.parametrize(
    ("secret", "content", "is_found"),
    [
        pytest.param("abcd", b"x abcd y", True, id="4 characters"),
        pytest.param("abc", b"x abc y", False, id="3 characters"),
        pytest.param(KEY.format(line="MIIEvQIBADAN"), b"MIIEvQIBADAN", True, id="a line of 12"),
        pytest.param(KEY.format(line="MIIEvQIBADA"), b"MIIEvQIBADA", False, id="a line of 11"),
        pytest.param(
            "abcd-efg", b'[{"t": "abcd"}, {"t": "-efg"}]', True, id="8 bytes in two elements"
        ),
        pytest.param(
            "abcd-ef", b'[{"t": "abcd"}, {"t": "-ef"}]', False, id="7 bytes in two elements"
        ),
        pytest.param(
            "abcd-efg", b'[{"t": "abcd"}, {"u": "-efg"}]', False, id="elements of two keys"
        ),
        pytest.param("abcd-efg", b"data: abcd\n\ndata: -efg\n\n", True, id="two events"),
        pytest.param("abcd-efg", b"data: abcd\n\nid: -efg\n\n", False, id="another field"),
        pytest.param("wxyz", b"<redacted:wxyz>", False, id="the name in a mark"),
        pytest.param("wxyz", b"<redacted:wxyz", True, id="an incomplete mark"),
    ],
)
def test_the_shortest_secrets(secret, content, is_found):
    """Fewer characters occur by chance, above all in texts that are joined."""
    assert SecretScan({"own": secret})(content) == (["own"] if is_found else [])


def test_each_secret_is_named_once_in_the_given_order():
    """The names are those of the secrets that occur, in the order in which they were given."""
    scan = SecretScan({"b": "second-1", "a": "first-1", "c": "absent-1", "d": "xy"})

    assert scan(b"first-1 second-1 first-1 xy") == ["b", "a"]


def in_percent(text: str) -> str:
    return "".join(f"%{octet:02x}" for octet in text.encode())


def in_yaml(text: str) -> str:
    return "".join(
        f"\\U{ord(char):08x}" if ord(char) > 255 else f"\\x{ord(char):02x}" for char in text
    )


def in_html(text: str) -> str:
    return "".join("&#97;" if char == "a" else html.escape(char) for char in text)


ENCODINGS = {
    "percent": in_percent,
    "HTML": in_html,
    "JSON": json.dumps,
    "YAML": in_yaml,
    "plus": lambda text: text.replace(" ", "+"),
    "quotation marks of YAML": lambda text: text.replace("'", "''"),
}


@pytest.mark.parametrize("outer", ENCODINGS)
@pytest.mark.parametrize("inner", ENCODINGS)
@given(secret=st.text("ab1 &<'\"/é€𝄞", min_size=4, max_size=12))
def test_two_encodings_hide_nothing(inner, outer, secret):
    """A secret is found in any encoding of any encoding of it."""
    content = ENCODINGS[outer](ENCODINGS[inner](secret))

    assert SecretScan({"own": secret})(f"x {content} y".encode()) == ["own"]


@given(
    secret=st.text("ab1-/é", min_size=6, max_size=20),
    before=st.binary(max_size=5),
    after=st.binary(max_size=5),
    width=st.sampled_from([0, 4, 7]),
)
def test_base64_hides_nothing(secret, before, after, width):
    """Nor does its place in a longer text, the alphabet of URLs, or a line break."""
    content = before + secret.encode() + after
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(content)
        lines = [text[at : at + width] for at in range(0, len(text), width)] if width else [text]

        assert SecretScan({"own": secret})(b"\n".join(lines)) == ["own"]


@given(secret=st.text("ab1-/é", min_size=4, max_size=20), before=st.text("0f", max_size=3))
def test_hexadecimal_digits_hide_nothing(secret, before):
    """Nor do digits before them."""
    digits = secret.encode().hex()

    assert SecretScan({"own": secret})(f"{before}{digits}".encode()) == ["own"]
    assert SecretScan({"own": secret})(f"{before}{digits.upper()}".encode()) == ["own"]
