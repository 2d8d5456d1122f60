"""Forms in parts, read by Python's own parser of MIME messages."""

from __future__ import annotations

import base64
import json
from email.parser import BytesParser
from email.policy import HTTP

import pytest
from vcr.serialize import deserialize
from vcr.serializers import yamlserializer

from harness.conversation import Outcome
from harness.core.errors import DefinitionError, PlayError
from harness.project.plan import Mode
from tests.recordings.desk import serving_desk

PDF = b"%PDF-1.4\n\x00\xff\xfe\r\n--harness-boundary\r\n%%EOF"
PASSWORD = "pw-Zx81-Kq27-Ty"
FORM = """\
send:
  - request:
      post: /ask
      multipart:
        question: ${message.text}
        user_password: ${settings.key}
        count: 3
        tags: [a, '${message.metadata.tag}']
        absent: ${message.metadata.absent}
        file: {for_each: message.attachments, as: a, yield: '${a}'}
        note: {file: "${'Grüße' | base64}", name: 'né"w.txt', content_type: text/x-note}
    reply: {text: $.text}
"""
TURN = """\
  - user: {text: What is in it?, metadata: {tag: b}, attachments: %s}
    expect: {contains: %s}
"""
FILE = {"name": "report.pdf", "content": base64.b64encode(PDF).decode()}


def mailroom(visit) -> None:
    """Answers with what it found in the parts."""
    kind = next(line for line in visit.head.split("\r\n") if line.lower().startswith("content-t"))
    message = BytesParser(policy=HTTP).parsebytes(kind.encode() + b"\r\n\r\n" + visit.body)
    parts = [
        (
            part.get_param("name", header="content-disposition"),
            part.get_filename(),
            part["content-type"],
            part.get_payload(decode=True),
        )
        for part in message.iter_parts()
    ]
    visit.answer(json.dumps({"text": repr(parts)}).encode())


@pytest.fixture
def desk(tmp_path):
    """A project whose provider takes forms."""
    with serving_desk(tmp_path, mailroom, FORM, secrets={"key": PASSWORD}) as desk:
        yield desk


def turn(*files, contains="report.pdf"):
    return TURN % (json.dumps(files), json.dumps(contains))


def test_texts_and_files_arrive_as_they_are(desk):
    """Names, types and bytes of all parts are those of the definition; a none is left out."""
    result = desk.play(turn(FILE, {**FILE, "name": "b.bin"}), Mode.LIVE)

    assert result.error is None
    assert result.transcript.turns[0].reply.text == repr(
        [
            ("question", None, None, b"What is in it?"),
            ("user_password", None, None, PASSWORD.encode()),
            ("count", None, None, b"3"),
            ("tags", None, None, b"a"),
            ("tags", None, None, b"b"),
            ("file", "report.pdf", "application/pdf", PDF),
            ("file", "b.bin", "application/octet-stream", PDF),
            ("note", "né%22w.txt", "text/x-note", "Grüße".encode()),
        ]
    ).replace(PASSWORD, "<redacted:key>")


def test_a_form_is_recorded_without_its_secrets_and_replayed(desk):
    """The boundary is the same each time, and vcrpy reads the file."""
    desk.play(turn(FILE), Mode.RECORD)
    first = desk.cassette.read_text()
    again = desk.play(turn(FILE), Mode.REPLAY)
    desk.play(turn(FILE), Mode.REFRESH)

    (requests, _) = deserialize(first, yamlserializer)
    body = requests[0].body
    assert again.outcome is Outcome.PASSED
    assert again.notes == ()
    assert b'name="question"\r\n\r\nWhat is in it?\r\n--harness-boundary-1' in body
    assert b'name="user_password"\r\n\r\n<redacted:key>\r\n' in body
    assert PDF in body
    assert PASSWORD not in first
    assert base64.b64encode(PASSWORD.encode()).decode()[:-2] not in first
    assert body == deserialize(desk.cassette.read_text(), yamlserializer)[0][0].body


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("count: 3", "count: 4", "/count: recorded '3', now '4'"),
        ("        count: 3\n", "", "/count: recorded '3', now nothing"),
        ("[a,", "[c,", "/tags/0: recorded 'a', now 'c'"),
        ("text/x-note", "text/html", "/note/content_type: recorded 'text/x-note', now 'text/html'"),
        (
            "'Grüße'",
            "'Gruß'",
            "/note/file: recorded 'R3LDvMOfZQ==', now 'R3J1w58='",
        ),
    ],
    ids=["text", "missing", "list", "type", "content"],
)
def test_the_part_that_differs_is_named(old, new, told, desk):
    """A definition that sends another form is noted with the part."""
    desk.play(turn(FILE), Mode.RECORD)

    (note,) = desk.edited(old, new).play(turn(FILE), Mode.REPLAY).notes

    assert note.startswith(f"turn 1, step send.1 sends a different request: {told}; harness run")


def test_a_file_that_is_not_base64(desk):
    """An attachment that is an address cannot be sent as a file."""
    with pytest.raises(PlayError) as wrong:
        raise desk.play(turn({**FILE, "content": "https://a.example/b"}), Mode.LIVE).error

    assert wrong.value.code == "wrong-body"
    assert wrong.value.message == (
        "the content of the file 'file' is not base64 in the body of step send.1"
    )
    assert "| base64}; nothing was sent" in wrong.value.hint


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("${message.metadata}", "'bad' is a mapping with 'tag'"),
        ("[['${message.text}']]", "'bad' has a list in its list"),
        ("{file: '${message.attachments}', name: a}", "'file' of 'bad' is a list"),
        ("{file: '${message.attachments[0].content}', name: '${1 + 1}'}", "'name' of 'bad' is"),
        ("{file: YQ==, name: a, content_type: \"${'a'}\"}", "'a' of 'bad' is not a media type"),
    ],
    ids=["mapping", "list", "file", "name", "type"],
)
def test_what_no_part_can_be(field, message, tmp_path):
    """A list or a mapping where a text is expected is refused before anything is sent."""
    steps = FORM.replace("count: 3", f"bad: {field}")
    with serving_desk(tmp_path, mailroom, steps, secrets={"key": PASSWORD}) as desk:
        error = desk.play(turn(FILE), Mode.LIVE).error

    assert error.code == "wrong-body"
    assert message in error.message


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        ("content_type:", "contenttype:", "unknown-key", "unknown key 'contenttype'"),
        ("name: 'né\"w.txt', ", "", "missing-key", "'note' lacks 'name'"),
        ("\"${'Grüße' | base64}\"", "Grüße", "wrong-value", "this file is not base64"),
        ("multipart:\n", "text: a\n      multipart:\n", "unknown-key", "used together with"),
        ("/ask", "/ask\n      headers: {content-type: a/b}", "wrong-header", "for 'multipart'"),
        ("send:", "headers: {Content-Type: a/b}\nsend:", "wrong-header", "for 'multipart'"),
    ],
)
def test_a_form_that_is_written_wrong(old, new, code, message, desk):
    """Each mistake is named at its place when the definition is read."""
    edited = desk.edited(old, new)

    with pytest.raises(DefinitionError) as wrong:
        edited.play(turn(FILE), Mode.LIVE)

    (problem,) = wrong.value.problems
    assert problem.code == code
    assert message in problem.message
    assert problem.place is not None
