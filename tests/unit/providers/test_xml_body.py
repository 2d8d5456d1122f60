from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.providers.xml_body import read_xml, write_xml

NIL = b' xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"'

READ = {
    "an empty element": (b"<a></a>", None),
    "an element without content": (b"<a/>", None),
    "a nil element": (b"<a" + NIL + b"/>", None),
    "a nil element that says 1": (b"<a" + NIL.replace(b"true", b"1") + b"/>", None),
    "an element that is not nil": (b"<a" + NIL.replace(b"true", b"false") + b">x</a>", "x"),
    "an attribute": (b'<a lang="en">x</a>', {"@lang": "en", "#text": "x"}),
    "an attribute with a prefix": (b'<a xml:lang="en"/>', {"@lang": "en"}),
    "an attribute named nil": (b'<a nil="true">x</a>', {"@nil": "true", "#text": "x"}),
    "a default namespace": (b'<a xmlns="urn:x"><b>1</b></a>', {"b": "1"}),
    "two prefixes": (
        b'<x:a xmlns:x="urn:x" xmlns:y="urn:y"><x:b>1</x:b><y:b>2</y:b></x:a>',
        {"b": ["1", "2"]},
    ),
    "blanks around a text": (b"<a>  x\n</a>", "  x\n"),
    "blanks alone": (b"<a>  </a>", "  "),
    "a line break alone": (b"<a>\n  </a>", None),
    "lines between elements": (b"<a>\n  <b>1</b>\n</a>", {"b": "1"}),
    "text between elements": (b"<a>one <b>two</b> three</a>", {"b": "two", "#text": "one  three"}),
    "an empty element among others": (b"<a><b/><b>1</b><b/></a>", {"b": [None, "1", None]}),
    "a CDATA section": (b"<a><![CDATA[<b>]]></a>", "<b>"),
    "a comment in a text": (b"<a>one<!-- no -->two</a>", "onetwo"),
    "references": (b"<a>&#x41;&amp;&#13;</a>", "A&\r"),
    "Latin-1": ('<?xml version="1.0" encoding="iso-8859-1"?><a>é</a>'.encode("latin-1"), "é"),
}


@pytest.mark.parametrize("case", READ)
def test_reading(case):
    """Elements are read by their local names; blanks that are part of a text stay."""
    body, value = READ[case]

    assert read_xml(body) == {"a": value}


def test_names_as_they_were_written():
    """Whoever compares with a template wants the prefixes."""
    body = b'<x:a xmlns:x="urn:x"><x:b/></x:a>'

    assert read_xml(body, as_written=True) == {"x:a": {"@xmlns:x": "urn:x", "x:b": None}}


NO_XML = {
    "an unknown encoding": b"<?xml version='1.0' encoding='f-8'?><a/>",
    "a name of nothing": b"<></>",
    "a prefix that is not declared": b"<a:b/>",
    "bytes that are not UTF-8": b"<a>\xff</a>",
    "501 levels": b"<a>" * 501 + b"</a>" * 501,
    "a million levels": b"<a>" * 1_000_000,
}


@pytest.mark.parametrize("case", NO_XML)
def test_what_is_no_xml(case):
    """What cannot be read is named, whatever the parser raises."""
    with pytest.raises(ValueError, match=r"[a-z]"):
        read_xml(NO_XML[case])


def test_the_deepest_xml():
    """500 levels are read."""
    assert read_xml(b"<a>" * 500 + b"</a>" * 500)["a"]


WRITTEN = {
    "a none": ({"b": None}, b"<a><b></b></a>"),
    "an attribute that is none": ({"@b": None, "c": 1}, b"<a><c>1</c></a>"),
    "a text beside attributes": ({"@b": 'x"y', "#text": "c"}, b'<a b="x&quot;y">c</a>'),
    "a text that is none": ({"@b": "1", "#text": None}, b'<a b="1"></a>'),
    "truth": ({"b": [True, False]}, b"<a><b>true</b><b>false</b></a>"),
    "a list": ({"b": [1, None, {"c": "2"}]}, b"<a><b>1</b><b></b><b><c>2</c></b></a>"),
    "an empty list": ({"b": []}, b"<a></a>"),
    "markup": ("<b>&", b"<a>&lt;b&gt;&amp;</a>"),
    "line ends": ("1\r\n2", b"<a>1&#13;\n2</a>"),
    "line ends in an attribute": ({"@b": "1\r\n\t2"}, b'<a b="1&#13;&#10;&#9;2"></a>'),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_writing(case):
    """None is an empty element; nothing is written as Python shows it."""
    value, body = WRITTEN[case]

    assert write_xml({"a": value}) == b'<?xml version="1.0" encoding="utf-8"?>\n' + body


REFUSED = {
    "a bell": ({"a": {"b": "ring\x07"}}, "a.b contains U+0007 at character 5"),
    "a bell in an attribute": ({"a": {"@b": "\x07"}}, "a.@b contains U+0007 at character 1"),
    "a bell in a list": ({"a": {"b": ["", "\x1b"]}}, "a.b contains U+001B at character 1"),
    "no character": ({"a": "\ufffe"}, "a contains U+FFFE at character 1"),
    "half of a pair": ({"a": "\ud83c"}, "a contains U+D83C at character 1"),
    "a name with a blank": (
        {"a": {"b c": 1}},
        "'b c' is not a valid name of an element or attribute",
    ),
    "a name that is markup": (
        {"a": {"b><c": 1}},
        "'b><c' is not a valid name of an element or attribute",
    ),
    "a name that begins with a digit": (
        {"1": 1},
        "'1' is not a valid name of an element or attribute",
    ),
    "two roots": ({"a": 1, "b": 2}, "its root elements are a, b, expected one"),
    "no root": ({}, "its root elements are none, expected one"),
    "a root that is a list": ({"a": [1, 2]}, "its root elements are a, expected one"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_xml_cannot_hold(case):
    """What would make ill-formed XML is named with its place."""
    value, message = REFUSED[case]

    with pytest.raises(ValueError, match=r"[a-z]") as caught:
        write_xml(value)

    assert str(caught.value) == message


TEXTS = st.text(
    st.characters(
        exclude_categories=("Cs",),
        exclude_characters=[*map(chr, {*range(32)} - {9, 10, 13}), "\ufffe", "\uffff"],
    ),
    min_size=1,
).filter(lambda text: not text.isspace())


@given(TEXTS, TEXTS)
def test_a_text_comes_through_unchanged(text, attribute):
    """What is written is read again, character by character."""
    value = {"a": {"b": text, "c": {"@d": attribute, "#text": text}}}

    assert read_xml(write_xml(value)) == value
