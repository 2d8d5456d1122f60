from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vcr.serialize import deserialize
from vcr.serializers import yamlserializer

from harness.conversation import Attempt, Origin, Request, Response
from harness.formats.yaml import load
from harness.transport.cassette import (
    Cassette,
    CassetteHead,
    Interaction,
    Interactions,
    cassette_from_json,
    cassette_to_json,
    dump_cassette,
)
from harness.transport.cassette.bodies import restore, spread
from harness.transport.cassette.cassette_reading import LIMITS, TAGS, parse_cassette
from harness.transport.cassette.own_layout import read_own_layout

HEAD = CassetteHead(
    scenario="pink-dress",
    scenario_hash="1e5",
    row="daughter",
    take=2,
    definition="connectly",
    settings={"base_url": "https://x", "n": 1, "on": True, "none": None, "list": [1.5, "no"]},
    seed="12:30",
    seeded={"now": "2026-01-02T03:04:05Z"},
    recorded_at="2026-01-02T03:04:05+00:00",
    version="0.1.0",
)

names = st.from_regex(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}", fullmatch=True)
latin = st.text(st.characters(max_codepoint=255), max_size=12)
headers = st.lists(st.tuples(names, latin), max_size=5).map(tuple)
seconds = st.floats(0, 1e6, allow_nan=False).map(lambda number: round(number, 6))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
bodies = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60).map(str.encode),
    st.text("a\n\t \r\u2028é😀:#-\"'", max_size=30).map(str.encode),
    st.builds(
        lambda value, separators, is_ascii, end: (
            json.dumps(value, separators=separators, ensure_ascii=is_ascii).encode(errors="replace")
            + end
        ),
        values,
        st.sampled_from([(",", ":"), (", ", ": "), (" ,", " : ")]),
        st.booleans(),
        st.sampled_from([b"", b"\n", b"\r\n"]),
    ),
)
requests = st.builds(
    Request,
    method=st.sampled_from(["GET", "POST", "PUT", "NO"]),
    url=st.text(max_size=30).map(lambda text: f"https://x/{text}"),
    headers=headers,
    body=bodies,
    origin=st.builds(
        Origin, turn=st.integers(-1, 50), step=st.text(max_size=8), message=st.text(max_size=8)
    ),
    is_stream=st.booleans(),
)
attempts = st.builds(
    Attempt, status=st.integers(0, 599), reason=st.text(max_size=9), waited=seconds
)
responses = st.builds(
    Response,
    status=st.integers(100, 599),
    reason=latin,
    headers=headers,
    body=bodies,
    started=seconds,
    first_byte=st.none() | seconds,
    seconds=st.none() | seconds,
    chunks=st.lists(st.tuples(seconds, st.integers(0, 9999)), max_size=4).map(tuple),
    attempts=st.lists(attempts, max_size=2).map(tuple),
)
interactions = st.lists(st.builds(Interaction, request=requests, response=responses), max_size=3)


@given(interactions)
def test_any_interaction_comes_back(given_interactions):
    """What is dumped is parsed to the same value, every byte, header and number of it."""
    cassette = Cassette(path="x", head=HEAD, interactions=Interactions.of(given_interactions))

    parsed = parse_cassette(dump_cassette(cassette).encode(), "x")

    assert parsed == cassette
    assert list(parsed.interactions) == given_interactions


@given(
    st.lists(st.builds(Interaction, request=requests, response=responses), min_size=1, max_size=3)
)
def test_our_own_layout_is_read_as_yaml_reads_it(given_interactions):
    """A recording is read without YAML's parser, and every value is the one that YAML gives."""
    text = dump_cassette(Cassette(head=HEAD, interactions=Interactions.of(given_interactions)))

    document = read_own_layout(text)

    assert document == load(text, "x", LIMITS, TAGS)


@pytest.mark.parametrize(
    ("ours", "other"),
    [
        ("version: 1\n", "version: 1\n\n"),
        ("scenario: pink-dress", "scenario: 'pink-dress'"),
        ("method: GET", "method: GET  # a comment"),
        ("message: OK", 'message: "\\x4fK"'),
        ("      - one\n", "      - one\n      X-Note:\n      - two\n"),
        ("|-\n", ">-\n"),
        ("...\n", "...\n---\n"),
    ],
    ids=["blank", "quotes", "comment", "escape", "twice", "folded", "second"],
)
def test_another_layout_is_left_to_yaml(ours, other):
    """Where a file is not laid out as we write it, YAML's rules alone decide what it says."""
    one = Interaction(
        request=Request(method="GET", url="https://x/", origin=Origin(turn=1, step="send.1")),
        response=Response(status=200, reason="OK", body=b"hi", headers=(("X-Note", "one"),)),
    )
    text = dump_cassette(Cassette(head=HEAD, interactions=Interactions.of([one])))
    assert ours in text

    document = read_own_layout(text.replace(ours, other, 1))

    assert document is None


@pytest.mark.parametrize("text", ["A: 0", "a:", "a: b: c", "key:value", "no", "x #y"])
def test_a_text_that_looks_like_yaml(text):
    """A reason that YAML would take for something else is read as the text, by us and by vcrpy."""
    one = Interaction(
        request=Request(method="GET", url="https://x/", origin=Origin(turn=1, step="send.1")),
        response=Response(status=200, reason=text, headers=(("X-Note", text),)),
    )
    cassette = Cassette(path="x", head=HEAD, interactions=Interactions.of([one]))

    parsed = parse_cassette(dump_cassette(cassette).encode(), "x")
    _, answers = deserialize(dump_cassette(cassette), yamlserializer)

    assert list(parsed.interactions) == [one]
    assert answers[0]["status"]["message"] == text
    assert answers[0]["headers"]["X-Note"] == [text]


@given(interactions)
def test_vcrpy_loads_what_we_write(given_interactions):
    """Stock vcrpy reads every cassette, and sees method, URL, status and JSON of each."""
    cassette = Cassette(head=HEAD, interactions=Interactions.of(given_interactions))

    found, answers = deserialize(dump_cassette(cassette), yamlserializer)

    assert [(one.method, one.uri) for one in found] == [
        (one.request.method, one.request.url) for one in given_interactions
    ]
    assert [answer["status"]["code"] for answer in answers] == [
        one.response.status for one in given_interactions
    ]
    assert [answer["status"]["message"] for answer in answers] == [
        one.response.reason for one in given_interactions
    ]
    for answer, one in zip(answers, given_interactions, strict=True):
        assert [pair for name in answer["headers"] for pair in answer["headers"][name]] == [
            value
            for name in dict.fromkeys(name for name, _ in one.response.headers)
            for key, value in one.response.headers
            if key == name
        ]


@given(bodies)
def test_a_spread_body_is_restored(body):
    """Readable JSON gives the exact text back."""
    text = body.decode(errors="replace")

    assert restore(*spread(text)) == text


@pytest.mark.parametrize(
    ("body", "layout"),
    [
        pytest.param('{"a":1}', "", id="short"),
        pytest.param(json.dumps({"é": ["x" * 100]}), "spaced-ascii", id="ascii"),
        pytest.param(
            json.dumps({"é😀": ["x" * 100]}, ensure_ascii=False) + "\n", "spaced+newline", id="line"
        ),
        pytest.param('{"a":"' + "x" * 100 + '"}', "compact", id="compact"),
        pytest.param('{"a":"\\ud800' + "x" * 100 + '"}', "", id="a lone surrogate"),
        pytest.param('{"a":1,"a":"' + "x" * 100 + '"}', "", id="a key twice"),
        pytest.param('{"a":1.50,"b":"' + "x" * 100 + '"}', "", id="a number's zero"),
        pytest.param("[" * 100_000, "", id="too deep"),
        pytest.param("[" + "1" * 5000 + "]", "", id="5,000 digits"),
        pytest.param('{"a":"' + "x" * 100 + '"} trailing', "", id="trailing text"),
    ],
)
def test_which_json_is_spread(body, layout):
    """JSON is made readable only where its exact bytes can be restored."""
    readable, found = spread(body)

    assert found == layout
    assert restore(readable, found) == body


def test_the_plain_form_comes_back():
    """The JSON for a cache, after a trip through text, is the same cassette."""
    origin = Origin(turn=1, step="send.1", message="m")
    one = Interaction(
        request=Request(method="POST", url="https://x/", body=b"\xff", origin=origin),
        response=Response(status=200, body="é".encode(), chunks=((0.1, 2),), seconds=0.1),
    )
    cassette = Cassette(path="x", head=HEAD, interactions=Interactions.of([one]))

    plain = json.loads(json.dumps(cassette_to_json(cassette)))

    assert cassette_from_json(plain, "x") == cassette
    assert list(cassette_from_json(plain).interactions) == [one]


def test_a_body_is_readable():
    """JSON stands in the file line by line, emoji and all."""
    content = {
        "text": "Yes 😀 we have pink dresses for you",
        "products": [{"name": "Rosé", "price": 12.5}],
    }
    body = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    origin = Origin(turn=1, step="send.1", message="ab12")
    request = Request(method="POST", url="https://x/chat?a=1", body=b"a=b&c=d", origin=origin)
    response = Response(
        status=200,
        reason="OK",
        headers=(("Content-Type", "application/json"), ("X", "1"), ("Content-Type", "no")),
        body=body,
        started=0.5,
        first_byte=0.25,
        seconds=1.0,
    )
    one = Interaction(request=request, response=response)
    head = replace(HEAD, settings={}, seeded={})

    text = dump_cassette(Cassette(head=head, interactions=Interactions.of([one])))

    assert text[text.index("interactions:\n") :] == (
        "interactions:\n"
        "- harness: {turn: 1, step: send.1, message: ab12, at: 0.5, first_byte: 0.25, "
        "seconds: 1.0, layout: compact, order: [Content-Type, X, Content-Type]}\n"
        "  request:\n"
        "    method: POST\n"
        "    uri: https://x/chat?a=1\n"
        "    body: |-\n"
        "      a=b&c=d\n"
        "    headers: {}\n"
        "  response:\n"
        "    status: {code: 200, message: OK}\n"
        "    headers:\n"
        "      Content-Type:\n"
        "      - application/json\n"
        '      - "no"\n'
        "      X:\n"
        '      - "1"\n'
        "    body:\n"
        "      string: |-\n"
        "        {\n"
        '          "text": "Yes 😀 we have pink dresses for you",\n'
        '          "products": [\n'
        "            {\n"
        '              "name": "Rosé",\n'
        '              "price": 12.5\n'
        "            }\n"
        "          ]\n"
        "        }\n"
        "...\n"
    )


def test_nothing_recorded_is_a_cassette_too():
    """A conversation without a request has a recording."""
    cassette = Cassette(path="x", head=HEAD)

    assert parse_cassette(dump_cassette(cassette), "x") == cassette
