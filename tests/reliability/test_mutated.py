from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator

import pytest
import yaml

from harness.conversation import Attempt, Origin, Request, Response
from harness.core.errors import CassetteError, TransportError
from harness.transport.cassette import (
    Cassette,
    CassetteHead,
    Interaction,
    Interactions,
    dump_cassette,
)
from harness.transport.cassette.cassette_reading import parse_cassette
from harness.transport.cassette.plain_interaction import Break
from harness.transport.replay import ReplayTransport
from tests.first_format import in_first_format
from tests.reliability.size import runs

BODIES = (
    b'{"reply": {"text": "we ship to Norway", "price": 12.5, "buttons": ["yes", "no"], "n": null}}',
    b"data: one\n\ndata: two\n\n",
    "plain text, na\u00efve \U0001f600\nof two lines\n".encode(),
    bytes(range(256)),
    b"",
)
HEAD = CassetteHead(
    scenario="x",
    scenario_hash="870785a3291fb1fc",
    row="red-1",
    definition="shop",
    definition_hash="86de12b59483a774",
    settings={"base_url": "https://x", "size": 3},
    session={"country": "Norway"},
    seed="0c5e37fd492058d5",
    recorded_at="2026-11-21T22:19:16+00:00",
    version="0.1.0",
)
WORDS = (
    "",
    "0",
    "null",
    "harness",
    "turn",
    "~",
    "yes",
    "a: b",
    "-",
    "\u00e9",
    "x" * 90,
    "2026-01-01",
)
SIGNS = "aZ09 :-{}[]'\"\n#&*!|>%@\t\u2028\ufeff"


def interactions() -> Iterator[Interaction]:
    for turn, body in enumerate(BODIES, 1):
        is_stream = body.startswith(b"data:")
        yield Interaction(
            request=Request(
                method="POST",
                url=f"https://x/chat/{turn}?a=1",
                headers=(("content-type", "application/json"), ("accept", "*/*")),
                body=json.dumps({"text": f"message {turn}", "lang": "en"}).encode(),
                origin=Origin(turn=turn, step="send.1", message=f"195b86044b2bb2f{turn}-ab"),
                is_stream=is_stream,
            ),
            response=Response(
                status=200,
                reason="OK",
                headers=(("X-Note", "a"), ("set-cookie", "a=1"), ("x-note", "b"), ("X-Note", "c")),
                body=body,
                started=0.5,
                first_byte=0.25,
                seconds=1.5,
                chunks=((0.25, 5), (1.5, len(body) - 5)) if is_stream else (),
                attempts=(Attempt(status=429, reason="busy", waited=0.5),) if turn == 1 else (),
            ),
            broken=Break("read-timeout", "silence", ("a",)) if turn == len(BODIES) else None,
        )


CASSETTE = Cassette(path="x", head=HEAD, interactions=Interactions.of(interactions()))
ONE = Cassette(path="x", head=HEAD, interactions=Interactions(CASSETTE.interactions.plain[:1]))
TEXTS = {
    "five": dump_cassette(CASSETTE),
    "one": dump_cassette(ONE),
    "format-1": in_first_format(CASSETTE),
}


def said(cassette: Cassette) -> list[object]:
    """All that a replay of the requests hands on."""
    wire, answers = ReplayTransport(cassette), []
    for one in list(interactions())[: len(cassette.interactions)]:
        answer = wire.send(one.request)
        chunks, broken = [], ""
        try:
            chunks.extend(answer.chunks)
        except TransportError as error:
            broken = str(error)
        answers.append((answer.status, answer.reason, answer.headers, chunks, broken))
    return answers


def places(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """The path of everything below a value."""
    pairs: Iterator[tuple[object, object]] = iter(())
    if isinstance(value, dict):
        pairs = iter(value.items())
    elif isinstance(value, list):
        pairs = iter(enumerate(value))
    for key, inner in pairs:
        yield (*path, key)
        yield from places(inner, (*path, key))


def changed(value: object, draw: random.Random) -> object:
    """Another value in the place of this one."""
    others: list[object] = [draw.choice(WORDS), None, True, False, [], {}, [value], {"a": value}, 7]
    if isinstance(value, str) and value:
        at = draw.randrange(len(value))
        others += [
            value[:at] + draw.choice("aZ0 \u00e9\n") + value[at + 1 :],
            value[:at],
            value * 2,
        ]
        others += [value.upper(), f" {value}", f"{value} ", value.encode()]
    if isinstance(value, int | float) and not isinstance(value, bool):
        others += [value + 1, -value, float(value), str(value), value * 10**20]
    if isinstance(value, list) and value:
        others += [value[::-1], value[1:], value + value[:1]]
    return draw.choice(others)


def in_tree(text: str, draw: random.Random) -> str:
    """A key renamed, taken out or moved, or a value changed, anywhere; in another layout."""
    tree = copy.deepcopy(parsed(text))
    for _ in range(draw.choice([1, 1, 1, 2, 3])):
        path = draw.choice(list(places(tree)))
        holder = tree
        for key in path[:-1]:
            holder = holder[key]
        key = path[-1]
        what = draw.randrange(4)
        if isinstance(holder, dict) and what == 0:
            name = draw.choice([f"{key}z", f"{key} ", str(key).upper(), str(key)[1:], "harness"])
            renamed = {name if one == key else one: inner for one, inner in holder.items()}
            holder.clear()
            holder.update(renamed)
        elif what == 1:
            del holder[key]
        elif what == 2:
            other = draw.choice(list(places(tree)))
            moved = tree
            for one in other:
                moved = moved[one]
            holder[key] = copy.deepcopy(moved)
        else:
            holder[key] = changed(holder[key], draw)
    if draw.randrange(10) == 0:
        return json.dumps(tree, default=str)
    return yaml.dump(tree, Dumper=Dumper, sort_keys=False, allow_unicode=True, explicit_end=True)


class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # PyYAML has no types
    """Without anchors, which are refused whatever they say."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def parsed(text: str, known: dict[str, object] = {}) -> object:  # noqa: B006  # read once for thousands
    if text not in known:
        known[text] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  # it is a safe one
    return known[text]


def in_text(text: str, draw: random.Random) -> str:
    """Characters and lines changed, taken out, doubled or moved."""
    for _ in range(draw.choice([1, 1, 1, 2, 5])):
        at, length = draw.randrange(len(text)), draw.choice([1, 1, 2, 8, 80, 600])
        part = text[at : at + length]
        what = draw.randrange(5)
        if what == 0:
            text = text[:at] + draw.choice(SIGNS) + text[at + 1 :]
        elif what == 1:
            text = text[:at] + text[at + length :]
        elif what == 2:
            to = draw.randrange(len(text))
            text = text[:to] + part + text[to:]
        else:
            lines = text.split("\n")
            first, second = draw.randrange(len(lines)), draw.randrange(len(lines))
            if what == 3:
                lines[first], lines[second] = lines[second], lines[first]
            else:
                lines[first] = lines[second]
            text = "\n".join(lines)
        text = text or "x"
    return text


def other_words(text: str, draw: random.Random) -> str:
    """Something that the bot said, changed by hand."""
    old, new = draw.choice([("Norway", "Sweden"), ("12.5", "2.5"), ("code: 200", "code: 500")])
    return text.replace(f" {old}", f" {new}").replace(f'"{old}', f'"{new}')


def renamed(text: str, draw: random.Random) -> str:
    """Our marks and the head under other names, and other words."""
    for mark in draw.sample(["\nharness:", "- harness:", "checksum:", "format:", "turn:"], 2):
        text = text.replace(mark, mark.replace(":", draw.choice(["z:", " :", "'s:"])))
    return other_words(text, draw)


MUTATIONS: dict[str, Callable[[str, random.Random], str]] = {
    "text": in_text,
    "tree": in_tree,
    "tree-and-words": lambda text, draw: other_words(in_tree(text, draw), draw),
    "text-and-words": lambda text, draw: in_text(other_words(text, draw), draw),
    "marks-and-words": renamed,
}


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("name", TEXTS)
def test_a6_no_changed_recording_says_something_else(name, mutation):
    """Whatever is changed in a recording, it is refused, or a replay says what was recorded."""
    text = TEXTS[name]
    recorded = said(parse_cassette(text, "x"))
    taken = []

    for number in range(runs(300, 8000)):
        changed_text = MUTATIONS[mutation](text, random.Random(f"{name}-{mutation}-{number}"))  # noqa: S311  # no secret is drawn
        try:
            heard = said(parse_cassette(changed_text.encode("utf-8", "surrogatepass"), "x"))
        except CassetteError:
            continue
        if heard != recorded:
            taken.append((number, changed_text))

    assert taken == []
