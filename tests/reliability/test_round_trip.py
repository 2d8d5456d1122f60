from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from vcr.serialize import deserialize
from vcr.serializers import yamlserializer

from harness.conversation import Origin, Request, Response
from harness.wire.cassette import (
    Cassette,
    CassetteHead,
    Interaction,
    Interactions,
    dump_cassette,
    read_cassette,
    write_cassette,
)

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
interactions = st.lists(
    st.builds(
        lambda sent, body, is_stream: Interaction(
            request=Request(
                method="POST",
                url="https://x/",
                body=sent,
                origin=Origin(turn=1, step="send.1", message="m"),
                is_stream=is_stream,
            ),
            response=Response(status=200, body=body, chunks=((0.5, len(body)),) * is_stream),
        ),
        bodies,
        bodies,
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
)


def as_bytes(body: object) -> bytes:
    """A body as vcrpy gives it: text, bytes, or none where nothing was sent."""
    return body.encode() if isinstance(body, str) else bytes(body or b"")  # type: ignore[call-overload]  # vcrpy has no types


def is_same(body: bytes, seen: bytes, layout: str) -> bool:
    """The same bytes, or the same JSON where it was made readable."""
    if not layout:
        return body == seen
    # Texts of numbers, because no NaN is equal to itself.
    return json.loads(body, parse_float=str) == json.loads(seen, parse_float=str)


@given(interactions)
def test_any_body_comes_back_from_a_file(tmp_path_factory, given_interactions):
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
