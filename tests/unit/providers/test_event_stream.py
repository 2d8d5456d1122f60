"""Streams cut into events. Source: WHATWG HTML, 9.2.6 Interpreting an event stream."""

from __future__ import annotations

import json
import resource

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.providers.event_stream import Event, EventDecoder, EventReader, LineDecoder, sniff
from harness.providers.step_plans import Framing


def read(chunks, framing=Framing.AUTO, done=""):
    """The events of a stream, and the framing that was found."""
    reader = EventReader(framing=framing, done=done)
    for chunk in chunks:
        reader.feed(chunk)
    return reader.finish(), reader.events


def split_everywhere(content):
    """Every way to cut a body into two chunks, the whole, and single bytes."""
    yield (content,)
    yield tuple(content[i : i + 1] for i in range(len(content)))
    yield from ((content[:i], content[i:]) for i in range(1, len(content)))


WHATWG = {
    "one event": (b"data: a\n\n", [Event("a")]),
    "no blank behind the colon": (b"data:a\n\n", [Event("a")]),
    "two blanks behind the colon": (b"data:  a\n\n", [Event(" a")]),
    "several data lines": (b"data: a\ndata: b\ndata:\n\n", [Event("a\nb\n")]),
    "data without a colon": (b"data\n\n", [Event("")]),
    "two lines of data without a colon": (b"data\ndata\n\n", [Event("\n")]),
    "an empty data line": (b"data:\n\n", [Event("")]),
    "a colon in the data": (b"data: a: b\n\n", [Event("a: b")]),
    "a type": (b"event: token\ndata: a\n\n", [Event("a", "token")]),
    "a type behind the data": (b"data: a\nevent: token\n\n", [Event("a", "token")]),
    "a type of the event before": (
        b"event: token\ndata: a\n\ndata: b\n\n",
        [Event("a", "token"), Event("b")],
    ),
    "a type without data": (b"event: token\n\ndata: a\n\n", [Event("a")]),
    "an empty type": (b"event:\ndata: a\n\n", [Event("a")]),
    "comments": (b": hi\ndata: a\n:\n: there\n\n", [Event("a")]),
    "comments only": (b": keep-alive\n\n: keep-alive\n\n", []),
    "an id": (b"id: 7\ndata: a\n\n", [Event("a")]),
    "NUL in an id": (b"id: 7\x008\ndata: a\n\n", [Event("a")]),
    "retry": (b"retry: 1000\ndata: a\n\n", [Event("a")]),
    "retry that is not a number": (b"retry: soon\ndata: a\n\n", [Event("a")]),
    "an unknown field": (b"data: a\ncolour: pink\n\n", [Event("a")]),
    "a field in capitals": (b"data: a\nDATA: b\n\n", [Event("a")]),
    "a blank in front of a field": (b"data: a\n data: b\n\n", [Event("a")]),
    "CR": (b"data: a\r\rdata: b\r\r", [Event("a"), Event("b")]),
    "CRLF": (b"data: a\r\n\r\ndata: b\r\n\r\n", [Event("a"), Event("b")]),
    "ends mixed": (b"data: a\rdata: b\r\ndata: c\n\r\n", [Event("a\nb\nc")]),
    "LF behind CRLF": (b"data: a\r\n\ndata: b\n\n", [Event("a"), Event("b")]),
    "a byte order mark": (b"\xef\xbb\xbfdata: a\n\n", [Event("a")]),
    "a second byte order mark": (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n", None),
    "U+2028 in the data": ("data: a\u2028b\n\n".encode(), [Event("a\u2028b")]),
    "U+0085 in the data": ("data: a\x85b\n\n".encode(), [Event("a\x85b")]),
    "no blank line at the end": (b"data: a\n\ndata: b\n", [Event("a")]),
    "no end of line at the end": (b"data: a\n\ndata: b", [Event("a")]),
    "blank lines only": (b"\n\n\n", []),
    "blank lines in front": (b"\n\ndata: a\n\n", [Event("a")]),
    "a character of four bytes": ("data: 👗\n\n".encode(), [Event("👗")]),
    "what is not UTF-8": (b"data: a\xffb\n\n", [Event("a\ufffdb")]),
    "a cut character at the end": (b"data: a\n\ndata: \xf0\x9f", [Event("a")]),
}


@pytest.mark.parametrize(
    "case", [name for name, (_, wanted) in WHATWG.items() if wanted is not None]
)
def test_server_sent_events(case):
    """The rules of the standard decide, however the bytes are cut into chunks."""
    content, wanted = WHATWG[case]

    for chunks in split_everywhere(content):
        _, events = read(chunks, Framing.SSE)
        assert events == wanted, chunks


def test_only_the_first_byte_order_mark_is_taken_away():
    """A second byte order mark belongs to the field's name, so that line is not data."""
    content, _ = WHATWG["a second byte order mark"]

    assert read([content], Framing.SSE)[1] == [Event("b")]


FRAMED = {
    "events": (b"data: a\n\ndata: b\n\n", Framing.SSE, ["a", "b"]),
    "events behind a comment": (b": hi\n\ndata: a\n\n", Framing.SSE, ["a"]),
    "events behind blank lines": (b"\r\n\ndata: a\n\n", Framing.SSE, ["a"]),
    "events with a type first": (b"event: token\ndata: a\n\n", Framing.SSE, ["a"]),
    "events with an id first": (b"id: 1\ndata: a\n\n", Framing.SSE, ["a"]),
    "events behind a mark": (b"\xef\xbb\xbfdata: a\n\n", Framing.SSE, ["a"]),
    "events that hold JSON": (b'data: {"a": 1}\n\n', Framing.SSE, ['{"a": 1}']),
    "JSON lines": (b'{"a": 1}\n{"b": 2}\n', Framing.NDJSON, ['{"a": 1}', '{"b": 2}']),
    "JSON lines in CRLF": (b'{"a": 1}\r\n{"b": 2}\r\n', Framing.NDJSON, ['{"a": 1}', '{"b": 2}']),
    "JSON lines without a last end": (
        b'{"a": 1}\n{"b": 2}',
        Framing.NDJSON,
        ['{"a": 1}', '{"b": 2}'],
    ),
    "JSON lines with blank ones": (
        b'\n{"a": 1}\n\n \n{"b": 2}\n',
        Framing.NDJSON,
        ['{"a": 1}', '{"b": 2}'],
    ),
    "JSON lines of lists": (b"[1]\n[2]\n", Framing.NDJSON, ["[1]", "[2]"]),
    "JSON lines behind a mark": (b'\xef\xbb\xbf{"a": 1}\n', Framing.NDJSON, ['{"a": 1}']),
    "JSON lines with U+2028": ('{"a": "\u2028"}\n'.encode(), Framing.NDJSON, ['{"a": "\u2028"}']),
    "a text": (b"Hello, how are you?", Framing.TEXT, ["Hello, how are you?"]),
    "a text of one letter": (b"d", Framing.TEXT, ["d"]),
    "a text that begins as a field": (b"data", Framing.TEXT, ["data"]),
    "a text that begins as two fields": (b"i", Framing.TEXT, ["i"]),
    "a text with a colon": (b"Note: it is late", Framing.TEXT, ["Note: it is late"]),
    "a text that begins with a word as a field": (
        b"database: full",
        Framing.TEXT,
        ["database: full"],
    ),
    "a text in lines": (b"One\nTwo\n\nThree", Framing.TEXT, ["One\nTwo\n\nThree"]),
    "a text with accents": ("Grüße 👗".encode(), Framing.TEXT, ["Grüße 👗"]),
    "a number": (b"42", Framing.TEXT, ["42"]),
    "E6-a text that begins as a list": (b"[1] One\n[2] Two", Framing.TEXT, ["[1] One\n[2] Two"]),
    "E6-a text that begins as an object": (b"{name} is free", Framing.TEXT, ["{name} is free"]),
    "E6-a text that begins as data": (b"data: the plan", Framing.TEXT, ["data: the plan"]),
    "E6-data in one line": (b"data: the plan\n", Framing.TEXT, ["data: the plan\n"]),
    "E6-data and a text": (b"data: a\n\nAnd more", Framing.TEXT, ["data: a\n\nAnd more"]),
    "E6-a text that begins as an id": (b"id: 7\n\nis yours", Framing.TEXT, ["id: 7\n\nis yours"]),
    "E6-a text that begins as a type": (b"event: on Monday", Framing.TEXT, ["event: on Monday"]),
    "E6-a text that begins as retry": (b"retry: later", Framing.TEXT, ["retry: later"]),
    "E6-a text that begins as a comment": (b":) Hello\r\n", Framing.TEXT, [":) Hello\r\n"]),
    "E6-an event without its end": (b"data: a\n\ndata: b", Framing.SSE, ["a"]),
    "nothing": (b"", Framing.SSE, []),
    "comments only": (b": a\n\n: b\n\n", Framing.SSE, []),
}


@pytest.mark.parametrize("case", FRAMED)
def test_the_framing_is_told_from_the_body(case):
    """Server-sent events, JSON lines and text are told apart at every cut into chunks."""
    content, framing, texts = FRAMED[case]

    for chunks in split_everywhere(content):
        found, events = read(chunks)
        said = [event.data for event in events]
        assert found is framing, chunks
        assert ("".join(said) == "".join(texts)) if framing is Framing.TEXT else said == texts


LEFTOVERS = {
    "a line": (b"data: a\n\ndata: b\n", "b"),
    "two lines": (b"data: a\n\ndata: b\ndata: c", "b\nc"),
    "a line without its end": (b"data: a\n\ndata: b", "b"),
    "a comment": (b"data: a\n\n: beat", ""),
    "a type": (b"data: a\n\nevent: end\n", ""),
    "nothing": (b"data: a\n\n", ""),
}


@pytest.mark.parametrize("framing", [Framing.SSE, Framing.AUTO])
@pytest.mark.parametrize("case", LEFTOVERS)
def test_e6_what_no_blank_line_ended_is_told(case, framing):
    """The rules leave such an event out; the reader says what it was."""
    content, left = LEFTOVERS[case]
    reader = EventReader(framing=framing)
    reader.feed(content)
    reader.finish()

    assert reader.events == [Event("a")]
    assert reader.leftover == left


@pytest.mark.parametrize("content", [b'{"a": 1}\n', b"[1]\n[2]\n"])
def test_e6_json_lines_are_a_text_where_they_are_no_candidate(content):
    """A definition may say which framings there are."""
    reader = EventReader(candidates=(Framing.SSE, Framing.TEXT))
    reader.feed(content)

    assert reader.finish() is Framing.TEXT
    assert "".join(event.data for event in reader.events) == content.decode()


def test_a_framing_that_is_named_is_not_told_from_the_body():
    """With a framing of its own, a definition decides."""
    assert read([b'{"a": 1}\n'], Framing.TEXT)[1] == [Event('{"a": 1}\n')]
    assert read([b"data: a\n\n"], Framing.NDJSON)[1] == [Event("data: a")]


def test_the_last_event_ends_the_stream():
    """What follows the event that says so is not read, and the event is no part of the reply."""
    reader = EventReader(framing=Framing.SSE, done="[DONE]")

    assert reader.feed(b"data: a\n\n") is False
    assert reader.feed(b"data: [DONE]\n\ndata: b\n\n") is True
    assert reader.feed(b"data: c\n\n") is True
    assert reader.events == [Event("a")]
    assert reader.ended


def test_a_stream_without_its_last_event_has_not_ended():
    """The reader tells that the last event did not come."""
    reader = EventReader(framing=Framing.SSE, done="[DONE]")
    reader.feed(b"data: a\n\n")
    reader.finish()

    assert not reader.ended


LONG = 8 * 1024 * 1024
LONG_LINES = {
    "an event": (b"data: " + b"x" * LONG + b"\n\n", Framing.SSE),
    "an event of letters that take three bytes": (
        b"data: " + "€".encode() * LONG + b"\n\n",
        Framing.SSE,
    ),
    "line ends before it": (b"\n" * LONG + b"data: a\n\n", Framing.SSE),
    "a comment": (b": " + b"x" * LONG + b"\n\ndata: a\n\n", Framing.SSE),
    "the name of a field": (b"data: a\n" + b"x" * LONG, Framing.TEXT),
    "JSON": (b'{"a": "' + b"x" * LONG + b'"}', Framing.NDJSON),
    "carriage returns": (b"data: a\r" + b"\r" * LONG, Framing.SSE),
}


@pytest.mark.parametrize("name", LONG_LINES)
def test_b8_a_long_line_in_short_chunks(name):
    """Work grows with the bytes: putting each line together at every chunk would take minutes."""
    content, framing = LONG_LINES[name]
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    spent = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(spent.ru_utime + spent.ru_stime) + 20

    resource.setrlimit(resource.RLIMIT_CPU, (allowed, hard))
    try:
        found, _ = read(content[at : at + 1024] for at in range(0, len(content), 1024))
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))

    assert found is framing


CUTS = [
    ["data: a"],
    ["da", "ta: a"],
    ["data", ": a"],
    ["data:", " a"],
    ["data: ", "a"],
    ["", "data: a"],
]


@pytest.mark.parametrize("parts", CUTS, ids=str)
def test_b8_a_line_in_parts_is_read_as_a_whole(parts):
    """Wherever a line is cut, its field and its value are the same."""
    decoder = EventDecoder()
    decoder.line(*parts)

    assert decoder.line("") == Event("a")


def test_what_cannot_be_told_yet():
    """A beginning that could be a field's name is waited for."""
    assert sniff("") is None
    assert sniff("\r\n") is None
    assert sniff("dat") is None
    assert sniff("data:") is Framing.SSE
    assert sniff("datum") is Framing.TEXT


ENDS = st.sampled_from(["\n", "\r", "\r\n"])
WORDS = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=8)


@settings(deadline=None)
@given(st.lists(st.tuples(WORDS, ENDS)), WORDS, st.integers(min_value=1, max_value=5))
def test_lines_do_not_depend_on_the_cuts(lines, rest, size):
    """Text cut anywhere gives the lines of the text as a whole."""
    text = "".join(line + end for line, end in lines) + rest
    decoder = LineDecoder()
    found = [line for i in range(0, len(text), size) for line in decoder.feed(text[i : i + size])]

    whole = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert [*found, decoder.rest()] == whole


@settings(deadline=None)
@given(st.lists(st.dictionaries(WORDS, WORDS), min_size=1), st.integers(min_value=1, max_value=7))
def test_json_lines_come_out_as_they_went_in(values, size):
    """Objects written as JSON lines and cut into chunks are read back."""
    content = "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values).encode()

    framing, events = read([content[i : i + size] for i in range(0, len(content), size)])

    assert framing is Framing.NDJSON
    assert [json.loads(event.data) for event in events] == values
