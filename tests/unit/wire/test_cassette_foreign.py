from __future__ import annotations

import gzip
import json

import pytest
from vcr.request import Request as VcrRequest
from vcr.serialize import serialize
from vcr.serializers import jsonserializer, yamlserializer

from harness.errors import CassetteError
from harness.wire.cassette.reading import parse_cassette


def read(content):
    return parse_cassette(content, "x.yaml", "convert it")


def answer(**more):
    return {
        "status": {"code": 200, "message": "OK"},
        "headers": {"Content-Type": ["application/json"], "Set-Cookie": ["a=1", "b=2"]},
        "body": {"string": b'{"a": 1}'},
        **more,
    }


@pytest.mark.parametrize("serializer", [yamlserializer, jsonserializer], ids=["yaml", "json"])
def test_a_cassette_of_vcrpy(serializer):
    """What vcrpy writes is read, duplicate headers too; it names no turn."""
    request = VcrRequest("POST", "https://x/chat?a=1", b'{"q": "hi"}', {"X": "1"})
    text = serialize({"requests": [request], "responses": [answer()]}, serializer)

    cassette = read(text.encode())
    (one,) = cassette.interactions

    assert cassette.head is None
    assert not one.is_ours
    assert (one.request.method, one.request.url) == ("POST", "https://x/chat?a=1")
    assert (one.request.body, one.request.headers) == (b'{"q": "hi"}', (("X", "1"),))
    assert one.response.body == b'{"a": 1}'
    assert one.response.headers == (
        ("Content-Type", "application/json"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
    )
    assert one.response.seconds is None


def test_a_compressed_body_is_undone():
    """A body is kept as it travelled by vcrpy, and decoded by us."""
    headers = {"content-encoding": ["gzip"], "X": ["1"]}
    response = answer(headers=headers, body={"string": gzip.compress(b"hello")})
    request = VcrRequest("GET", "https://x/", None, {})
    text = serialize({"requests": [request], "responses": [response]}, yamlserializer)

    (one,) = read(text).interactions

    assert one.response.body == b"hello"
    assert one.response.headers == (("X", "1"),)


def test_old_httpx_bodies():
    """Early httpx recordings of vcrpy keep status and content under names of their own."""
    text = """
interactions:
- request: {method: GET, uri: 'https://x/', body: '', headers: {}}
  response:
    status_code: 201
    http_version: HTTP/1.1
    headers: {a: [b]}
    content: hello
version: 1
"""

    (one,) = read(text).interactions

    assert (one.response.status, one.response.body) == (201, b"hello")


def test_parsed_bodies():
    """`parsed_body`, as pydantic-ai writes it, is read as JSON."""
    text = """
interactions:
- request:
    method: POST
    uri: https://x/
    headers: {content-type: [application/json]}
    parsed_body: {model: gpt, messages: [{role: user, content: é}]}
  response:
    status: {code: 200, message: OK}
    headers: {}
    parsed_body: {choices: [1, 2]}
version: 1
"""

    (one,) = read(text).interactions

    assert one.request.body == '{"model":"gpt","messages":[{"role":"user","content":"é"}]}'.encode()
    assert one.response.body == b'{"choices":[1,2]}'


def test_two_lists_compressed():
    """`requests` and `responses` in a .yaml.gz, as langchain writes them, are read."""
    text = """
requests:
- {method: POST, uri: 'https://x/', body: hi, headers: {}}
responses:
- {status: {code: 200, message: OK}, headers: {}, body: {string: hello}}
"""

    (one,) = read(gzip.compress(text.encode())).interactions

    assert (one.request.body, one.response.body) == (b"hi", b"hello")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "- request: !!python/object:vcr.request.Request {body: null}\n  response: {}\n",
            "x.yaml: this is a cassette of vcrpy before 1.0; bring it up to date: "
            "python -m vcr.migration PATH [cassette-dialect]",
            id="vcrpy before 1.0",
        ),
        pytest.param(
            "- request: {method: GET}\n  response: {}\n",
            "x.yaml: this is a cassette of vcrpy before 1.0; bring it up to date: "
            "python -m vcr.migration PATH [cassette-dialect]",
            id="vcrpy before 1.0, plain",
        ),
        pytest.param(
            json.dumps([{"scope": "https://x:443", "method": "GET", "response": {}}]),
            "x.yaml: this is a recording of nock, which is not read; "
            "convert it to vcrpy's version 1, or record it again [cassette-dialect]",
            id="nock",
        ),
        pytest.param(
            json.dumps({"log": {"version": "1.2", "entries": []}}),
            "x.yaml: this is a HAR file, which is not read; "
            "convert it to vcrpy's version 1, or record it again [cassette-dialect]",
            id="HAR",
        ),
        pytest.param(
            "http_interactions: []\nrecorded_with: VCR 6.0.0\n",
            "x.yaml: this is a cassette of Ruby's VCR or of Betamax, which is not read; "
            "convert it to vcrpy's version 1, or record it again [cassette-dialect]",
            id="Ruby",
        ),
        pytest.param(
            "version: 7\ninteractions: []\n",
            "x.yaml: version 7 of vcrpy's format is not known, only version 1; "
            "convert it [cassette-version]",
            id="version",
        ),
        pytest.param(
            "version: 1\n",
            "x.yaml: the recording ends before its list of interactions; convert it [cassette-cut]",
            id="cut in the head",
        ),
        pytest.param(
            "interactions:\n- request: {method: GET, uri: x}\n",
            "x.yaml: the recording is cut inside interaction 1, which lacks 'response'; "
            "convert it [cassette-cut]",
            id="cut inside",
        ),
        pytest.param(
            "interactions:\n- request: {method: GE",
            "x.yaml: the recording is cut or damaged: line 3, column 1: "
            "did not find expected ',' or '}'; convert it [cassette-cut]",
            id="cut in mid-line",
        ),
        pytest.param(
            "interactions:\n- !!python/object/apply:os.system [id]\n",
            "x.yaml: line 2: this holds a Python object, !!python/object/apply:os.system, as old "
            "versions of vcrpy wrote them; it is not read, as it could run code: record it again, "
            "or write plain values in its place [cassette-dialect]",
            id="a tag that would run",
        ),
        pytest.param(
            '{"interactions": [',
            "x.yaml: this is no valid JSON: Expecting value: line 1 column 19 (char 18); "
            "convert it [cassette-json]",
            id="cut JSON",
        ),
        pytest.param(
            "requests: [{}]\nresponses: []\n",
            "x.yaml: 1 requests stand against 0 responses; convert it [cassette-count]",
            id="two lists that differ",
        ),
    ],
)
def test_what_is_not_read(content, expected):
    """Another tool's file is named as what it is, and nothing in it runs."""
    with pytest.raises(CassetteError) as caught:
        read(content)

    assert str(caught.value) == expected


def test_an_alias_bomb():
    """A few bytes that stand for 10^9 parts are refused at once."""
    bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    text = (
        f"{bomb}interactions:\n- request: {{method: GET, uri: x, parsed_body: *i}}\n"
        "  response: {status: {code: 200, message: OK}}\n"
    )

    with pytest.raises(CassetteError, match="parsed_body has more than 200000 parts"):
        read(text)
