from __future__ import annotations

import base64
import json

import pytest

from harness.conversation import Outcome
from harness.core import CassetteError
from harness.transport.cassette import read_cassette
from tests.recordings.importer import ROOT

SHOP = "https://shop.example"
SOCKET = {
    "_resourceType": "websocket",
    "_webSocketMessages": [{"type": "send", "opcode": 1, "data": "hi"}],
    "startedDateTime": "2026-03-02T09:30:03.000Z",
    "request": {"method": "GET", "url": "wss://shop.example/live", "headers": []},
    "response": {"status": 101, "statusText": "Switching Protocols", "headers": []},
}
CANCELLED = {
    "startedDateTime": "2026-03-02T09:30:04.000Z",
    "request": {"method": "GET", "url": f"{SHOP}/logo.png", "headers": []},
    "response": {"status": 0, "statusText": "", "headers": [], "_error": "net::ERR_ABORTED"},
}


def har(*entries):
    return json.dumps({"log": {"version": "1.2", "creator": {}, "entries": entries}})


def entry(at, row, *, is_base64=False):
    """A recorded row as a browser would have written it, over HTTP/2 and compressed."""
    body = row["body"]
    text = base64.b64encode(body.encode()).decode() if is_base64 else body
    return {
        "startedDateTime": f"2026-03-02T09:30:0{at}.000Z",
        "request": {
            "method": row["method"],
            "url": row["uri"],
            "headers": [
                {"name": ":authority", "value": "shop.example"},
                {"name": "content-length", "value": "1"},
                *({"name": name, "value": value} for name, value in row["sent_headers"]),
            ],
            "postData": {"mimeType": "application/json", "text": row["sent"]},
        },
        "response": {
            "status": row["status"],
            "statusText": "",
            "headers": [
                {"name": "content-encoding", "value": "br"},
                {"name": "transfer-encoding", "value": "chunked"},
                *({"name": name, "value": value} for name, value in row["headers"]),
            ],
            "content": {
                "size": len(body),
                "text": text,
                **({"encoding": "base64"} if is_base64 else {}),
            },
        },
    }


@pytest.fixture
def browsed(importer):
    """A file with a recorded conversation, its entries in another order, and other traffic."""
    rows = read_cassette(ROOT / "cassettes/connectly/pink-dress.yaml").interactions.plain
    entries = [entry(at, row, is_base64=bool(at)) for at, row in enumerate(rows)]
    file = importer.folder / "browsed.har"
    file.write_text(har(CANCELLED, *reversed(entries), SOCKET))
    return file


def test_a_conversation_of_a_browser(importer, browsed):
    """It becomes a scenario, whatever its headers say of its bodies; each other entry is named."""
    result = importer.call(browsed, "connectly")
    assert result.exit_code == 0, result.exception
    notes = [line for line in result.output.splitlines() if line.startswith("note: ")]

    assert importer.replay("connectly", "browsed").outcome is Outcome.PASSED
    assert notes[0] == (
        "note: interaction 3 of 4: it is a WebSocket, whose messages are not in a form that can be"
        " imported; left out"
    )
    assert notes[1].startswith("note: interaction 4 of 4: GET /logo.png is not a request of")
    assert len(notes) == 2


def test_bodies_of_forms(tmp_path):
    """A body that is listed field by field is sent as such a form."""
    request = {"method": "POST", "url": f"{SHOP}/talk", "headers": []}
    answer = {"status": 200, "headers": [], "content": {}}
    form = {
        "mimeType": "application/x-www-form-urlencoded",
        "params": [{"name": "q", "value": "a b"}],
    }
    parts = {
        "mimeType": "multipart/form-data; boundary=x",
        "params": [
            {"name": "q", "value": "hi"},
            {"name": "f", "value": "x", "fileName": "a.txt", "contentType": "text/plain"},
        ],
    }
    entries = [{"request": {**request, "postData": p}, "response": answer} for p in (form, parts)]
    (tmp_path / "forms.har").write_text(har(*entries))
    first, second = read_cassette(tmp_path / "forms.har", "forms.har").interactions

    assert first.request.body == b"q=a+b"
    assert second.request.body.count(b"\r\nContent-Disposition: form-data; name=") == 2
    assert b'name="f"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nx' in second.request.body


def test_an_answer_whose_body_was_not_saved(importer, browsed):
    """It is not read as an empty one: the conversation cannot be played."""
    content = json.loads(browsed.read_text())
    del content["log"]["entries"][1]["response"]["content"]["text"]
    browsed.write_text(json.dumps(content))
    result = importer.call(browsed, "connectly")

    assert isinstance(result.exception, CassetteError)
    assert "the HAR file does not contain the body of this answer" in str(result.exception)
    assert importer.files() == []


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ({}, "its entries are not a list"),
        ([{"request": {"method": "GET"}, "response": {}}], "its entry 1 has no request with a URL"),
        ([1], "its entry 1 has no request with a URL"),
    ],
    ids=["no-list", "no-url", "no-entry"],
)
def test_a_damaged_file(tmp_path, entries, reason):
    """What is missing is named."""
    (tmp_path / "x.har").write_text(json.dumps({"log": {"entries": entries}}))
    with pytest.raises(CassetteError) as error:
        read_cassette(tmp_path / "x.har", "x.har")

    assert f"x.har: this HAR file is damaged: {reason}" in str(error.value)
