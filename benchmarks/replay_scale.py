"""What a turn costs in a long replay beside a short one: `python -m benchmarks.replay_scale`.

Prints a table by the number of interactions of a cassette: processor time a turn, of the wire alone
and of a conversation that follows a definition, and memory an interaction. Checks are left out.
"""

from __future__ import annotations

import gc
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median

from harness.conversation import Origin, Request, Response, UserMessage
from harness.project.project import Project
from harness.providers.message_hash import message_hash
from harness.providers.provider import Provider
from harness.providers.session import Session
from harness.transport.cassette import (
    Cassette,
    CassetteHead,
    Interaction,
    Interactions,
    dump_cassette,
)
from harness.transport.cassette.cassette_reading import parse_cassette
from harness.transport.replay import ReplayTransport

SIZES = (10, 100, 1_000, 10_000)
ROUNDS = 9
TURNS = 10_000
"""Replayed in each round, whatever the cassette's size: short cassettes are replayed often."""
SAID = UserMessage(text="hello")
MESSAGE = message_hash(SAID)
BODY = b'{"reply": {"text": "%s", "products": [{"name": "dress", "price": 12.5}]}}' % (b"x" * 200)
PROJECT = """\
providers:
  long:
    definition: definitions/long
    settings: {base_url: 'https://api.example.com'}
"""
DEFINITION = """\
definition: long
settings: {base_url: {type: string, required: true}}
send:
  - request: {post: /chat, json: {text: '${message.text}'}}
    reply: {text: $.reply.text}
"""

Replay = Callable[[Cassette, int], None]
"""Replays a cassette of so many turns."""


def main() -> None:
    """Measure all sizes in turns, so that the machine's mood meets each of them."""
    texts = {size: cassette_text(size) for size in SIZES}
    cassettes = {size: parse_cassette(text) for size, text in texts.items()}
    provider = provider_of_the_bench()

    def hold(cassette: Cassette, size: int) -> None:
        session = Session(provider, ReplayTransport(cassette), seed="")
        for turn in range(1, size + 1):
            session.say(SAID, turn)
            session.take_exchanges()

    gc.freeze()
    alone, held = measured(cassettes, send_all), measured(cassettes, hold)
    print("| interactions | wire, a turn | beside 10 | conversation, a turn | beside 10 | memory |")
    print("|---|---|---|---|---|---|")
    for size in SIZES:
        memory = bytes_held(texts[size]) / size / 1024
        times = f"{shown(alone, size)} | {shown(held, size)}"
        print(f"| {size:,} | {times} | {memory:.2f} KiB each |")


def measured(cassettes: dict[int, Cassette], replay: Replay) -> dict[int, list[float]]:
    """Seconds of the processor a turn, by size and round: what else runs here is not counted."""
    seconds: dict[int, list[float]] = {size: [] for size in SIZES}
    for _ in range(ROUNDS):
        for size in SIZES:
            began = time.process_time()
            for _ in range(TURNS // size):
                replay(cassettes[size], size)
            seconds[size].append((time.process_time() - began) / TURNS)
    return seconds


def shown(seconds: dict[int, list[float]], size: int) -> str:
    """The median of a size, and of its ratio to the shortest in the same round."""
    ratios = [one / short for one, short in zip(seconds[size], seconds[SIZES[0]], strict=True)]
    return f"{median(seconds[size]) * 1e6:.1f} µs | {median(ratios):.2f}"


def send_all(cassette: Cassette, size: int) -> None:
    """Ask a wire for every turn."""
    wire = ReplayTransport(cassette)
    for turn in range(1, size + 1):
        for _ in wire.send(request(turn)).chunks:
            pass


def provider_of_the_bench() -> Provider:
    """A provider whose definition sends one request a turn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "definitions/long").mkdir(parents=True)
        (folder / "harness.yaml").write_text(PROJECT)
        (folder / "definitions/long/provider.yaml").write_text(DEFINITION)
        return Project.at(folder / "harness.yaml").provider("long")


def cassette_text(size: int) -> str:
    """A recording of so many turns with a small JSON reply each."""
    interactions = Interactions.of(
        Interaction(
            request=request(turn),
            response=Response(status=200, reason="OK", body=BODY, started=turn, seconds=0.5),
        )
        for turn in range(1, size + 1)
    )
    head = CassetteHead(scenario="long", version="0.1.0")
    return dump_cassette(Cassette(head=head, interactions=interactions))


def request(turn: int) -> Request:
    """What is sent in a turn."""
    return Request(
        method="POST",
        url="https://api.example.com/chat",
        headers=(("content-type", "application/json"),),
        body=b'{"text": "hello"}',
        origin=Origin(turn=turn, step="send.1", message=MESSAGE),
    )


def bytes_held(text: str) -> int:
    """What a cassette holds after it was read and replayed."""
    tracemalloc.start()
    cassette = parse_cassette(text)
    send_all(cassette, len(cassette.interactions))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return held


if __name__ == "__main__":
    main()
