"""Answers in another charset than UTF-8: how they are read, and that no secret stays in them."""

from __future__ import annotations

import base64
import json

import pytest
from vcr.serialize import deserialize
from vcr.serializers import yamlserializer

from harness.conversation import Outcome
from harness.project.plan import Mode
from tests.recordings.desk import serving_desk

CHARSETS = {
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "UTF-16BE": "utf-16-be",
    "utf-32": "utf-32",
    "iso-8859-1": "iso-8859-1",
    '"windows-1252"': "cp1252",
}
"""As declared, and as Python calls them."""
TICKET = "tïcket-Zé81-Kq27-Wö"
TOKEN = "tok3n-Ab72-Xy90-Mn41"
LEARNED = "Lm44-Qr82-Vw13-Ks95"
STEPS = """\
send:
  - %s: {post: /talk, json: {text: '${message.text}'}}
    capture: {ticket: {json: '%s.ticket', secret: true}}
    reply: {messages: '%s', text: $.text}
"""
TURNS = """\
  - user: Hi
    expect: {contains: Grüße}
  - user: Bye
    expect: {contains: Grüße}
"""
SAID = {
    "text": f"Grüße, {TICKET} and {LEARNED}",
    "ticket": TICKET,
    "access_token": LEARNED,
    "t": TOKEN,
}


def speaking(charset: str, kind: str):
    """Answers in a charset, in small pieces so that characters are cut."""

    def answer(visit) -> None:
        event = json.dumps(SAID, ensure_ascii=False)
        text = f"data: {event}\n\n" if kind == "text/event-stream" else event
        body = text.encode(CHARSETS[charset])
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}; charset={charset}\r\n"
        visit.raw(f"{head}Content-Length: {len(body)}\r\n\r\n".encode())
        for at in range(0, len(body), 7):
            visit.raw(body[at : at + 7])

    return answer


@pytest.fixture(params=["application/json", "application/vnd.bot+json", "text/event-stream"])
def kind(request):
    return request.param


@pytest.fixture(params=CHARSETS)
def charset(request):
    return request.param


@pytest.fixture
def desk(tmp_path, charset, kind):
    """A project whose provider answers in that charset."""
    is_stream = kind == "text/event-stream"
    root = "$.events[0]" if is_stream else "$"
    steps = STEPS % ("stream" if is_stream else "request", root, root)
    if is_stream:
        steps = steps.replace("    capture", "    framing: sse\n    events: json\n    capture")
    with serving_desk(tmp_path, speaking(charset, kind), steps, secrets={"key": TOKEN}) as desk:
        yield desk


def forms(secret: str) -> set[bytes]:
    """A secret in every charset, as it is and in base64."""
    found = set()
    for codec in {*CHARSETS.values(), "utf-8"}:
        content = secret.encode(codec).removeprefix(b"\xff\xfe")
        found.add(content)
        for before in range(3):
            encoded = base64.b64encode(bytes(before) + content)
            found.add(encoded[4:-4])
    return found


def test_json_is_read_in_its_charset_and_no_secret_stays(desk, charset):
    """Captured, configured and learned secrets are not in the recording in any form."""
    recorded = desk.play(TURNS, Mode.RECORD)
    again = desk.play(TURNS, Mode.REPLAY)

    content = desk.cassette.read_bytes()
    flat = b"".join(content.split())
    assert recorded.error is None
    assert (recorded.outcome, again.outcome) == (Outcome.PASSED, Outcome.PASSED)
    for secret in (TICKET, TOKEN, LEARNED):
        assert not [form for form in forms(secret) if form in content or form in flat]
        assert secret not in repr(recorded.transcript)
    for response in deserialize(content.decode(), yamlserializer)[1]:
        assert "Grüße, <redacted:ticket>" in response["body"]["string"].decode()
        (header,) = response["headers"]["Content-Type"]
        assert header.replace('"', "").endswith("; charset=utf-8")


def test_a_journal_holds_no_secret_either(desk):
    """A conversation that breaks off leaves a journal without secrets."""
    turns = f"{TURNS}  - user: again\n    expect: {{contains: Grüße}}\n    capture: {{x: $.no}}\n"

    desk.play(turns, Mode.RECORD)

    files = [file.read_bytes() for file in desk.cassettes.iterdir()]
    assert files
    for secret in (TICKET, TOKEN, LEARNED):
        assert not [form for form in forms(secret) for file in files if form in file]


@pytest.mark.parametrize(
    ("declared", "body", "outcome"),
    [
        ("application/json; charset=utf-16", b'\xff\xfe{\x00"\x00a\x00', "not-json"),
        (
            "application/json; charset=utf-16",
            b"\xff\xfe{\x00}\x00\x00",
            "it is not UTF-8 at byte 2",
        ),
        ("application/json; charset=us-ascii", '{"text": "ä"}'.encode(), ""),
        ("application/json; charset=none", '{"text": "ä"}'.encode(), ""),
        ("application/json; charset=unicode-escape", b'{"text": "\\u00e4"}', ""),
        ("application/json; charset=base64", '{"text": "ä"}'.encode(), ""),
        ("application/json", '\ufeff{"text": "ä"}'.encode(), ""),
        ("application/json; charset=utf-16le", '\ufeff{"text": "ä"}'.encode("utf-16-le"), ""),
        ("application/json; charset=utf-16", '{"text": "ä"}'.encode("utf-16-le"), ""),
        ("application/json; charset=utf-16", '{"text": "ä"}'.encode("utf-16-be"), ""),
        ("application/json; charset=utf-32", '{"text": "ä"}'.encode("utf-32-be"), ""),
        ("application/json; charset=utf-16", '{"text": "ä"}'.encode(), ""),
        ("application/json; charset=utf-16", b"{", "not-json"),
    ],
)
def test_what_is_not_in_its_charset(declared, body, outcome, tmp_path):
    """Text that its charset does not have is an error; what is no charset of texts is UTF-8."""
    steps = "send:\n  - request: {post: /a}\n    reply: {text: $.text}\n"

    def answer(visit) -> None:
        visit.answer(body, "200 OK", f"Content-Type: {declared}")

    with serving_desk(tmp_path, answer, steps) as desk:
        result = desk.play("  - user: Hi\n    expect: {equals: ä}\n", Mode.LIVE)

    if outcome:
        assert result.error is not None
        assert outcome in str(result.error)
    else:
        assert result.outcome is Outcome.PASSED


MARKUP = {
    "declared": '<?xml version="1.0" encoding="utf-{bits}"?>\n<a><text>{said}</text></a>',
    "apostrophes": (
        "<?xml version='1.0' encoding='UTF-{bits}' standalone='yes'?><a><text>{said}</text></a>"
    ),
    "undeclared": "<a><text>{said}</text></a>",
}


@pytest.mark.parametrize("order", ["", "-le", "-be"])
@pytest.mark.parametrize("bits", [16, 32])
@pytest.mark.parametrize("media_type", ["text/xml; charset=utf-{bits}", "application/soap+xml"])
@pytest.mark.parametrize("form", MARKUP)
def test_xml_in_wide_characters(tmp_path, order, bits, media_type, form):
    """It is recorded as UTF-8, in its declaration and its header too, without secrets."""
    said = MARKUP[form].format(said=f"Grüße, {TOKEN}", bits=bits)
    body = said.encode(f"utf-{bits}{order}")
    steps = (
        "send:\n  - request: {post: /talk}\n    answer: {as: xml}\n    reply: {text: $.a.text}\n"
    )

    def answer(visit) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type.format(bits=bits)}\r\n"
        visit.raw(f"{head}Content-Length: {len(body)}\r\n\r\n".encode())
        for at in range(0, len(body), 7):
            visit.raw(body[at : at + 7])

    with serving_desk(tmp_path, answer, steps, secrets={"key": TOKEN}) as desk:
        recorded = desk.play(TURNS, Mode.RECORD)
        again = desk.play(TURNS, Mode.REPLAY)

    content = desk.cassette.read_bytes()
    (response, _) = deserialize(content.decode(), yamlserializer)[1]
    said = response["body"]["string"].decode()
    assert recorded.error is None
    assert (recorded.outcome, again.outcome) == (Outcome.PASSED, Outcome.PASSED), again.error
    assert "<text>Grüße, <redacted:key></text>" in said
    assert f"utf-{bits}" not in (said + str(response["headers"])).lower()
    assert not [one for one in forms(TOKEN) if one in content]


def test_other_xml_stays_as_it_is(tmp_path):
    """Its own charset is read by the parser, and its ASCII characters are searched."""
    body = '<?xml version="1.0" encoding="iso-8859-1"?><a><text>Grüße</text></a>'
    steps = (
        "send:\n  - request: {post: /talk}\n    answer: {as: xml}\n    reply: {text: $.a.text}\n"
    )

    def answer(visit) -> None:
        visit.answer(body.encode("iso-8859-1"), "200 OK", "Content-Type: text/xml")

    with serving_desk(tmp_path, answer, steps) as desk:
        recorded = desk.play(TURNS, Mode.RECORD)

    (response, _) = deserialize(desk.cassette.read_text(), yamlserializer)[1]
    assert recorded.outcome is Outcome.PASSED
    assert response["body"]["string"] == body.encode("iso-8859-1")
