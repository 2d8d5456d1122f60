"""Signed requests, verified by servers that have their own code for it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from urllib.parse import urlsplit

import pytest
from vcr.serialize import deserialize
from vcr.serializers import yamlserializer

from harness.conversation import Outcome
from harness.core.errors import DefinitionError
from harness.project.plan import Mode
from tests.recordings.desk import serving_desk

KEY = "k3y-Hm27-Zq91-Lw55"
TURNS = """\
  - user: Grüße {text}
    expect: {equals: signed}
  - user: and again
    expect: {equals: signed}
"""
FRESH = 60
"""Seconds in which a server takes a request."""


def headers_of(visit) -> dict[str, str]:
    lines = visit.head.split("\r\n")[1:]
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


def path_of(visit) -> str:
    return visit.head.split(" ")[1]


def mac(key: bytes, content: bytes, name: str = "sha256") -> bytes:
    return hmac.new(key, content, name).digest()


def is_fresh(seconds: str) -> bool:
    return abs(time.time() - float(seconds)) < FRESH


def github(visit) -> bool:
    """Over the body; with its name in front."""
    expected = f"sha256={mac(KEY.encode(), visit.body).hex()}"
    return headers_of(visit)["x-hub-signature-256"] == expected


def slack(visit) -> bool:
    """Over version, time and body."""
    headers = headers_of(visit)
    sent = headers["x-slack-request-timestamp"]
    content = f"v0:{sent}:".encode() + visit.body
    return headers["x-slack-signature"] == f"v0={mac(KEY.encode(), content).hex()}" and (
        sent.isdigit() and is_fresh(sent)
    )


def dotted(visit) -> bool:
    """The server of a small API: the time with a dot before the body."""
    headers = headers_of(visit)
    content = headers["x-timestamp"].encode() + b"." + visit.body
    return headers["x-signature"] == mac(KEY.encode(), content).hex() and (
        is_fresh(headers["x-timestamp"])
    )


def lines(visit) -> bool:
    """Over method, path and body, with a key in base64."""
    content = f"POST\n{path_of(visit)}\n".encode() + visit.body
    key = base64.b64decode(base64.b64encode(KEY.encode()))
    return headers_of(visit)["x-s"] == base64.b64encode(mac(key, content, "sha512")).decode()


def chained(visit) -> bool:
    """As AWS signs: a key for a day and a place, over the hash of a canonical request."""
    headers = headers_of(visit)
    stamp = headers["x-amz-date"]
    scope = f"{stamp[:8]}/eu-west-1/bot/aws4_request"
    parts = urlsplit(path_of(visit))
    payload = hashlib.sha256(visit.body).hexdigest()
    canonical = f"POST\n{parts.path}\n{parts.query}\nx-amz-date:{stamp}\n\nx-amz-date\n{payload}"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = b"AWS4" + KEY.encode()
    for part in (stamp[:8], "eu-west-1", "bot", "aws4_request"):
        key = mac(key, part.encode())
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
    return headers["authorization"] == (
        f"AWS4-HMAC-SHA256 Credential=AKID/{scope}, SignedHeaders=x-amz-date, "
        f"Signature={mac(key, text.encode()).hex()}"
    )


def in_body(visit) -> bool:
    """A hash in capitals of all fields and the secret, as a field."""
    fields = json.loads(visit.body)
    expected = hashlib.md5(f"text={fields['text']}&key={KEY}".encode()).hexdigest().upper()  # noqa: S324  # what it asks for
    return fields["sign"] == expected


SAYS = "json: {text: '${message.text}'}"
STYLES = {
    "github": (
        github,
        f"""{SAYS}
      sign:
        hmac: sha256
        key: ${{settings.key}}
        header: X-Hub-Signature-256
        prefix: sha256=""",
    ),
    "slack": (
        slack,
        f"""{SAYS}
      headers: {{X-Slack-Request-Timestamp: "${{now('epoch')}}"}}
      sign:
        hmac: sha256
        key: ${{settings.key}}
        over: "v0:${{now('epoch')}}:${{body}}"
        header: X-Slack-Signature
        prefix: v0=""",
    ),
    "dotted": (
        dotted,
        f"""{SAYS}
      headers: {{X-Timestamp: "${{now('epoch')}}"}}
      sign:
        hmac: sha256
        key: ${{settings.key}}
        over: "${{now('epoch')}}.${{body}}"
        header: X-Signature""",
    ),
    "lines": (
        lines,
        """multipart: {text: '${message.text}', file: {file: /wD+, name: a.bin}}
      query: {a: b c}
      sign:
        hmac: sha512
        key: ${settings.key | base64}
        key_encoding: base64
        over: "${method}\\n${path}?${query}\\n${body}"
        header: X-S
        encoding: base64""",
    ),
    "chained": (
        chained,
        f"""{SAYS}
      query: {{a: 1}}
      headers: {{X-Amz-Date: "${{now('%Y%m%dT%H%M%SZ')}}"}}
      sign:
        hmac: sha256
        key: "${{'aws4_request' | hmac_sha256('bot' | hmac_sha256('eu-west-1' | hmac_sha256(
          now('%Y%m%d') | hmac_sha256('AWS4' ~ settings.key), key_encoding='hex'),
          key_encoding='hex'), key_encoding='hex')}}"
        key_encoding: hex
        over: "AWS4-HMAC-SHA256\\n${{now('%Y%m%dT%H%M%SZ')}}\\n\\
          ${{now('%Y%m%d')}}/eu-west-1/bot/aws4_request\\n\\
          ${{(method ~ '\\n' ~ path ~ '\\n' ~ query ~ '\\nx-amz-date:' ~ now('%Y%m%dT%H%M%SZ')
          ~ '\\n\\nx-amz-date\\n' ~ (body | sha256)) | sha256}}"
        header: Authorization
        prefix: "AWS4-HMAC-SHA256 Credential=AKID/${{now('%Y%m%d')}}/eu-west-1/bot/aws4_request, \\
          SignedHeaders=x-amz-date, Signature=\"""",
    ),
    "in-body": (
        in_body,
        """json:
        text: ${message.text}
        sign: "${('text=' ~ message.text ~ '&key=' ~ settings.key) | md5 | upper}\"""",
    ),
}


@pytest.fixture(params=STYLES)
def desk(request, tmp_path):
    """A project whose requests are signed in one of the ways."""
    verify, body = STYLES[request.param]

    def answer(visit) -> None:
        if verify(visit):
            visit.answer(b'{"text": "signed"}')
        else:
            visit.answer(b'{"error": "bad signature"}', "401 Unauthorized")

    steps = f"send:\n  - request:\n      post: /talk\n      {body}\n    reply: {{text: $.text}}\n"
    with serving_desk(tmp_path, answer, steps, secrets={"key": KEY}) as desk:
        yield desk


def test_a_server_takes_what_is_signed_and_a_recording_replays(desk):
    """The signature is right, is not in the recording, and a replay does not need the key."""
    recorded = desk.play(TURNS, Mode.RECORD)
    text = desk.cassette.read_text()
    desk.project.environment = {}
    replayed = desk.edited("send:", "# Changed.\nsend:").play(TURNS, Mode.REPLAY)

    assert recorded.error is None
    assert recorded.outcome is Outcome.PASSED
    assert replayed.outcome is Outcome.PASSED
    assert replayed.notes == ()
    assert KEY not in text
    for request in deserialize(text, yamlserializer)[0]:
        for exchange in recorded.transcript.turns:
            assert exchange.exchanges[0].request.hashes == ()
        names = {name.lower() for name in request.headers}
        assert not names & {"x-hub-signature-256", "x-slack-signature", "x-signature", "x-s"}
        assert "authorization" not in names


def test_no_hash_of_the_key_is_stored_or_shown(desk):
    """Nothing that is kept of a conversation contains the signature that the server got."""
    seen: list[str] = []
    result = desk.play(TURNS, Mode.RECORD)
    for turn in result.transcript.turns:
        for exchange in turn.exchanges:
            headers = dict(exchange.request.headers)
            seen += [*headers.values(), exchange.request.body.decode("latin-1")]

    text = desk.cassette.read_text()
    assert any("<redacted:" in one for one in seen)
    for content in (text, *seen):
        assert hashlib.md5(f"text=and again&key={KEY}".encode()).hexdigest().upper() not in content  # noqa: S324
        assert mac(KEY.encode(), b'{"text":"and again"}').hex() not in content


WRONG = {
    "key-in-clear": ("key: ${settings.key}", "key: abc", "open-key", "written in the definition"),
    "open-setting": ("${settings.key}", "${settings.base_url}", "open-key", "'settings.base_url',"),
    "algorithm": ("hmac: sha256", "hmac: sha265", "wrong-value", "sha265"),
    "misspelt": ("prefix:", "prefx:", "unknown-key", "unknown key 'prefx'"),
    "no-header": ("        header: X-Hub-Signature-256\n", "", "missing-key", "lacks 'header'"),
    "wrong-header": ("X-Hub-Signature-256", "'X Hub'", "wrong-header", "not the name of a header"),
    "framing": ("X-Hub-Signature-256", "Content-Length", "wrong-header", "cannot be set"),
    "twice": (
        "      sign:",
        "      headers: {x-hub-signature-256: a}\n      sign:",
        "duplicate-key",
        "is also in 'headers'",
    ),
    "unknown-name": ("prefix:", "over: '${bdy}'\n        prefix:", "unknown-capture", "'bdy'"),
    "elsewhere": ("      sign:", "      json2: 1\n      sign:", "unknown-key", "json2"),
    "body-elsewhere": ("'${message.text}'", "'${body}'", "unknown-capture", "uses 'body'"),
    "capture": (
        "    reply:",
        "    capture: {body: $.text}\n    reply:",
        "reserved-name",
        "'body' in 'over' is a part of the request",
    ),
    "step": ("      sign:", "    sign:", "unknown-key", "unknown key 'sign'"),
}


HINTS = {
    "a name of over": ("prefix:", "over: '${bdy}'\n        prefix:", "did you mean 'body'?"),
    "sign in the step": ("      sign:", "    sign:", "it is a key of 'request'"),
    "headers in the step": (
        "    reply:",
        "    headers: {X-Key: a}\n    reply:",
        "it is a key of 'request'",
    ),
}


@pytest.mark.parametrize("case", HINTS)
def test_a_mistake_has_a_hint(case, tmp_path):
    """The hint names what can be used in `over`, and where a key of a request belongs."""
    old, new, hint = HINTS[case]
    _, body = STYLES["github"]
    steps = f"send:\n  - request:\n      post: /talk\n      {body}\n    reply: {{text: $.text}}\n"
    assert old in steps
    with (
        serving_desk(tmp_path, print, steps.replace(old, new), secrets={"key": KEY}) as desk,
        pytest.raises(DefinitionError) as wrong,
    ):
        desk.play(TURNS, Mode.LIVE)

    assert wrong.value.problems[0].hint == hint


@pytest.mark.parametrize("case", WRONG)
def test_a_signature_that_is_written_wrong(case, tmp_path):
    """Each mistake is named at its place when the definition is read."""
    old, new, code, message = WRONG[case]
    _, body = STYLES["github"]
    over = "        over: ${body}\n" if case == "capture" else ""
    steps = (
        f"send:\n  - request:\n      post: /talk\n      {body}\n{over}    reply: {{text: $.text}}\n"
    )
    assert old in steps
    with (
        serving_desk(tmp_path, print, steps.replace(old, new), secrets={"key": KEY}) as desk,
        pytest.raises(DefinitionError) as wrong,
    ):
        desk.play(TURNS, Mode.LIVE)

    assert wrong.value.problems[0].code == code
    assert message in wrong.value.problems[0].message
    assert wrong.value.problems[0].place is not None


def test_a_hash_in_an_address_is_not_in_a_message(tmp_path):
    """A refusal is told with the mark of the hash, live and in a replay."""
    query = 'query: {sign: "${(settings.key ~ message.text) | sha256}"}'
    steps = f"send:\n  - request: {{post: /talk, {query}}}\n    reply: {{text: $.text}}\n"

    def refuse(visit) -> None:
        visit.answer(b"{}", "403 Forbidden")

    turns = "  - user: Hi\n    error: {status: 403}\n"
    with serving_desk(tmp_path, refuse, steps, secrets={"key": KEY}) as desk:
        recorded = desk.play(turns, Mode.RECORD)
        replayed = desk.play(turns, Mode.REPLAY)

    refusals = [one.transcript.turns[0].refusal.message for one in (recorded, replayed)]
    assert refusals[0] == refusals[1]
    assert "?sign=<redacted:hash> answered 403" in refusals[0]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("prefix: sha256=", "prefix: '${message.display_text}'", "'prefix' is null"),
        ("prefix: sha256=", "over: '${message}'", "'over' is a mapping"),
        ("prefix: sha256=", "over: 'a ${message.display_text}'", "'over' is null"),
        ("${settings.key}", "${[settings.key]}", "the key is a list"),
    ],
)
def test_what_is_not_a_text_is_not_signed(old, new, told, tmp_path):
    """A none, a list or a mapping is never written as a word."""
    _, body = STYLES["github"]
    steps = f"send:\n  - request:\n      post: /talk\n      {body}\n    reply: {{text: $.text}}\n"
    with serving_desk(tmp_path, print, steps.replace(old, new), secrets={"key": KEY}) as desk:
        error = desk.play(TURNS, Mode.LIVE).error

    assert error.code == "wrong-signature"
    assert error.message == f"step send.1 cannot be signed: {told}"


def test_a_mapping_is_not_a_plain_text(tmp_path):
    """A body of text that is a mapping is refused, and a text has the type of its header."""
    steps = "send:\n  - request:\n      post: /talk\n      headers: {Content-Type: text/csv}\n"
    steps += "      text: 'a,${message.text}'\n    reply: {text: $.text}\n"
    seen: list[tuple[str, bytes]] = []

    def answer(visit) -> None:
        seen.append((headers_of(visit)["content-type"], visit.body))
        visit.answer(b'{"text": "signed"}')

    with serving_desk(tmp_path, answer, steps) as desk:
        assert desk.play(TURNS, Mode.LIVE).outcome is Outcome.PASSED
        error = desk.edited("'a,${message.text}'", "'${message}'").play(TURNS, Mode.LIVE).error

    assert seen[0] == ("text/csv", "a,Grüße {text}".encode())
    assert (error.code, error.message) == (
        "wrong-body",
        "the body of step send.1 is a mapping, expected a text",
    )


@pytest.mark.parametrize(
    ("key", "encoding", "told"),
    [
        ("", "text", "the key is null"),
        ("xyz-1234", "hex", "the key is not hex"),
        ("äöü-1234", "base64", "the key is not base64"),
    ],
)
def test_a_key_that_cannot_be_used(key, encoding, told, tmp_path):
    """What is wrong with a key is told without the key, and nothing is sent."""
    _, body = STYLES["github"]
    body += f"\n        key_encoding: {encoding}"
    steps = f"send:\n  - request:\n      post: /talk\n      {body}\n    reply: {{text: $.text}}\n"
    with serving_desk(tmp_path, print, steps, secrets={"key": key}) as desk:
        if not key:
            file = desk.folder / "harness.yaml"
            file.write_text(file.read_text().replace(", key: '${env.KEY}'", ""))
        error = desk.edited("send:", "send:").play(TURNS, Mode.LIVE).error

    assert error.code == "wrong-signature"
    assert error.message == f"step send.1 cannot be signed: {told}"
