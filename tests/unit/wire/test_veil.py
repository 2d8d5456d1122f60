from __future__ import annotations

import json

import pytest

from harness.conversation import Origin, Request, Response
from harness.transport.cassette.rows import bytes_of, make_row
from harness.transport.kept import RECEIVED, Kept, kept_again
from harness.transport.veil import Veil

ORIGIN = Origin(turn=1, step="send.1", message="m")


def interaction(body: bytes, url: str = "http://127.0.0.1:8702/talk/r0-77", chunks=()) -> Kept:
    request = Request(method="POST", url=url, body=b'{"id": "r0-77"}', origin=ORIGIN)
    return Kept(make_row(request, Response(status=200, body=body, chunks=chunks)))


def body_of(veil: Veil, one: Kept) -> bytes:
    row = kept_again(one, veil, RECEIVED).row
    return bytes_of(row["body"], is_base64=row["body_is_base64"])


@pytest.mark.parametrize(
    "word",
    [
        "a1b2",
        "Tk5-qZ8x",
        "correct-horse",
        "abcdefghijklmnop",
        "2024-01-02",
        "x@y.example",
        "p%41ss",
    ],
)
def test_a_word_that_could_be_a_secret_is_hidden(word):
    """In a text, in a part of an address, and percent-encoded."""
    shown = body_of(Veil(), interaction(json.dumps({"text": f"it is {word}."}).encode()))

    assert json.loads(shown) == {"text": "it is <redacted:unsettled-2>."}


def test_what_is_an_ordinary_word_stays():
    """Short words, numbers of three digits, keys, marks and character sets are as they were."""
    value = {"address_line_2": "we have 3 for $79", "is_on": True, "of": "<redacted:own_2>", "n": 7}
    body = json.dumps(value).encode()

    assert json.loads(body_of(Veil(), interaction(body))) == value
    assert body_of(Veil(), interaction(b"charset=utf-8")) == b"charset=utf-8"


def test_the_same_word_has_the_same_mark():
    """So that an id that a later request repeats still fits; numbers too."""
    veil = Veil()
    first = kept_again(interaction(b'{"id": "r0-77", "pin": 8391744}'), veil, RECEIVED).row
    second = kept_again(interaction(b'{"text": "room r0-77, pin 8391744"}'), veil, RECEIVED).row

    assert first["uri"] == "http://127.0.0.1:8702/talk/<redacted:unsettled-1>"
    assert json.loads(first["body"]) == {
        "id": "<redacted:unsettled-1>",
        "pin": "<redacted:unsettled-2>",
    }
    assert json.loads(second["body"])["text"] == (
        "room <redacted:unsettled-1>, pin <redacted:unsettled-2>"
    )


def test_the_chunks_of_a_stream_stay_whole():
    """A word that is split over two chunks counts to the first; lengths are those of the body."""
    body = b"data: your Tk5-qZ8x\n\n"
    heard = interaction(body, chunks=((0.1, 14), (0.2, len(body) - 14)))

    shown = kept_again(heard, Veil(), RECEIVED).row

    assert shown["body"] == "data: your <redacted:unsettled-2>\n\n"
    assert sum(length for _, length in shown["chunks"]) == len(shown["body"])
    assert [length for _, length in shown["chunks"]] == [33, 2]
