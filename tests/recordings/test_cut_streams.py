"""Streams of a real server that end too early, in each way in which a connection can end."""

from __future__ import annotations

import pytest

from harness.conversation import Outcome
from harness.project.plan import Mode
from tests.recordings.desk import serving_desk

EVENTS = (b'data: {"d": "Grey "}\n\n', b'data: {"d": "whale"}\n\n', b"data: [DONE]\n\n")
LINES = (b'{"d": "Grey "}\n', b'{"d": "whale"}\n', b'{"last": true}\n')
FRAMINGS = {
    "events": (EVENTS, "framing: sse\n    events: json\n    done: '[DONE]'"),
    "lines": (LINES, "framing: ndjson\n    done: {if: {$.last: true}}"),
}
STEPS = """\
send:
  - stream: {post: /talk}
    %s
    reply: {text: {join: '$.events[*].d'}}
"""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"


def closed(body, part):
    """The server closes the connection, which also is how the body ends."""
    return HEAD + b"Connection: close\r\n\r\n" + part


def too_short(body, part):
    """The body is shorter than the server said."""
    return HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + part


def unfinished(body, part):
    """The last chunk, which ends the body, is missing."""
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(part), part)


def in_a_chunk(body, part):
    """The connection ends inside a chunk."""
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s" % (len(body), part)


WAYS = {
    closed: ("stream-cut", "empty-stream"),
    too_short: ("connection-broken",),
    unfinished: ("connection-broken",),
    in_a_chunk: ("connection-broken",),
}
PLACES = {
    "in the first event": (0, 5, ""),
    "after the first event": (1, 0, "Grey "),
    "in the second event": (1, 12, "Grey "),
    "before the last event": (2, 0, "Grey whale"),
    "in the last event": (2, 7, "Grey whale"),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_stream_that_ends_too_early(framing, way, place, tmp_path):
    """It is BROKEN, whatever a turn expects; the text until then is kept, and nothing recorded."""
    events, keys = FRAMINGS[framing]
    whole, more, text = PLACES[place]
    body = b"".join(events)
    part = b"".join(events[:whole]) + body[len(b"".join(events[:whole])) :][:more]

    def answer_and_close(visit):
        visit.raw(way(body, part))

    with serving_desk(tmp_path, answer_and_close, STEPS % keys) as desk:
        result = desk.play("  - user: Hi\n    expect: {contains: whale}\n", Mode.RECORD)

    assert result.outcome is Outcome.BROKEN
    assert result.codes[0] in WAYS[way]
    assert [line for line in result.error.details if line.startswith("the text until")] == (
        [f"the text until then: {text}"] if text else []
    )
    assert not desk.cassette.exists()


def test_a_whole_stream(tmp_path):
    """The same stream to its end passes, so that the tests above cut what can be read."""

    def answer_and_close(visit):
        visit.raw(closed(b"", b"".join(EVENTS)))

    with serving_desk(tmp_path, answer_and_close, STEPS % FRAMINGS["events"][1]) as desk:
        result = desk.play("  - user: Hi\n    expect: {equals: Grey whale}\n", Mode.RECORD)

    assert result.outcome is Outcome.PASSED
