"""Where nodes stand."""

from __future__ import annotations

import json

import pytest

from harness.formats.yaml import Document, read

CONTENT = b"""\
# a comment
scenario: pink-dress
tags: [sales, "smo, ke"]   # two
vars: {colour: pink, it's: {a: [1]}}
turns:
  - user: Do you offer
      free shipping?
    expect: &none none
  - user: |
      several
      lines
    matches: 'it''s'
  -
"""


@pytest.fixture
def document():
    return read(CONTENT, "a.yaml")


def span(place):
    return (place.line, place.column, place.length)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), (2, 1, 20)),
        (("scenario",), (2, 11, 10)),
        (("tags",), (3, 7, 18)),
        (("tags", 1), (3, 15, 9)),
        (("vars",), (4, 7, 30)),
        (("vars", "it's"), (4, 28, 8)),
        (("vars", "it's", "a", 0), (4, 33, 1)),
        (("turns",), (6, 3, 20)),
        (("turns", 0), (6, 5, 18)),
        (("turns", 0, "user"), (6, 11, 12)),
        (("turns", 0, "expect"), (8, 19, 4)),
        (("turns", 1, "user"), (9, 11, 1)),
        (("turns", 1, "matches"), (12, 14, 7)),
        (("turns", 2), (13, 4, 0)),
    ],
    ids=str,
)
def test_place(document, path, expected):
    """A place is line, column and length of a value; of several lines, of the first."""
    assert span(document.place(path)) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("scenario", "x", 1), (2, 11, 10)),
        (("turns", 7), (6, 3, 20)),
        (("turns", -1), (6, 3, 20)),
        (("turns", 0, "wait", "for"), (6, 5, 18)),
    ],
    ids=str,
)
def test_place_of_nothing(document, path, expected):
    """A path that leads nowhere has the place of its nearest ancestor."""
    assert span(document.place(path)) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("scenario",), (2, 1, 8)),
        (("vars", "it's"), (4, 22, 4)),
        (("turns", 1, "matches"), (12, 5, 7)),
        (("tags", 0), (3, 8, 5)),
        (("turns", 0, "wait"), (6, 5, 18)),
        ((), (2, 1, 20)),
    ],
    ids=str,
)
def test_key_place(document, path, expected):
    """The key that names a value; for a list element, the value itself."""
    assert span(document.key_place(path)) == expected


def test_node(document):
    """A cursor gives values, places and children without another search."""
    turn = document.at("turns", 0)
    user = turn.get("user")

    assert turn.get("wait") is None
    assert turn.at("user") == user
    assert user.value == user.text == "Do you offer free shipping?"
    assert user.path == ("turns", 0, "user")
    assert span(user.place) == (6, 11, 12)
    assert span(user.key_place) == (6, 5, 4)
    assert [(key, node.path) for key, node in turn.items()] == [
        ("user", ("turns", 0, "user")),
        ("expect", ("turns", 0, "expect")),
    ]
    assert [node.value for node in document.at("tags")] == ["sales", "smo, ke"]
    assert list(user) == list(user.items()) == []
    assert user.get("x") is None


def test_at_nothing(document):
    """A cursor cannot stand where nothing is."""
    with pytest.raises(KeyError, match="wait"):
        document.at("turns", 0, "wait")
    with pytest.raises(KeyError, match="7"):
        document.at("turns", 7)


def test_marks_survive_json(document):
    """Value and marks can be kept as JSON, and every place stays the same."""
    value, marks = json.loads(json.dumps([document.value, document.marks]))
    again = Document(source=document.source, value=value, marks=marks)

    assert again.value == document.value
    assert again.place(("turns", 1, "matches")) == document.place(("turns", 1, "matches"))
    assert again.key_place(("vars", "it's")) == document.key_place(("vars", "it's"))
    assert again.at("tags", 1).place == document.at("tags", 1).place


def test_columns_are_characters():
    """A column counts characters, not bytes; lines end at CRLF, CR and LF."""
    document = read('"😀é": [ü, "x"]\r\nb: 1\rc: 2\n'.encode(), "a.yaml")

    assert span(document.place(("😀é", 1))) == (1, 11, 3)
    assert span(document.place(("b",))) == (2, 4, 1)
    assert span(document.place(("c",))) == (3, 4, 1)


def test_place_through_alias():
    """Through an alias, the place is that of the anchored node."""
    document = read(b"a: &x {b: 12}\nc: *x\n", "a.yaml")

    assert span(document.place(("c", "b"))) == (1, 11, 2)
    assert document.at("c", "b").text == "12"
