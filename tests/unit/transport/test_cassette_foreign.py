from __future__ import annotations

import base64
import gzip
import itertools
import json
import re
from pathlib import Path

import pytest
from vcr.request import Request as VcrRequest
from vcr.serialize import serialize
from vcr.serializers import jsonserializer, yamlserializer

from harness.conversation import Origin, Request
from harness.core.errors import CassetteError, TransportError
from harness.transport.cassette import cassette_files
from harness.transport.cassette.cassette_reading import parse_cassette
from harness.transport.decoding import MEBIBYTE
from harness.transport.replay import ReplayTransport


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
            "x.yaml: this is a cassette of vcrpy before 1.0; migrate it: python -m "
            "vcr.migration PATH [cassette-dialect]",
            id="vcrpy before 1.0",
        ),
        pytest.param(
            "- request: {method: GET}\n  response: {}\n",
            "x.yaml: this is a cassette of vcrpy before 1.0; migrate it: python -m "
            "vcr.migration PATH [cassette-dialect]",
            id="vcrpy before 1.0, plain",
        ),
        pytest.param(
            json.dumps([{"scope": "https://x:443", "method": "GET", "response": {}}]),
            "x.yaml: this is a recording of nock, which is not supported; "
            "convert it to vcrpy's version 1, or record it again [cassette-dialect]",
            id="nock",
        ),
        pytest.param(
            json.dumps({"log": {"version": "1.2"}}),
            "x.yaml: this HAR file is damaged: 'entries' is missing; convert it [cassette-damaged]",
            id="HAR without entries",
        ),
        pytest.param(
            "http_interactions: []\nrecorded_with: VCR 6.0.0\n",
            "x.yaml: this is a cassette of Ruby's VCR or of Betamax, which is not supported; "
            "convert it to vcrpy's version 1, or record it again [cassette-dialect]",
            id="Ruby",
        ),
        pytest.param(
            "version: 7\ninteractions: []\n",
            "x.yaml: version 7 of vcrpy's format is not supported, only version 1; "
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
            "x.yaml: line 2: this contains a Python object, !!python/object/apply:os.system, "
            "as written by old versions of vcrpy; it is not read, because it could run code: "
            "record it again, or replace it with plain values [cassette-dialect]",
            id="a tag that would run",
        ),
        pytest.param(
            '{"interactions": [',
            "x.yaml: this is not valid JSON: Expecting value: line 1 column 19 (char 18); "
            "convert it [cassette-json]",
            id="cut JSON",
        ),
        pytest.param(
            "requests: [{}]\nresponses: []\n",
            "x.yaml: there are 1 requests but 0 responses; convert it [cassette-count]",
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

    with pytest.raises(CassetteError, match="its aliases add more than 200,000 values"):
        read(text)


def one(request="", response="", more=""):
    """A cassette of one interaction, as YAML; what is given is written behind the usual keys."""
    return (
        f"interactions:\n- request: {{method: GET, uri: 'https://x/'{request}}}\n"
        f"  response: {{status: {{code: 200, message: OK}}{response}}}\n{more}"
    )


def packed(content):
    """A body of these bytes, as YAML."""
    return f", body: {{string: !!binary {base64.b64encode(content).decode()}}}"


LEVELS = "abcdefghi"
BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n"
    for before, name in itertools.pairwise(LEVELS)
)
MERGES = "a: &a {x: 1}\n" + "".join(
    f"{name}: &{name} {{<<: [{','.join([f'*{before}'] * 10)}]}}\n"
    for before, name in itertools.pairwise(LEVELS)
)
GZIPPED = ", headers: {content-encoding: [gzip]}"


@pytest.mark.parametrize(
    ("content", "said", "code"),
    [
        (BOMB + one(", headers: {a: *i}"), "aliases add more than 200,000 v", "too-large"),
        (MERGES + one(", headers: *i"), "aliases add more than 200,000 v", "too-large"),
        (one(", headers: &h {a: [*h]}"), "an alias is inside its own", "yaml"),
        (
            one(response=GZIPPED + packed(gzip.compress(bytes(60 * MEBIBYTE)))),
            "1 is too",
            "too-large",
        ),
        (
            one().replace("'https://x/'", "12"),
            "'uri' is a whole number, 12, expected a text",
            "damaged",
        ),
        (one().replace("'https://x/'", "'http://x:y/'"), "interaction 1 is wrong: Port", "damaged"),
        (one().replace("GET", "[a]"), "'method' is a list, ['a'], expected a text", "damaged"),
        (one().replace("200", ".inf"), "interaction 1 is wrong: cannot convert", "damaged"),
        (one(", headers: hello"), "headers are a text, expected a mapping", "damaged"),
        (one(", headers: {a: [[b]]}"), "a header is a list, expected a text", "damaged"),
        (one(more="interactions: []\n"), "the key 'interactions' appears twice", "damaged"),
        ('{"interactions": [], "interactions": [1]}', "'interactions' twice", "json"),
        (gzip.compress(one().encode()) + b"PK", "2 bytes after the gzip data are not", "cut"),
        (gzip.compress(one().encode())[:-3], "the gzip data ends too early", "cut"),
        (gzip.compress(b"") * 10_001, "the gzip data has more than 10,000 members", "cut"),
    ],
    ids=[
        *("B9-alias-bomb-in-a-header", "B9-merge-bomb", "B9-alias-in-itself", "B9-gzip-bomb"),
        *("B9-uri-12", "B9-port", "B9-method", "B9-status", "B9-headers", "B9-header"),
        *("B9-yaml-twice", "B9-json-twice", "B9-garbage-behind", "B9-cut", "B9-members"),
    ],
)
def test_a_limit_or_fault_is_named(content, said, code):
    """What is too much, or of another kind, is named with its interaction; nothing is left out."""
    with pytest.raises(CassetteError, match=re.escape(said)) as caught:
        read(content)

    assert caught.value.code == f"cassette-{code}"


def test_b9_all_members_of_a_gzip_file_are_read():
    """A file that was compressed in two parts is read to its end."""
    text = one().encode() + one().partition("\n")[2].encode()

    (first, second) = read(gzip.compress(text[:40]) + gzip.compress(text[40:])).interactions

    assert first == second


def test_b9_headers_may_be_pairs():
    """Headers that stand as a list of pairs are kept."""
    (found,) = read(one(response=", headers: [[a, b], [a, c]]")).interactions

    assert found.response.headers == (("a", "b"), ("a", "c"))


@pytest.mark.parametrize(
    ("coding", "body", "said"),
    [
        ("br", b"\x0b\x02\x80hello\x03\xff", "the content encoding 'br' is not supported"),
        ("zstd", b"\x28\xb5\x2f\xfd\x04\x00", "the content encoding 'zstd' is not supported"),
        ("gzip", gzip.compress(b"hello")[:-4], "the gzip data ends too early"),
        ("gzip", b"\x1f\x8b\x08garbage", "the body is not the gzip that its header says"),
    ],
    ids=["B9-br", "B9-zstd", "B9-cut-gzip", "B9-broken-gzip"],
)
def test_a_body_that_cannot_be_decoded_is_told(coding, body, said):
    """Its interaction is there, and a replay that asks for it is told why it cannot be read."""
    headers = f", headers: {{content-encoding: [{coding}]}}"
    cassette = read(one(response=headers + packed(body)))
    request = Request(method="GET", url="https://x/", origin=Origin(turn=1, step="send.1"))

    with pytest.raises(TransportError, match=re.escape(said)) as caught:
        list(ReplayTransport(cassette).send(request).chunks)

    assert caught.value.code == "bad-encoding"


@pytest.mark.parametrize("value", ["!!float ''", "!!int ''", "!!bool x", "!!timestamp x"])
def test_b9_a_value_that_is_not_what_its_tag_says(value):
    """PyYAML raises what is no error of YAML."""
    with pytest.raises(CassetteError, match=r"\[cassette-yaml\]"):
        read(f"version: 1\ninteractions: []\nnote: {value}\n")


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_a_body_that_was_kept_as_it_was_read_is_read(coding):
    """Some tools decode a body and leave the header as it was."""
    headers = f", headers: {{content-encoding: [{coding}]}}"

    (found,) = read(one(response=f"{headers}, body: {{string: hello}}")).interactions

    assert (found.response.body, found.broken) == (b"hello", None)


def test_b14_a_file_beyond_the_limit_is_not_read(tmp_path, monkeypatch):
    """A plain file is bound as a packed one is, before a byte of it is read."""
    monkeypatch.setattr(cassette_files, "LARGEST", MEBIBYTE)
    path = tmp_path / "x.yaml"
    path.write_text(one(more=f"# {'x' * MEBIBYTE}"))
    monkeypatch.setattr(Path, "read_bytes", None)

    with pytest.raises(CassetteError, match="it has more than 1 MiB") as caught:
        cassette_files.read_cassette(path, "x.yaml")

    assert caught.value.code == "cassette-too-large"
