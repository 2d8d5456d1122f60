"""Recordings as other tools write them.

The files in `dialects/` come from those tools. `vcrpy-2.1.yaml`, `vcrpy-8.1.yaml` and its JSON are
of urllib under vcrpy 2.1.1 and 8.1.1, `vcrpy-4.1-httpx.yaml` is of httpx 0.16 under vcrpy 4.1.1;
`langchain.yaml.gz` and `pydantic-ai.yaml` are what vcrpy 8.1.1 recorded, written by the rules of
those projects' serializers. The rest is made after the tools' documents and bug reports.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.core.errors import CassetteError
from harness.transport.cassette import read_cassette

DIALECTS = Path(__file__).parent / "dialects"

GREETED = '{"reply": "Grüße, {\\"q\\": \\"hi\\"}"}'
CHAT = ("POST", "/chat", '{"q": "hi"}', 200, GREETED)
GZIP = ("POST", "/gzip", '{"q": "é"}', 200, GREETED.replace("hi", "é"))
RAW = ("POST", "/raw", "ff00", 200, "fffe00206e6f2074657874")
PARSED = ("POST", "/chat", '{"q":"hi"}', 200, GREETED.replace('y": "G', 'y":"G'))
OLD = ("POST", "/chat", '{"q": "hi"}', 200, '{"reply": "hello"}')
PLAIN = ("GET", "/chat", "", 200, '{"reply": "hello"}')


def read(name: str):
    return read_cassette(DIALECTS / name, name, fix="record it again")


def text_of(body: bytes) -> str:
    """A body as text; as hexadecimal digits where it is none."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.hex()


def seen(name: str) -> list[tuple[str, str, str, int, str]]:
    return [
        (
            one.request.method,
            one.request.url.partition("8702")[2],
            text_of(one.request.body),
            one.response.status,
            text_of(one.response.body),
        )
        for one in read(name).interactions
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("vcrpy-1.0-python-2.yaml", [OLD], id="texts of Python 2"),
        pytest.param("vcrpy-2.1.yaml", [CHAT, GZIP, RAW], id="vcrpy 2.1"),
        pytest.param("vcrpy-8.1.yaml", [CHAT, GZIP, RAW], id="vcrpy 8.1"),
        pytest.param("vcrpy-8.1.json", [CHAT], id="vcrpy's JSON"),
        pytest.param("vcrpy-4.1-httpx.yaml", [CHAT, GZIP], id="httpx under vcrpy 4.1"),
        pytest.param("vcrpy-2.0-aiohttp-plain-body.yaml", [PLAIN], id="a body that is a text"),
        pytest.param("pydantic-ai.yaml", [PARSED], id="parsed_body of pydantic-ai"),
        pytest.param("browser.har", [OLD], id="HAR"),
        pytest.param("langchain.yaml.gz", [CHAT, GZIP, RAW], id="two lists of langchain"),
    ],
)
def test_a_dialect_is_read(name, expected):
    """Text, base64 and gzip bodies come as the server sent them, whoever recorded them."""
    assert seen(name) == expected
    assert read(name).head is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param(
            "vcrpy-0.7.yaml",
            "this is a cassette of vcrpy before 1.0; migrate it: python -m vcr.migration "
            "PATH [cassette-dialect]",
            id="vcrpy before 1.0",
        ),
        pytest.param(
            "vcrpy-2.0-aiohttp.yaml",
            "line 10: this contains a Python object, "
            "!!python/object/new:multidict._istr.istr, as written by old versions of vcrpy; "
            "it is not read, because it could run code: record it again, or replace it with "
            "plain values [cassette-dialect]",
            id="aiohttp under vcrpy 2.0",
        ),
        pytest.param(
            "nock.json",
            "this is a recording of nock, which is not supported; convert it "
            "to vcrpy's version 1, or "
            "record it again [cassette-dialect]",
            id="nock",
        ),
        pytest.param(
            "betamax.json",
            "this is a cassette of Ruby's VCR or of Betamax, which is not supported; convert it to "
            "vcrpy's version 1, or record it again [cassette-dialect]",
            id="Betamax",
        ),
    ],
)
def test_a_dialect_is_named(name, expected):
    """What is not read is called what it is, with the next step."""
    with pytest.raises(CassetteError) as caught:
        read(name)

    assert str(caught.value) == f"{name}: {expected}"
