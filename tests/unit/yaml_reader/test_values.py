"""Which value a plain scalar has, against the core schema of YAML 1.2."""

from __future__ import annotations

import pytest
import yaml

from harness.formats.yaml import read

# Text, and what the core schema and we make of it. Source: YAML 1.2.2, section 10.3.2.
CORE = [
    ("null", None),
    ("Null", None),
    ("NULL", None),
    ("~", None),
    ("", None),
    ("true", True),
    ("True", True),
    ("TRUE", True),
    ("false", False),
    ("False", False),
    ("FALSE", False),
    ("0", 0),
    ("12", 12),
    ("-12", -12),
    ("+12", 12),
    ("0o17", 15),
    ("0x1F", 31),
    ("0.", 0.0),
    ("-0.0", -0.0),
    (".5", 0.5),
    ("+12e03", 12000.0),
    ("-2E+05", -200000.0),
    ("1e3", 1000.0),
    ("6.02e23", 6.02e23),
]
TEXTS = [
    *("yes", "no", "on", "off", "y", "n", "Yes", "NO", "On", "tRUE", "nULL", "none", "None"),
    *("12:30", "1:2:3", "2024-01-02", "2024-01-02T03:04:05Z", "1_000", "0b11", "-0x1F", "0o8"),
    *("+", ".", "..", "-.", "1.2.3", "1e", "e3", "0x", "0o", "=", "3a", "1d", "2s", "inf"),
    *("nan", ".Nan", "\u0661\u0662", "12\u00a0"),
]
# The core schema makes numbers of these; we keep the text that was written.
LEADING_ZEROS = ["012", "-012", "+007", "00", "00.5", "0123456789"]


EMOJI = {
    "D15-as-json-writes-it": (r'"\ud83c\udf89"', "🎉"),
    "in-capitals": (r'"\uD83C\uDF89"', "🎉"),
    "in-a-text": (r'"Hi \ud83c\udf89\ud83d\ude00!\n"', "Hi 🎉😀!\n"),
    "behind-a-backslash": (r'"\\\ud83c\udf89"', "\\🎉"),
    "as-yaml-writes-it": (r'"\U0001F389"', "🎉"),
    "in-single-quotes": (r"'\ud83c\udf89'", r"\ud83c\udf89"),
    "without-quotes": (r"\ud83c\udf89", r"\ud83c\udf89"),
    "in-a-block": ("|-\n  \\ud83c\\udf89", r"\ud83c\udf89"),
    "beside-a-former-line-break": ('"\\ud83c\\udf89\u2028"', "🎉\u2028"),
}


@pytest.mark.parametrize(("written", "value"), EMOJI.values(), ids=EMOJI)
def test_d15_an_emoji_as_json_escapes_it(written, value):
    """Between double quotes, both halves together are the character, of keys and of values."""
    document = read(f"a: {written}\nb: 1\n".encode(), "a.yaml")

    assert document.value == {"a": value, "b": 1}
    assert document.place(("b",)).line == document.source.text.count("\n")
    if written.startswith('"'):
        assert read(f"{{{written}: 1}}".encode(), "a.yaml").value == {value: 1}


@pytest.mark.parametrize(("text", "value"), CORE, ids=[text or "empty" for text, _ in CORE])
def test_core_schema(text, value):
    """The value is the one of the core schema, of the same type."""
    document = read(f"a: {text}\nb: 1\n".encode(), "a.yaml")

    assert document.value["a"] == value
    assert type(document.value["a"]) is type(value)


@pytest.mark.parametrize("text", [*TEXTS, *LEADING_ZEROS])
def test_texts(text):
    """What is not a number, truth value or null of YAML 1.2 is the text that was written."""
    assert read(f"a: {text}\n".encode(), "a.yaml").value == {"a": text}


@pytest.mark.parametrize("text", [text for text, _ in CORE if text] + TEXTS + LEADING_ZEROS)
def test_written_text(text):
    """The text as it was written can be had of every scalar, also of numbers and null."""
    document = read(f"a: &x {text} # why\nb: [{text}, {{c: {text}}}]\n".encode(), "a.yaml")

    assert document.at("a").text == text
    assert document.at("b", 0).text == text
    assert document.at("b", 1, "c").text == text


@pytest.mark.parametrize("content", ["a:\nb: 1", "{a: , b: 1}", "{a, b: 1}", "? a\n? b", "a: &x"])
def test_written_text_of_nothing(content):
    """A value that was left out is null, and its text is empty."""
    document = read(content.encode(), "a.yaml")

    assert document.value["a"] is None
    assert document.at("a").text == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!!str 12", "12"),
        ("!!str", ""),
        ("! 12", "12"),
        ("!!int '12'", 12),
        ("!!int 012", 12),
        ("!!float 1", 1.0),
        ("!!bool 'true'", True),
        ("!!null ''", None),
        ("!<tag:yaml.org,2002:str> no", "no"),
        ("!!seq [1]", [1]),
        ("!!map {a: 1}", {"a": 1}),
        ("'12'", "12"),
        ('"true"', "true"),
        ("|\n  12\n", "12\n"),
    ],
)
def test_tags(text, value):
    """A tag of the core schema decides the type; a quoted scalar is a text."""
    found = read(f"a: {text}\n".encode(), "a.yaml").value["a"]

    assert found == value
    assert type(found) is type(value)


def test_keys_are_texts():
    """A key is the text that was written, whatever it looks like."""
    content = b"1: a\ntrue: b\nnull: c\n~: d\n0x1F: e\n1.50: f\n'<<': g\n"

    assert list(read(content, "a.yaml").value) == ["1", "true", "null", "~", "0x1F", "1.50", "<<"]


def test_aliases():
    """An alias is the same object as its anchor; a later anchor of one name takes over."""
    document = read(b"a: &x [1]\nb: *x\nc: &x 2\nd: *x\n*x : e\n", "a.yaml")

    assert document.value == {"a": [1], "b": [1], "c": 2, "d": 2, "2": "e"}
    assert document.value["b"] is document.value["a"]


def test_byte_order_mark():
    """A byte order mark is passed over and counts as no column."""
    document = read(b"\xef\xbb\xbfa: 1\n", "a.yaml")

    assert document.value == {"a": 1}
    assert str(document.key_place(("a",))) == "a.yaml:1:1"


@pytest.mark.parametrize("character", ["\x85", "\u2028", "\u2029"], ids=ascii)
def test_former_line_breaks(character):
    """What ended a line in YAML 1.1 only is part of a text."""
    content = f"a: x{character}y\nb: [\"{character}\", '{character}z']\n".encode()

    document = read(content, "a.yaml")

    assert document.value == {"a": f"x{character}y", "b": [character, f"{character}z"]}
    assert document.place(("b",)).line == 2


def test_former_line_breaks_beside_escapes():
    """A private-use character keeps its meaning beside them, raw and escaped."""
    content = 'a: "\ue000\\uE001"\nb: x\u2028y\n'

    assert read(content.encode(), "a.yaml").value == {"a": "\ue000\ue001", "b": "x\u2028y"}


@pytest.mark.parametrize("content", [b"", b"# a\n", b"---\n"], ids=["empty", "comment", "null"])
def test_nothing(content):
    """An empty file is null where no mapping is asked for, and has a place."""
    document = read(content, "a.yaml")

    assert document.value is None
    assert document.place().length <= 1


def test_pure_parser(monkeypatch):
    """Without libyaml, PyYAML's own parser gives the same values and places."""
    content = "\ufeffé: {a: [1, &x no]}\nb: |\n  text\nc: *x\nd:\n".encode()
    expected = read(content, "a.yaml")
    monkeypatch.setattr("harness.formats.yaml.yaml_reading.Parser", yaml.SafeLoader)

    assert read(content, "a.yaml") == expected
