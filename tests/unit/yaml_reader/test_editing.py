"""Changing one value of a YAML text."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from harness.core import YamlError
from harness.formats.yaml import read
from harness.formats.yaml.yaml_editing import (
    CannotEdit,
    last_line,
    shared_lines,
    with_name,
    with_value,
)


def edited(text, path, value):
    return with_value(read(text.encode(), "a.yaml"), path, value)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("a: old  # why", "new", "a: new  # why"),
        ("a: 'old'  # why", "it's", "a: 'it''s'  # why"),
        ('a: "old"', 'say "x"', 'a: "say \\"x\\""'),
        ('a: "old"', "🎉 é\u2028", 'a: "🎉 é\\u2028"'),
        ("a: old", "b: c", "a: 'b: c'"),
        ("a: old", "5", 'a: "5"'),
        ("a: old", 5, "a: 5"),
        ("a: old", ["x", "y, z"], "a: [x, 'y, z']"),
        ("a: old", {"under": 5}, "a: {under: 5}"),
        ("a: {b: old, c: 1}  # why", {"b": "x, y", "c": 1}, "a: {b: 'x, y', c: 1}  # why"),
        ("a: [x, old]", ["x", "new"], "a: [x, new]"),
        ("a: [x, old]", "new", "a: new"),
        ("a:\n  - x  # one\n  - old  # two\n", ["x", "new"], "a:\n  - x  # one\n  - new  # two\n"),
        ("a:\n  - x\n  - old\nb: 1\n", "new", "a: new\nb: 1\n"),
        ("a:\n  - x\n  - old\nb: 1\n", ["n"], "a:\n  - n\nb: 1\n"),
        ("a:\n- x\n- y\n", ["n", "o", "p"], "a:\n- n\n- o\n- p\n"),
        ("a:\n  - x  # one\n  - y\n", ["n"], "a:\n  - n\n  # one\n"),
        ("a:  # note\n  - x\n", "n", "a:  # note\n  n\n"),
        ("a:\n  b: 1\n  c: 2\n", {"d": 3}, "a:\n  d: 3\n"),
        ("a: |\n  one\n  two\n\n# c\nb: 1\n", "x\ny\n", "a: |\n  x\n  y\n\n# c\nb: 1\n"),
        ("a: >-\n  one\n  two\nb: 1\n", "x\n\ny", "a: |-\n  x\n\n  y\nb: 1\n"),
        ("a: |  # note\n  one\nb: 1\n", 5, "a: 5  # note\nb: 1\n"),
        ("a: old", "x\ny", "a: |-\n  x\n  y"),
        ("- a: old", "x\ny", "- a: |-\n    x\n    y"),
        ("a: one\n  two\nb: 1", "new", "a: new\nb: 1"),
        ("a:\nb: 1", "new", "a: new\nb: 1"),
        ("a: old\r\nb: 1\r\n", "x\ny", "a: |-\r\n  x\r\n  y\r\nb: 1\r\n"),
        ("a:\told\t# c", "new", "a:\tnew\t# c"),
        ("\ufeffa: old", "new", "a: new"),
        ("a: &x old", "new", "a: new"),
        ("a: \u2028", "new", "a: new"),
        ('a: "# no"  # yes', "n", 'a: "n"  # yes'),
    ],
)
def test_one_value(text, value, expected):
    """A value is written in the style of the old one; comments and all else stay."""
    path = (0, "a") if text.startswith("-") else ("a",)

    assert edited(text, path, value) == expected


def test_another_name():
    """A key can be replaced together with its value."""
    document = read(b"a:\n  equals: old  # why\n  b: 1\n", "a.yaml")

    assert with_name(document, ("a", "equals"), "matches", "^x$") == (
        "a:\n  matches: ^x$  # why\n  b: 1\n"
    )


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ("a: &x old\nb: *x", ("a",), "the value is the anchor &x, which line 2 uses as well"),
        ("a: &x old\nb: *x", ("b",), "the value is the alias *x of line 1"),
        ("c: &x old\na: [*x, b]", ("a",), "the value is the alias *x of line 1"),
        ("a: [&x old]\nb: *x\nc: *x", ("a",), "the anchor &x, which line 2, 3 uses as well"),
        ("a: [1, # c\n  2] # d", ("a",), "comments are inside the value; move them above it"),
    ],
    ids=["anchor", "alias", "alias inside", "anchor inside", "comment inside"],
)  # fmt: skip
def test_what_cannot_be_changed(text, path, message):
    """What an alias repeats is not changed, and no comment inside brackets is lost."""
    with pytest.raises(CannotEdit, match=re.escape(message)):
        edited(text, path, "new")


def test_below_an_anchor():
    """A value below an anchored mapping is changed there, for all aliases; those are known."""
    text = "a: &x\n  b: old\nc: *x\nd: *x\n"
    document = read(text.encode(), "a.yaml")

    assert with_value(document, ("c", "b"), "new") == "a: &x\n  b: new\nc: *x\nd: *x\n"
    assert shared_lines(document, ("c", "b")) == ("x", (3, 4))
    assert shared_lines(document, ("a",)) == ("", ())


def test_last_line():
    """The last line of a value is that of its last character, whatever follows."""
    document = read(b"a:\n  - x\n  - |\n    y\n\n# c\nb: 1\n", "a.yaml")

    assert last_line(document, ("a",)) == 4
    assert last_line(document, ("b",)) == 7


TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=8
)
LEAVES = st.none() | st.booleans() | st.integers(-99, 99) | TEXTS | st.sampled_from(
    ["x\ny", "one\n\ntwo\n", "a: b", "# c", "it's", "- d", "{e}", "${f}", "  g", "h  "]
)  # fmt: skip
IN_BRACKETS = re.compile(r"[\[{,].*#|^[^#]*[\]}]", re.MULTILINE)
KEYS = st.sampled_from(["a", "b c", "d", "é"])
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
FILES = st.dictionaries(KEYS, VALUES, min_size=1, max_size=4)


@st.composite
def texts(draw):
    """A YAML text with comments, in any style."""
    value = draw(FILES)
    text = yaml.safe_dump(
        value,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=draw(st.sampled_from([True, False, None])),
        default_style=draw(st.sampled_from([None, "'", '"', "|", ">"])),
        width=draw(st.sampled_from([20, 1000])),
        line_break=draw(st.sampled_from(["\n", "\r\n"])),
    )
    lines = text.split("\n")
    for number in draw(st.lists(st.integers(0, len(lines) - 1), max_size=4)):
        own = draw(st.booleans())
        comment = f"# comment {number}"
        changed = f"{comment}\n{lines[number]}" if own else f"{lines[number].rstrip()} {comment}"
        attempt = [*lines[:number], changed, *lines[number + 1 :]]
        try:
            if (
                read("\n".join(attempt).encode(), "a.yaml").value
                == read(text.encode(), "a.yaml").value
            ):
                lines = attempt
        except YamlError:
            continue
    return "\n".join(lines)


def paths_in(value, at=()):
    yield at
    children = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, one in children:
        yield from paths_in(one, (*at, key))


def with_replaced(value, path, new):
    if not path:
        return new
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = with_replaced(value[path[0]], path[1:], new)
    return copied


@settings(deadline=None, max_examples=300)
@given(st.data(), texts())
def test_only_one_value_changes(data, text):
    """Every value of any file can be changed to any other; no comment is lost."""
    document = read(text.encode(), "a.yaml")
    assume(isinstance(document.value, dict))
    path = data.draw(st.sampled_from([one for one in paths_in(document.value) if one]))
    new = data.draw(VALUES)
    try:
        changed = with_value(document, path, new)
    except CannotEdit:
        assume(IN_BRACKETS.search(text) is None)
        raise

    assert read(changed.encode(), "a.yaml").value == with_replaced(document.value, path, new)
    pattern = re.compile("# comment [0-9]+")
    assert sorted(pattern.findall(changed)) == sorted(pattern.findall(text))
