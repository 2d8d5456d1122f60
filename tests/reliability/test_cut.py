from __future__ import annotations

import gzip

import pytest

from harness.conversation import Attempt, Origin, Request, Response
from harness.core.errors import CassetteError
from harness.transport.cassette import (
    Cassette,
    CassetteHead,
    Interaction,
    Interactions,
    dump_cassette,
)
from harness.transport.cassette.cassette_reading import parse_cassette
from tests.reliability.size import runs

END = b"\n...\n"
"""A formatter may take the end mark away: then all interactions are still there."""
BODIES = {
    "text": "naïve 😀 text\nof two lines\n".encode(),
    "JSON": b'{"reply":{"text":"' + "é".encode() * 40 + b'","price":12.5}}',
    "bytes": bytes(range(256)),
    "stream": b"data: one\n\ndata: two\n\n",
    "nothing": b"",
}


def cassette(body: bytes, turns: int) -> Cassette:
    """A recording whose every turn was answered with this body."""
    interactions = [
        Interaction(
            request=Request(
                method="POST",
                url="https://x/chat",
                headers=(("content-type", "text/plain"),),
                body=b"hello",
                origin=Origin(turn=turn, step="send.1", message="m"),
                is_stream=bool(body),
            ),
            response=Response(
                status=200,
                reason="OK",
                body=body,
                started=0.5,
                seconds=1.5,
                chunks=((0.25, 5), (1.5, len(body) - 5)) if body else (),
                attempts=(Attempt(status=429, reason="busy", waited=0.5),),
            ),
        )
        for turn in range(1, turns + 1)
    ]
    head = CassetteHead(scenario="x", version="0.1.0")
    return Cassette(path="x", head=head, interactions=Interactions.of(interactions))


def accepted(content: bytes, ends: range) -> list[int]:
    """Where a cut file is taken for a recording."""
    taken = []
    for end in ends:
        try:
            parse_cassette(content[:end], "x")
        except CassetteError:
            continue
        taken.append(end)
    return taken


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_file_that_is_cut_at_any_byte_is_no_recording(body):
    """Every shorter file is an error, whatever stands in it."""
    content = dump_cassette(cassette(body, turns=runs(2, 8))).encode()

    assert accepted(content, range(len(content) - len(END))) == []
    assert accepted(content, range(len(content), len(content) + 1)) == [len(content)]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_without_its_end_mark_all_of_it_is_there_or_it_is_no_recording(body):
    """A cut inside the end mark gives the whole recording or an error, never a part."""
    whole = cassette(body, turns=2)
    content = dump_cassette(whole).encode()

    for end in accepted(content, range(len(content) - len(END), len(content))):
        assert parse_cassette(content[:end], "x") == whole


def test_a_compressed_file_that_is_cut_at_any_byte_is_no_recording():
    """The same for a cassette that was compressed."""
    content = gzip.compress(dump_cassette(cassette(BODIES["JSON"], turns=2)).encode())

    assert accepted(content, range(len(content))) == []
