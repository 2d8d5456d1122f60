"""The spellings of a secret, compared with writers that share no code with the search."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.secrets.secret_forms import ALIGNED, SHORTEST, SecretForms, latin
from harness.secrets.secret_scan import SecretScan

NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "é": "&eacute;"}
ALPHABET = "aZ09" + " +/%&<>\"'\\=-_.é€𝄞𠮷\n"

values = st.text(ALPHABET, min_size=SHORTEST, max_size=20)
around = st.text("xyz .", max_size=9)


def in_percent(char: str, style: int) -> str:
    octets = "".join(f"%{octet:02X}" for octet in char.encode())
    plain = "+" if char == " " else octets if char == "%" else char
    return (octets, octets.lower(), plain)[style % 3]


def in_json(char: str, style: int) -> str:
    octets = char.encode("utf-16-be").hex()
    units = [octets[at : at + 4] for at in range(0, len(octets), 4)]
    plain = "\\/" if char == "/" and style % 2 else json.dumps(char, ensure_ascii=False)[1:-1]
    lower, upper = (
        "".join(f"\\u{unit}" for unit in units),
        "".join(f"\\u{unit.upper()}" for unit in units),
    )
    return (lower, upper, plain, plain)[style % 4]


def in_html(char: str, style: int) -> str:
    code = ord(char)
    named = NAMED.get(char, f"&#{code};")
    plain = named if char in "&<" else char
    return (named, f"&#{code};", f"&#0{code};", f"&#x{code:x};", f"&#x{code:X};", plain)[style % 6]


WRITERS = {
    "percent": (in_percent,),
    "JSON": (in_json,),
    "HTML": (in_html,),
    "percent twice": (in_percent, in_percent),
    "JSON in JSON": (in_json, in_json),
    "JSON in a query": (in_json, in_percent),
    "JSON in HTML": (in_json, in_html),
    "HTML in JSON": (in_html, in_json),
}


@pytest.mark.parametrize("writers", WRITERS.values(), ids=WRITERS)
@given(value=values, before=around, after=around, styles=st.data())
def test_a_spelled_secret_has_its_exact_place(writers, value, before, after, styles):
    """However each special character is escaped, the place is that of the whole spelling."""
    if not any(char.isascii() and char.isalnum() for char in value):
        value = f"{value}a"
    spelled = value
    for writer in writers:
        spelled = "".join(
            char
            if char.isascii() and char.isalnum()
            else writer(char, styles.draw(st.integers(0, 11)))
            for char in spelled
        )
    # `100%` as `100%25` is the secret itself, with two digits after it.
    assume(spelled == value or value not in spelled)
    text = latin(f"{before}{spelled}{after}")
    start = len(latin(before))

    places = list(SecretForms(value, "m").places(text))

    assert (start, start + len(latin(spelled))) in places


@pytest.mark.parametrize("char", ["ü", "€", "𝄞", "🎉", "𠮷", "\U0010ffff"])
def test_a_character_of_any_plane_is_found_as_json_escapes_it(char):
    """JSON has two escapes for what is beyond the first 65,536 characters."""
    escaped = json.dumps(char)[1:-1]
    forms = SecretForms(f"key{char}7", "m")

    for spelled in (escaped, escaped.upper().replace("\\U", "\\u")):
        assert {*forms.places(f"a key{spelled}7")} == {(2, 6 + len(spelled))}


@given(
    content=st.binary(min_size=1, max_size=24).map(bytes.hex),
    before=st.binary(max_size=7),
    after=st.binary(max_size=7),
    is_for_urls=st.booleans(),
)
def test_base64_is_found_from_its_first_letter_to_its_last(content, before, after, is_for_urls):
    """All letters that only the secret decides are in the place; at most one more on each side."""
    encode = base64.urlsafe_b64encode if is_for_urls else base64.b64encode
    value = f"{content}-ABCDEF?>"
    text = encode(before + value.encode() + after).decode()
    first_bit, last_bit = 8 * len(before), 8 * (len(before) + len(value))

    start, end = next(SecretForms(value, "m").places(text))

    assert start == -(-first_bit // 6)
    assert end in {last_bit // 6, -(-last_bit // 6)}


def encoded(value: str, before: bytes = b"", after: bytes = b"") -> str:
    return base64.b64encode(before + value.encode() + after).decode()


@pytest.mark.parametrize(
    ("value", "text", "is_found"),
    [
        pytest.param("abcdefgh", encoded("abcdefgh", b"x", b"y"), True, id="8 bytes inside"),
        pytest.param("abcdefg", encoded("abcdefg", b"x", b"y"), False, id="7 bytes inside"),
        pytest.param("abcdef", encoded("abcdef"), True, id="8 letters alone"),
        pytest.param("abcde", encoded("abcde"), False, id="7 letters alone"),
    ],
)
def test_the_shortest_secret_in_base64(value, text, is_found):
    """Fewer bytes have so few letters of their own that other texts contain them by chance."""
    assert ALIGNED == 8
    assert bool(list(SecretForms(value, "m").places(text))) is is_found


@pytest.mark.parametrize("digits", [str, str.upper], ids=["lower", "upper"])
def test_hex(digits):
    """Hexadecimal digits in either case are found, alone and inside."""
    text = digits(b"a:t-7?z".hex())

    assert list(SecretForms("t-7?", "m").places(text)) == [(4, 12)]


def test_every_place_is_found():
    """A secret that is repeated has a place for each time, plain and escaped."""
    forms = SecretForms("a b/c", "m")

    assert sorted(set(forms.places("a b/c, a%20b/c, a b/c"))) == [(0, 5), (7, 14), (16, 21)]
    assert sorted(set(forms.places("a b/ca b/c"))) == [(0, 5), (5, 10)]
    assert list(forms.places("a b/d, a%20b/d")) == []


def test_a_secret_without_letters_and_digits():
    """Such a secret is found as well, plain and escaped."""
    forms = SecretForms("?!=?&", "m")

    assert (1, 6) in forms.places("x?!=?&y")
    assert (1, 12) in forms.places("x%3F!%3D?%26y")


def test_a_repeated_run_of_letters():
    """A secret whose longest run occurs twice in it is still found in both spellings."""
    forms = SecretForms("ab-ab:ab", "m")

    assert sorted(set(forms.places("ab-ab:ab"))) == [(0, 8)]
    assert sorted(set(forms.places("ab-ab:ab ab-ab%3Aab"))) == [(0, 8), (9, 19)]


@given(value=values, before=around, data=st.data())
def test_a_beginning_is_known_in_the_spellings_of_messages(value, before, data):
    """A text that was cut after at least four characters of a spelling names their offset."""
    content = value.encode()
    spellings = [
        *(value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]),
        *(quote(value), quote(value, safe=""), html.escape(value), html.escape(value, quote=False)),
        *(content.hex(), content.hex().upper()),
    ]
    spelled = latin(data.draw(st.sampled_from(spellings)))
    length = data.draw(st.integers(1, len(spelled)))
    text = f"{before}{spelled[:length]}"

    beginning = SecretForms(value, "m").beginning(text)

    if SHORTEST <= length < len(spelled):
        assert beginning is not None
        assert text[beginning:] in {latin(one)[: len(text) - beginning] for one in spellings}
        assert len(text) - beginning >= SHORTEST


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        pytest.param("say p@ss", 4, id="the shortest beginning"),
        pytest.param("say p@s", None, id="a shorter one"),
        pytest.param("say p@ss/w", 4, id="all but the last character"),
        pytest.param("say p@ss/wd", None, id="the whole secret"),
        pytest.param("say p%40ss", 4, id="in percent-encoding"),
        pytest.param("p@ss is", None, id="not at the end"),
    ],
)
def test_the_beginning_of_a_secret(text, offset):
    """The whole secret is not a beginning, and neither are fewer than four characters."""
    assert SecretForms("p@ss/wd", "m").beginning(text) == offset


@given(values, st.text(ALPHABET, max_size=60))
def test_a_text_without_a_needle_does_not_contain_the_secret(value, text):
    """The needles are searched first: where none occurs, there is no place."""
    forms = SecretForms(value, "m")

    if not any(needle in latin(text) for needle in forms.needles):
        assert list(forms.places(latin(text))) == []


@pytest.mark.parametrize("before", [b"", b"a", b"ab"], ids=["first", "second", "third"])
def test_a_needle_is_in_the_base64_of_a_longer_text(before):
    """Whichever of three bytes the secret begins with; other base64 has none of the needles."""
    needles = SecretForms("topsecret-12", "m").needles

    assert any(needle in encoded("topsecret-12", before, b"!") for needle in needles)
    assert not any(needle in encoded("something else", before, b"!") for needle in needles)


def test_needles_are_specific():
    """The needle of a secret is its longest run of letters and digits, and not a shorter one."""
    assert SecretForms("a-bcd-ef", "m").needles[0] == "bcd"
    assert SecretForms("é-!?", "m").needles[0] == ""


@pytest.mark.parametrize("value", ["s3crét-ünder", "пароль-1234", "pass-🎉-word"])
def test_utf_8_that_was_read_as_latin_1(value):
    """Headers and the reason of a status are read so; the scan knows this spelling too."""
    misread = value.encode().decode("latin-1")
    text = latin(f"it is {misread}, see")

    assert [*SecretForms(value, "<m>").places(text)] == [(6, 6 + len(misread.encode()))]
    assert SecretScan({"key": value})(f"it is {misread}, see".encode()) == ["key"]
