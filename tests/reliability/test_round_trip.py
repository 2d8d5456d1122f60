from __future__ import annotations

import json
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st
from vcr.serialize import deserialize
from vcr.serializers import yamlserializer

from harness.conversation import Attempt, Headers, Origin, Request, Response
from harness.core.errors import TransportError
from harness.transport.cassette import (
    Cassette,
    CassetteHead,
    Interaction,
    Interactions,
    dump_cassette,
    read_cassette,
    write_cassette,
)
from harness.transport.cassette.cassette_reading import parse_cassette
from harness.transport.cassette.plain_interaction import Break
from harness.transport.replay import ReplayTransport
from harness.transport.transport import Chunk

HEAD = CassetteHead(scenario="x", version="0.1.0")

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=60),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
json_bodies = st.builds(
    lambda value, separators, is_ascii: json.dumps(
        value, separators=separators, ensure_ascii=is_ascii
    ).encode("utf-8", "replace"),
    values,
    st.sampled_from([(",", ":"), (", ", ": "), (" , ", ":")]),
    st.booleans(),
)
bodies = st.one_of(
    json_bodies, st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode())
)
LATIN_1 = st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f")
names = st.sampled_from(["X-Note", "x-note", "X-NOTE", "Set-Cookie", "Null", "yes", "~", "1"])
headers = st.lists(st.tuples(names, st.text(LATIN_1, max_size=12)), max_size=6).map(tuple)
reasons = st.just("") | st.text(LATIN_1, max_size=12)
seconds = st.floats(0, 1000, allow_nan=False)
breaks = st.none() | st.builds(
    Break,
    st.sampled_from(["connection-broken", "read-timeout", "total-timeout", "scenario-timeout"]),
    st.text(max_size=60),
    st.lists(st.text(max_size=20), max_size=2).map(tuple),
)
attempts = st.lists(
    st.builds(
        lambda status, reason, waited: Attempt(status=status, reason=reason, waited=waited),
        st.sampled_from([0, 429, 503]),
        reasons,
        seconds,
    ),
    max_size=2,
).map(tuple)


@st.composite
def interaction(draw: st.DrawFn) -> Interaction:
    """Any request and reply; the chunks of a stream are as long as its body."""
    body, is_stream = draw(bodies), draw(st.booleans())
    ends = sorted(draw(st.sets(st.integers(1, max(1, len(body) - 1)), max_size=4)) | {len(body)})
    lengths = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    is_cut = is_stream and body
    return Interaction(
        request=Request(
            method=draw(st.sampled_from(["POST", "GET", "DELETE"])),
            url="https://x/",
            headers=draw(headers),
            body=draw(bodies),
            origin=Origin(turn=1, step="send.1", message="m"),
            is_stream=is_stream,
        ),
        response=Response(
            status=draw(st.integers(200, 599)),
            reason=draw(reasons),
            headers=draw(headers),
            body=body,
            started=draw(seconds),
            first_byte=draw(st.none() | seconds),
            seconds=draw(st.none() | seconds),
            chunks=tuple((0.5, length) for length in lengths) if is_cut else (),
            attempts=draw(attempts),
        ),
        broken=draw(breaks),
    )


interactions = st.lists(interaction(), min_size=1, max_size=3)


def as_bytes(body: object) -> bytes:
    """A body as vcrpy gives it: text, bytes, or none where nothing was sent."""
    return body.encode() if isinstance(body, str) else bytes(body or b"")  # type: ignore[call-overload]  # vcrpy has no types


def is_same(body: bytes, seen: bytes, layout: str) -> bool:
    """The same bytes, or the same JSON where it was made readable."""
    if not layout:
        return body == seen
    # Texts of numbers, because no NaN is equal to itself.
    return json.loads(body, parse_float=str) == json.loads(seen, parse_float=str)


def grouped(headers: Headers) -> dict[str, list[str]]:
    """Headers as vcrpy has them: each name with its values in order."""
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name, []).append(value)
    return found


def drained(chunks: Iterator[Chunk]) -> tuple[list[Chunk], Break | None]:
    """The chunks, and how they broke off."""
    heard = []
    try:
        heard.extend(chunks)
    except TransportError as error:
        return heard, Break(error.code, error.message, error.details)
    return heard, None


@given(interactions)
def test_anything_comes_back_from_a_file(tmp_path_factory, given_interactions):
    """What was written to a file and read again is the same to the byte."""
    path = tmp_path_factory.getbasetemp() / "round-trip" / "x.yaml"
    cassette = Cassette(path="x", head=HEAD, interactions=Interactions.of(given_interactions))
    write_cassette(path, cassette)

    assert read_cassette(path, "x") == cassette
    assert list(read_cassette(path, "x").interactions) == given_interactions


@given(interactions)
def test_vcrpy_sees_the_same_bodies(given_interactions):
    """Stock vcrpy gets every body to the byte; JSON that was made readable as the same JSON."""
    cassette = Cassette(head=HEAD, interactions=Interactions.of(given_interactions))
    text = dump_cassette(cassette)
    layouts = [
        (one["harness"].get("request_layout", ""), one["harness"].get("layout", ""))
        for one in yamlserializer.deserialize(text)["interactions"]
    ]

    requests, answers = deserialize(text, yamlserializer)

    for one, request, answer, layout in zip(
        given_interactions, requests, answers, layouts, strict=True
    ):
        assert is_same(one.request.body, as_bytes(request.body), layout[0])
        assert is_same(one.response.body, as_bytes(answer["body"]["string"]), layout[1])
        assert (request.method, request.uri) == (one.request.method, one.request.url)
        assert answer["status"] == {"code": one.response.status, "message": one.response.reason}
        assert answer["headers"] == grouped(one.response.headers)


@given(interaction())
def test_a_replay_hands_on_what_was_recorded(one):
    """Read back from its file's text, any answer is replayed as it was, its break included."""
    text = dump_cassette(Cassette(head=HEAD, interactions=Interactions.of([one])))
    answer = ReplayTransport(parse_cassette(text)).send(one.request)
    heard, broken = drained(answer.chunks)

    assert (answer.status, answer.reason) == (one.response.status, one.response.reason)
    assert answer.headers == one.response.headers
    assert answer.attempts == one.response.attempts
    assert b"".join(chunk.content for chunk in heard) == one.response.body
    assert broken == one.broken
    if one.response.chunks:
        assert [(chunk.at, len(chunk.content)) for chunk in heard] == list(one.response.chunks)
