"""Asks a model API for streams of tokens, by the harness or by a plain httpx loop.

`python -m benchmarks.token_streams WHO WHAT`, where WHO is `ours` or `httpx`, and WHAT is

    first         the milliseconds from the sending of a first token until it has been read
    cpu           the processor time of streamed answers of 20 events by that of whole ones
    long COUNT    the milliseconds of processor time for a stream of COUNT tokens

It starts the server in a process of its own, and prints what it found behind `measured `.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import httpx

from benchmarks.serving import bench_server
from harness.config import read_config
from harness.conversation import UserMessage
from harness.play.context_factory import ContextFactory
from harness.project.project import Project
from harness.providers.event_stream import EventReader
from harness.providers.session import Session

ROOT = Path(__file__).parent.parent
EVENTS = 20
TIMES = 200
Ask = Callable[..., float]
"""Asks once, streamed or not. Returns the seconds until the first token was read."""


@contextmanager
def token_server() -> Iterator[str]:
    """A running server; gives its base URL."""
    with bench_server("benchmarks.token_server") as address:
        yield f"{address}/v1"


@contextmanager
def plain_loop(address: str, count: int) -> Iterator[Ask]:
    """A plain httpx loop that reads events and joins their tokens."""
    with httpx.Client(base_url=address) as client:

        def ask(*, is_streamed: bool) -> float:
            body = {"model": f"tokens-{count}", "messages": [{"role": "user", "content": "Hi"}]}
            if not is_streamed:
                answer = client.post("/chat/completions", json=body)
                assert answer.json()["choices"][0]["message"]["content"]  # noqa: S101  # it came
                return 0.0
            events, first = [], 0.0
            with client.stream("POST", "/chat/completions", json={**body, "stream": True}) as got:
                for line in got.iter_lines():
                    if line.startswith("data: {"):
                        events.append(json.loads(line[6:]))
                        first = first or time.monotonic()
            texts = [event["choices"][0]["delta"]["content"] for event in events]
            assert len("".join(texts[1:])) == 6 * (count - 1)  # noqa: S101  # all of it came
            return first - float(texts[0])

        yield ask


@contextmanager
def harness_turns(address: str, count: int) -> Iterator[Ask]:
    """Turns of the built-in definition, each in a conversation of its own."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"base_url": address, "model": f"tokens-{count}"}
        providers = {
            name: {"definition": "openai-chat", "settings": {**settings, "stream": name == "s"}}
            for name in ("s", "w")
        }
        (Path(folder) / "harness.yaml").write_text(json.dumps({"providers": providers}))
        factory = ContextFactory(
            Project(read_config(Path(folder) / "harness.yaml"), environment={})
        )
        contexts = {name: factory.live_check(name) for name in providers}
        times: list[float] = []
        feed = EventReader.feed

        def timed(self: EventReader, content: bytes) -> bool:
            is_first = not self.events
            ended = feed(self, content)
            if is_first and self.events:
                times.append(time.monotonic())
            return ended

        def ask(*, is_streamed: bool) -> float:
            context = contexts["s" if is_streamed else "w"]
            session = Session(context.provider, context.transport, seed=context.seed)
            text = session.say(UserMessage(text="Hi"), 1).text
            session.take_exchanges()
            assert text.endswith("token " * (count - 1))  # noqa: S101  # all of it came
            first = text[: -6 * (count - 1)] if is_streamed else ""
            return times.pop() - float(first) if first else 0.0

        EventReader.feed = timed  # type: ignore[method-assign]  # the time is taken here alone
        try:
            yield ask
        finally:
            EventReader.feed = feed  # type: ignore[method-assign]  # as it was
            for context in contexts.values():
                context.transport.close()


def first_token(ask: Ask) -> float:
    """Milliseconds, the middle of many."""
    ask(is_streamed=True)
    return median(ask(is_streamed=True) for _ in range(TIMES)) * 1000


def processor_ratio(ask: Ask) -> float:
    """Of streamed answers by whole ones, in turns."""
    spent = {True: 0.0, False: 0.0}
    for is_streamed in (True, False) * (TIMES + 1):
        begun = time.process_time()
        ask(is_streamed=is_streamed)
        spent[is_streamed] += time.process_time() - begun
    return spent[True] / spent[False]


def long_stream(ask: Ask) -> float:
    """Milliseconds of processor time."""
    begun = time.process_time()
    ask(is_streamed=True)
    return (time.process_time() - begun) * 1000


def main(who: str, what: str, count: int = EVENTS) -> None:
    """Print what was measured."""
    asking = harness_turns if who == "ours" else plain_loop
    measures = {"first": first_token, "cpu": processor_ratio, "long": long_stream}
    with token_server() as address, asking(address, count) as ask:
        print(f"measured {measures[what](ask)}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
