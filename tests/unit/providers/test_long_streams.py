"""Streams of many tokens: twice as many take twice the work and twice the memory."""

from __future__ import annotations

import json
import sys
import tracemalloc

import pytest
from definitions import answer, state_of

from harness.conversation import Exchange, Origin, Phase, Request
from harness.providers.builtin import FOLDERS
from harness.providers.definition_reader import read_definition
from harness.providers.reply import read_reply
from harness.providers.stream import read_answer_stream, reader_for

TEXT = {"content": "tok "}
CALL = {"tool_calls": [{"index": 0, "function": {"arguments": "1,"}}]}
START = {"tool_calls": [{"index": 0, "id": "c-1", "function": {"name": "find", "arguments": "["}}]}
END = {"tool_calls": [{"index": 0, "function": {"arguments": "1]"}}]}


def stream(count: int) -> list[bytes]:
    """Events as OpenAI's chat sends them: half of them text, half of them arguments of a call."""
    deltas = [*[TEXT] * (count // 2), START, *[CALL] * (count // 2), END]
    events = [{"choices": [{"index": 0, "delta": one}]} for one in deltas]
    return [b"data: %s\n\n" % json.dumps(one).encode() for one in events] + [b"data: [DONE]\n\n"]


@pytest.fixture(scope="module")
def step():
    read = read_definition(FOLDERS["openai-chat"], "openai-chat")
    return next(one for one in read.phases[Phase.SEND] if one.stream is not None)


def read_all(step, chunks: list[bytes]):
    """The reply of a stream that comes in these chunks."""
    reader = reader_for(step)
    for chunk in chunks:
        reader.feed(chunk)
    kind = (("Content-Type", "text/event-stream"),)
    response = answer(body=b"".join(chunks), headers=kind)
    state = state_of(read_definition(FOLDERS["openai-chat"], "openai-chat"))
    request = Request(method="POST", url="http://a", origin=Origin(turn=1, step=step.name))
    state.exchanges.append(Exchange(request=request, response=response))
    payload = read_answer_stream(step, response, reader, state)
    return read_reply(step.reply, payload, set())


def work(step, count: int) -> int:
    """The functions that are called to read a stream, those of C too."""
    chunks, calls = stream(count), 0

    def note(_frame, event, _argument) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        read_all(step, chunks)
    finally:
        sys.setprofile(None)
    return calls


def memory(step, count: int) -> int:
    """The most bytes that reading a stream takes."""
    chunks = stream(count)
    tracemalloc.start()
    try:
        read_all(step, chunks)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_pieces_are_joined(step):
    """The text, and the arguments of the call, are complete."""
    reply = read_all(step, stream(2_000))

    assert reply.text == "tok " * 1_000
    assert reply.tools[0].arguments == [1] * 1_001


@pytest.mark.parametrize("measured", [work, memory])
def test_twice_the_tokens_cost_twice_as_much(step, measured):
    """The work for a token, and its memory, do not depend on how many there are."""
    measured(step, 100)
    less, more = measured(step, 4_000), measured(step, 8_000)

    assert less * 1.8 < more < less * 2.2


def test_memory_for_a_byte_of_a_stream(step):
    """Reading takes a bounded multiple of the size of the stream."""
    size = len(b"".join(stream(8_000)))

    assert memory(step, 8_000) < 25 * size
