from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.conversation import Response
from harness.core.errors import ProtocolError
from harness.providers.payload import excerpt, read_json, read_payload, read_xml
from harness.providers.step_plans import Encoding


def answer(body, content_type="application/json"):
    return Response(
        status=200,
        reason="OK",
        headers=(("Content-Type", content_type),),
        body=body,
        started=0.0,
        first_byte=0.0,
        seconds=0.0,
    )


def refusal(body, encoding=Encoding.JSON, content_type="application/json"):
    with pytest.raises(ProtocolError) as caught:
        read_payload(answer(body, content_type), encoding)
    return caught.value


NOT_JSON = {
    "NaN": (b'{"a": NaN}', "NaN is not a JSON number at byte 6"),
    "Infinity": (b"[1, Infinity]", "Infinity is not a JSON number at byte 4"),
    "minus infinity": (b"[-Infinity]", "-Infinity is not a JSON number at byte 1"),
    "out of range": (
        '{"é": [-1.5E+400]}'.encode(),
        "the number -1.5E+400 is out of range at byte 8",
    ),
    "NaN behind accents": ('{"é": "ü", "a": NaN}'.encode(), "NaN is not a JSON number at byte 18"),
    "NaN behind a text of it": (b'["NaN", NaN]', "NaN is not a JSON number at byte 8"),
    "a key twice": (
        b'{"a": 1, "b": 2, "a": 3}',
        "an object has the key 'a' twice at byte 17",
    ),
    "a key twice by an escape": (
        b'{"a": 1, "\\u0061": 3}',
        "an object has the key 'a' twice at byte 9",
    ),
    "a key twice inside": (
        b'[{"a": {"b": 1, "b": 2}}]',
        "an object has the key 'b' twice at byte 16",
    ),
    "a long key twice": (
        f'{{"{"k" * 99}": 1, "{"k" * 99}": 2}}'.encode(),
        f"an object has the key '{'k' * 50}… (49 more characters)' twice at byte 107",
    ),
    "5,000 digits": (
        b'{"a": ' + b"7" * 5000 + b"}",
        "a number has more than 4300 digits at byte 6",
    ),
    "a lone high surrogate": (b'{"a": "x\\ud83d"}', "it contains a lone surrogate at byte 8"),
    "a lone low surrogate": (b'["ok", "\\uDC57"]', "it contains a lone surrogate at byte 8"),
    "halves in the wrong order": (b'["\\udc57\\ud83d"]', "it contains a lone surrogate at byte 2"),
    "halves apart": (b'["\\ud83d \\udc57"]', "it contains a lone surrogate at byte 2"),
    "a lone surrogate in a key": (b'{"\\ud83d": 1}', "it contains a lone surrogate at byte 2"),
    "100,000 levels of lists": (b"[" * 100_000, "it has more than 500 levels at byte 500"),
    "501 levels": (b"[" * 501 + b"]" * 501, "it has more than 500 levels at byte 500"),
    "501 levels with texts": (
        b'{"[[": "]]", "a": ' * 501 + b"1" + b"}" * 501,
        "it has more than 500 levels at byte 9000",
    ),
    "100,000 levels of objects": (b'{"a":' * 100_000, "it has more than 500 levels at byte 2500"),
    "text behind the end": (b'{"a": 1} trailing', "extra data at byte 9"),
    "a second value": (b'{"a": 1}\n{"b": 2}', "extra data at byte 9"),
    "cut": (b'{"a": "b', "unterminated string starting at byte 6"),
    "cut behind a colon": (b'{"a":', "expecting value at byte 5"),
    "single quotes": (b"{'a': 1}", "expecting property name enclosed in double quotes at byte 1"),
    "a comma at the end": (b"[1,]", "illegal trailing comma before end of array at byte 2"),
    "a text without quotes": ("ä hello".encode(), "expecting value at byte 0"),
    "a control character": (b'["a\x01"]', "invalid control character at byte 3"),
    "not UTF-8": (b'{"a": "\xff"}', "it is not UTF-8 at byte 7"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "it is not UTF-8 at byte 0; it looks like UTF-16"),
}
OF_THIS_PYTHON = ("a comma at the end",)
"""Python words these in another way from version to version."""


@pytest.mark.parametrize("case", [name for name in NOT_JSON if name not in OF_THIS_PYTHON])
def test_what_is_no_json_is_named_with_its_offset(case):
    """What strict JSON forbids is refused, with the offset in bytes."""
    body, reason = NOT_JSON[case]

    error = refusal(body)

    assert error.code == "not-json"
    assert error.message == f"the answer is not JSON: {reason}"
    assert len(error.details[0]) < 300


@pytest.mark.parametrize("case", OF_THIS_PYTHON)
def test_other_faults_have_an_offset_too(case):
    """Whatever Python calls the fault, its offset is named."""
    error = refusal(NOT_JSON[case][0])

    assert error.code == "not-json"
    assert " at byte " in error.message


JSON = {
    "an object": (b'{"a": [1, 2.5, true, null, "x"]}', {"a": [1, 2.5, True, None, "x"]}),
    "a number": (b"42", 42),
    "a text": (b'"hello"', "hello"),
    "null": (b"null", None),
    "blanks around": (b' \r\n{"a": 1}\t ', {"a": 1}),
    "two halves": (b'["\\ud83d\\udc57"]', ["👗"]),
    "an escaped backslash before u": (b'["\\\\ud83d"]', ["\\ud83d"]),
    "a large number": (b"[123456789012345678901234567890]", [123456789012345678901234567890]),
    "a repeated key in two objects": (b'[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}]),
    "a key that is a value too": (b'{"a": "a", "b": "a"}', {"a": "a", "b": "a"}),
    "300 levels": (b"[" * 300 + b"]" * 300, None),
    "a text of 501 brackets": (b'"' + b"[" * 501 + b'"', "[" * 501),
    "600 lists beside one another": (b"[" + b"[]," * 600 + b'"[{"]', [*[[]] * 600, "[{"]),
}


@pytest.mark.parametrize("case", [name for name in JSON if name != "300 levels"])
def test_json_is_read(case):
    """What JSON allows is read as it is."""
    body, value = JSON[case]

    assert read_payload(answer(body), Encoding.JSON) == value


def test_deep_json_is_read():
    """A few hundred levels are no fault."""
    value = read_json(JSON["300 levels"][0])

    assert isinstance(value, list)


@settings(deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=20,
    ),
    st.booleans(),
)
def test_json_that_python_writes_is_read_back(value, ascii_only):
    """Strictness refuses nothing that is JSON."""
    assert read_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


NO_REPLY = {
    "empty": (b"", "application/json", "empty-body"),
    "blank": (b" \r\n ", "application/json", "empty-body"),
    "a page": (b"<!DOCTYPE html><html></html>", "application/json", "html-page"),
    "a page in capitals": (b"\n<HTML><body>", "application/json", "html-page"),
    "a page by its header": (b"<p>Down</p>", "text/html; charset=utf-8", "html-page"),
    "a text": (b"Internal error", "text/plain", "not-json"),
    "XML": (b"<Turn/>", "application/xml", "not-json"),
}


@pytest.mark.parametrize("case", NO_REPLY)
def test_what_is_no_reply_is_told_apart(case):
    """An empty body, a page and a text are told apart."""
    body, content_type, code = NO_REPLY[case]

    assert refusal(body, content_type=content_type).code == code


def test_json_under_a_wrong_content_type_is_read():
    """The body decides: a server that says text/html of its JSON is read."""
    assert read_payload(answer(b'{"a": 1}', "text/html"), Encoding.JSON) == {"a": 1}


def test_no_body_is_wanted():
    """Where a definition takes no body, whatever comes is fine."""
    assert read_payload(answer(b"<html>", "text/html"), Encoding.NONE) is None


def test_a_text_is_taken_as_it_is():
    """A plain text may hold what is not UTF-8."""
    assert read_payload(answer(b"caf\xe9", "text/plain"), Encoding.TEXT) == "caf\ufffd"


def test_xml_is_read():
    """Elements become mappings, texts and lists."""
    assert read_xml(b"<a><b>1</b><b>2</b></a>") == {"a": {"b": ["1", "2"]}}


XML_FAULTS = {
    "a document type": b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    "an external entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "an entity bomb": b'<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><a>&z;</a>',
    "cut": b"<a><b>",
    "no XML": b"hello",
    "JSON": b'{"a": 1}',
    "an encoding that is not known": b"<?xml version='1.0' encoding='f-8'?><a/>",
    "an encoding that is of no text": b"<?xml version='1.0' encoding='rot13'?><a/>",
    "501 levels": b"<a>" * 501 + b"</a>" * 501,
    "200,000 levels": b"<a>" * 200_000 + b"</a>" * 200_000,
}


@pytest.mark.parametrize("case", XML_FAULTS)
def test_xml_is_read_without_entities(case):
    """Document types, entities and what is no XML are refused."""
    error = refusal(XML_FAULTS[case], Encoding.XML, "application/xml")

    assert error.code == "not-xml"


def test_xml_of_500_levels_is_read():
    """Elements may stand inside one another as often as lists and objects of JSON."""
    value = read_xml(b"<a>" * 500 + b"</a>" * 500)

    for _ in range(500):
        value = value["a"]
    assert value is None


def test_an_excerpt_is_one_short_line():
    """What is shown of a body is one line of 200 characters."""
    text = excerpt(b"a\r\n\tb" + b" c" * 5000 + b"\xff")

    assert text.startswith("a b c c")
    assert "\n" not in text
    assert len(text) < 240


def test_a_byte_order_mark_before_json_is_left_out():
    """It is no part of the text. Source: RFC 8259, section 8.1."""
    response = Response(status=200, body=b'\xef\xbb\xbf{"a": "\xc3\xa4"}')

    assert read_payload(response, Encoding.JSON) == {"a": "ä"}


@pytest.mark.parametrize("charset", ["utf-16", "iso-8859-1"])
def test_json_is_utf_8_whatever_its_header_says(charset):
    """Secrets are searched for in UTF-8: in another encoding, none would be found and hidden."""
    headers = (("Content-Type", f"application/json; charset={charset}"),)
    response = Response(status=200, headers=headers, body='{"a": "ä"}'.encode(charset))

    with pytest.raises(ProtocolError, match="is not UTF-8"):
        read_payload(response, Encoding.JSON)
