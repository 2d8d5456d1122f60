"""Streams that end too early: the built-in ones are cut at each byte of a recording."""

from __future__ import annotations

import functools

import pytest
from definitions import answer, definition, state_of

from harness.conversation import Exchange, Origin, Phase, Request
from harness.core.errors import ProtocolError
from harness.providers.builtin import FOLDERS
from harness.providers.definition_reader import read_definition
from harness.providers.reply import read_reply
from harness.providers.stream import read_answer_stream, reader_for
from harness.transport.cassette.cassette_reading import parse_cassette
from tests.docs.blocks import ROOT

SSE = (
    b': hello\r\nevent: piece\r\ndata: {"d": "Gr\xc3\xbc"}\r\n\r\n'
    b'data: {"d": "\xc3\x9fe, "}\n\ndata: {"d": "world"}\n\ndata: [DONE]\n\n'
)
LINES = b'{"d": "Gr\xc3\xbc"}\n{"d": "\xc3\x9fe, "}\r\n\n{"d": "world"}\n{"d": "", "last": true}\n'
JOINED = "    reply: {text: {join: '$.events[*].d'}}\n"
OWN = {
    "a text ends it": (SSE, "framing: sse\n    events: json\n    done: '[DONE]'\n" + JOINED),
    "a name ends it": (
        SSE.replace(b"data: [DONE]", b"event: end\ndata: {}"),
        "framing: sse\n    events: json\n    names: true\n    done: {event: end}\n"
        + JOINED.replace("].d", "].data.d"),
    ),
    "a condition ends it": (LINES, "framing: ndjson\n    done: {if: {$.last: true}}\n" + JOINED),
    "events or lines": (
        LINES,
        "framing: [sse, ndjson]\n    done: {if: {$.last: true}}\n" + JOINED,
    ),
}
UNTIL_THEN = "the text until then: "
LARGEST = 3000
"""Bytes of a sample: it is read as often as it has bytes."""


@functools.cache
def recorded():
    """What was recorded of the streams of the built-in definitions, by definition and step."""
    found = {}
    for name, folder in FOLDERS.items():
        read = read_definition(folder, name)
        steps = {one.name: one for one in read.phases[Phase.SEND] if one.stream is not None}
        for file in sorted((ROOT / "cassettes").rglob("*.yaml")) if steps else ():
            text = file.read_text()
            if f"\n  definition: {name}\n" not in text:
                continue
            for row in parse_cassette(text, str(file)).interactions:
                step = steps.get(row.request.origin.step)
                if step is not None and row.response.status == 200:
                    bodies = found.setdefault(f"{name} {step.name}", (read, step, []))[2]
                    bodies.append(row.response.body)
    return found


def sample(read, step, bodies):
    """Of those with a reply, the longest body that is short enough, or the shortest."""
    bodies = [one for one in bodies if isinstance(outcome(read, step, one), str)]
    return max(
        (one for one in bodies if len(one) <= LARGEST), key=len, default=min(bodies, key=len)
    )


def outcome(read, step, body):
    """The text that is read of a body, or the error."""
    state, response = state_of(read), answer(body=body, headers=headers_of(step))
    reader = reader_for(step)
    reader.feed(body)
    request = Request(method="POST", url="http://a", origin=Origin(turn=1, step=step.name))
    state.exchanges.append(Exchange(request=request, response=response))
    try:
        payload = read_answer_stream(step, response, reader, state)
        return read_reply(step.reply, payload, set()).text
    except ProtocolError as error:
        return error


def headers_of(step):
    kinds = step.answer.content_types or ("text/event-stream",)
    return (("Content-Type", kinds[0]),)


def test_each_stream_of_a_built_in_definition_is_recorded():
    """There is a sample for every definition that reads a stream."""
    reading = {
        name
        for name, folder in FOLDERS.items()
        if any(one.stream for one in read_definition(folder, name).phases[Phase.SEND])
    }

    assert {one.split()[0] for one in recorded()} == reading


CASES = [*recorded(), *OWN]


@pytest.mark.parametrize("case", CASES)
def test_a_stream_that_is_cut_at_any_byte(case):
    """It is BROKEN until its last event has come; the text until then is kept."""
    if case in OWN:
        body, keys = OWN[case]
        read = definition(f"send:\n  - stream: {{post: /talk}}\n    {keys}")
        step = read.phases[Phase.SEND][0]
    else:
        read, step, bodies = recorded()[case]
        body = sample(read, step, bodies)
    whole = outcome(read, step, body)
    cut = [outcome(read, step, body[:end]) for end in range(len(body))]

    assert isinstance(whole, str)
    if step.stream.shown_end and not step.stream.is_done_optional:
        ended = next((end for end, one in enumerate(cut) if one == whole), len(body))
        assert {one.code for one in cut[:ended]} <= {"stream-cut", "empty-stream"}
        assert {*cut[ended:]} <= {whole}
        assert b"".join(body[ended:].split()) == b""
        texts = [text_until_then(one) for one in cut[:ended]]
        assert all(whole.startswith(text) for text in texts)
        assert texts == sorted(texts, key=len)
        assert texts[-1]
    else:
        # Nothing says where it ends, so that only a broken connection is recognised.
        assert all(is_beginning(one, body[:end], whole) for end, one in enumerate(cut))


def text_until_then(error):
    return "".join(
        line.removeprefix(UNTIL_THEN) for line in error.details if line.startswith(UNTIL_THEN)
    )


def is_beginning(found, part, whole):
    """Whether a cut stream gave an error, the beginning of its text, or itself as a text."""
    if isinstance(found, ProtocolError):
        return True
    return whole.startswith(found) or found == part.decode(errors="replace")
