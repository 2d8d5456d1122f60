"""A small recording."""

from __future__ import annotations

import pytest

from harness.conversation import Origin, Request, Response
from harness.transport.cassette import Cassette, CassetteHead, Interaction, Interactions


def interaction(turn: int, step: str = "send.1", path: str = "/chat", **more) -> Interaction:
    """An interaction of a turn."""
    more.setdefault("body", b'{"reply": "hello from turn %d", "padding": "%s"}' % (turn, b"x" * 80))
    return Interaction(
        request=Request(
            method="POST",
            url=f"https://api.example.com{path}",
            headers=(("content-type", "application/json"),),
            body=b'{"text": "message %d", "lang": "en"}' % turn,
            origin=Origin(turn=turn, step=step, message=f"hash{turn}"),
            is_stream="chunks" in more,
        ),
        response=Response(
            status=200, reason="OK", started=turn, first_byte=0.25, seconds=0.5, **more
        ),
    )


@pytest.fixture
def make_interaction():
    """Makes an interaction of a turn."""
    return interaction


@pytest.fixture
def cassette() -> Cassette:
    """Three turns, of one request each."""
    return Cassette(
        path="cassettes/x.yaml",
        head=CassetteHead(scenario="x", version="0.1.0"),
        interactions=Interactions.of(interaction(turn) for turn in (1, 2, 3)),
    )
