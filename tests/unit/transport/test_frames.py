"""Messages of a WebSocket in a cassette: whatever was sent comes back exactly."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from harness.conversation import Direction, Frame, Origin, Request, Response
from harness.core.errors import CassetteError
from harness.formats.yaml import load
from harness.transport.cassette import Cassette, CassetteHead, Interactions, dump_cassette
from harness.transport.cassette.cassette import Interaction
from harness.transport.cassette.cassette_reading import LIMITS, TAGS, parse_cassette
from harness.transport.cassette.own_layout import read_own_layout

ORIGIN = Origin(turn=1, step="send.1", message="0a1b")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)))


def cassette_of(*frames: Frame) -> Cassette:
    """A recording of these messages on one WebSocket."""
    request = Request(method="GET", url="http://desk/chat", origin=ORIGIN, is_socket=True)
    response = Response(status=101, reason="Switching Protocols", frames=frames)
    interaction = Interaction(request=request, response=response)
    return Cassette(head=CassetteHead(scenario="x"), interactions=Interactions.of([interaction]))


def restored(*frames: Frame) -> tuple[Frame, ...]:
    """The messages of that recording, written to a file and read from it."""
    text = dump_cassette(cassette_of(*frames))
    assert yaml.safe_load(text)["interactions"][0]["harness"]["frames"]
    return parse_cassette(text).interactions[0].response.frames


@given(TEXTS | st.binary())
def test_any_text_and_any_bytes_come_back(content: str | bytes) -> None:
    """Also texts that YAML or a terminal would change."""
    frame = Frame(origin=ORIGIN, direction=Direction.SENT, at=0.25, content=content)

    assert restored(frame) == (frame,)


@given(st.lists(TEXTS | st.binary() | JSON.map(json.dumps), min_size=1))
def test_our_own_layout_is_read_as_yaml_reads_it(contents: list[str | bytes]) -> None:
    """Messages are read without YAML's parser, and every value is the one that YAML gives."""
    frames = (
        Frame(origin=ORIGIN, direction=Direction.SENT, at=0.25, content=content)
        for content in contents
    )
    text = dump_cassette(cassette_of(*frames))

    assert read_own_layout(text) == load(text, "x", LIMITS, TAGS)


@given(value=JSON, separators=st.sampled_from([(",", ":"), (", ", ": ")]), is_ascii=st.booleans())
def test_any_json_comes_back_byte_for_byte(
    *, value: object, separators: tuple[str, str], is_ascii: bool
) -> None:
    """Its layout, its numbers and its escapes are those that were received."""
    text = json.dumps(value, separators=separators, ensure_ascii=is_ascii)
    content = text.encode("utf-8", "replace").decode()
    frame = Frame(origin=ORIGIN, direction=Direction.RECEIVED, at=1e-06, content=content)

    assert restored(frame) == (frame,)


@pytest.mark.parametrize(
    "frame",
    [
        Frame(origin=ORIGIN, direction=Direction.NOTHING, at=2.5, waited=0.5),
        Frame(origin=ORIGIN, direction=Direction.CLOSED, at=2.5, code=1011, reason="no: #1"),
        Frame(origin=ORIGIN, direction=Direction.FAILED, at=2.5, fault="too-large", reason="x"),
        Frame(origin=ORIGIN, direction=Direction.SENT, at=2.5, content="{}", now=1.5e9),
        Frame(origin=ORIGIN, content='{"a": ' * 60 + "1" + "}" * 60),
        Frame(origin=ORIGIN, content=json.dumps({"k" * 2000: 1})),
    ],
    ids=["nothing", "closed", "failed", "with a time", "deep JSON", "a long key"],
)
def test_what_happened_comes_back(frame: Frame) -> None:
    """Everything that a replay needs of it."""
    assert restored(frame) == (frame,)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("direction: sent", "direction: lost"),
        ("at: 0.25", "at: [1]"),
        ("text: hello", "text: 7"),
        (", text: hello", ""),
        ("turn: 1, step: send.1, message", "turn: x, step: send.1, message"),
    ],
    ids=["direction", "time", "text", "no text", "turn"],
)
def test_a_damaged_message_is_named(old: str, new: str) -> None:
    """It is a damaged interaction, not a crash."""
    frame = Frame(origin=ORIGIN, direction=Direction.SENT, at=0.25, content="hello")
    text = dump_cassette(cassette_of(frame))
    assert old in text

    with pytest.raises(CassetteError) as wrong:
        parse_cassette(text.replace(old, new))

    assert wrong.value.code == "cassette-damaged"
