"""What holds for every YAML text."""

from __future__ import annotations

import json
import re
from contextlib import suppress

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.core.errors import YamlError
from harness.formats.yaml import read

# What a file may hold as it is; in YAML other characters stand as escapes.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))
NUMBERS = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(TEXTS, children, max_size=4),
    max_leaves=20,
)
# YAML 1.1 writes these texts without quotes, as it knows no such numbers.
NUMBERS_OF_1_2_ONLY = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?|0o[0-7]+")


def texts_of(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, child in value.items():
            yield key
            yield from texts_of(child)
    elif isinstance(value, list):
        for child in value:
            yield from texts_of(child)


def scalars_of(node):
    children = [*node, *(child for _, child in node.items())]
    if not isinstance(node.value, dict | list):
        yield node
    for child in children:
        yield from scalars_of(child)


@settings(deadline=None)
@given(VALUES)
def test_json_reads_back(value):
    """JSON is YAML: what json.dumps writes reads back equal."""
    content = json.dumps(value, ensure_ascii=False).encode()

    assert read(content, "a.yaml").value == value


@settings(deadline=None)
@given(VALUES, st.booleans())
def test_quoted_yaml_reads_back(value, flow):
    """What a YAML 1.1 writer writes with quotes reads back equal."""
    content = yaml.safe_dump(value, default_style='"', default_flow_style=flow).encode()

    assert read(content, "a.yaml").value == value


@settings(deadline=None)
@given(
    VALUES.filter(lambda value: not any(map(NUMBERS_OF_1_2_ONLY.fullmatch, texts_of(value)))),
    st.booleans(),
)
def test_plain_yaml_reads_back(value, unicode):
    """What a YAML 1.1 writer writes without quotes reads back equal, numbers of 1.2 apart."""
    content = yaml.safe_dump(value, allow_unicode=unicode, width=10_000).encode()

    assert read(content, "a.yaml").value == value


@settings(deadline=None)
@given(VALUES)
def test_places_point_at_their_text(value):
    """Every place points at the text of its scalar."""
    document = read(json.dumps(value, ensure_ascii=False).encode(), "a.yaml")
    text = document.source.text

    for node in scalars_of(document.at()):
        written = json.dumps(node.value, ensure_ascii=False)
        start = node.place.column - 1
        assert text[start : start + node.place.length] == written


@settings(deadline=None)
@given(st.dictionaries(TEXTS, TEXTS))
def test_key_places_point_at_their_text(value):
    """Every key's place points at the text of the key, in a file of many lines."""
    content = json.dumps(value, ensure_ascii=False, indent=1)
    document = read(content.encode(), "a.yaml")

    for key in value:
        place = document.key_place((key,))
        line = content.split("\n")[place.line - 1]
        assert line[place.column - 1 :][: place.length] == json.dumps(key, ensure_ascii=False)


def faults_of(content):
    try:
        read(content, "a.yaml", expect_mapping=True)
    except YamlError as error:
        return error.problems
    return ()


@settings(deadline=None)
@given(st.binary())
def test_bytes(content):
    """Reading any bytes raises nothing but YamlError, whose text can be written."""
    for problem in faults_of(content):
        assert str(problem).encode()


@settings(deadline=None)
@given(st.text(st.sampled_from(list("ab1:-?[]{}&*!|>'\"%@`#,~<. \n\t\\\r")) | st.characters()))
def test_texts(text):
    """Reading any text raises nothing but YamlError; each problem has a code and a place."""
    for problem in faults_of(text.encode("utf-8", "replace")):
        assert problem.code
        assert problem.place.line >= 1
        assert str(problem)


@settings(deadline=None)
@given(st.text(st.sampled_from("ab1:-?[]{}&*!|>'\"#,~< \n")))
def test_cursors(text):
    """Whatever was read, every node has a place, and every scalar its text."""
    with suppress(YamlError):
        for node in scalars_of(read(text.encode(), "a.yaml").at()):
            assert node.place.line >= 1
            assert node.key_place.line >= 1
            assert isinstance(node.text, str)
