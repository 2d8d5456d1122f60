"""Adding a key to a mapping of a YAML text."""

from __future__ import annotations

import pytest

from harness.formats.yaml import read
from harness.formats.yaml.yaml_adding import with_key
from harness.formats.yaml.yaml_editing import CannotEdit


def added(text, path, value, key="new"):
    return with_key(read(text.encode(), "a.yaml"), path, key, value)


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("a: {b: 1}  # why\n", ("a",), "a: {b: 1, new: x}  # why\n"),
        ("a: {}\n", ("a",), "a: {new: x}\n"),
        ("a:\n  b: 1  # why\nc: 2\n", ("a",), "a:\n  b: 1  # why\n  new: x\nc: 2\n"),
        ("a:\n  b: 1", ("a",), "a:\n  b: 1\n  new: x"),
        ("- a: 1\n  b: 2\n- c: 3\n", (0,), "- a: 1\n  b: 2\n  new: x\n- c: 3\n"),
        ("a:\r\n  b: 1\r\n", ("a",), "a:\r\n  b: 1\r\n  new: x\r\n"),
        ("a: none\n", ("a",), "a: {new: x}\n"),
        ("a:\n  b: |\n    text\n\nc: 1\n", ("a",), "a:\n  b: |\n    text\n  new: x\n\nc: 1\n"),
        ("a: {b: 1,\n    c: [2]}\n", ("a",), "a: {b: 1,\n    c: [2], new: x}\n"),
        ("# top\nb: 1\n", (), "# top\nb: 1\nnew: x\n"),
    ],
)
def test_a_key_is_added_at_the_end(text: str, path: tuple, expected: str) -> None:
    """Comments, line ends and everything else stay."""
    assert added(text, path, "x") == expected
    assert read(expected.encode(), "a.yaml").at(*path, "new").value == "x"


@pytest.mark.parametrize("value", ["a: b", "#", "5", "", [1, "x, y"], {"k": "v, w"}, None, "x\ny"])
def test_any_value_is_read_back(value) -> None:
    """In a block and inside braces."""
    for text in ("a:\n  b: 1\n", "a: {b: 1}\n"):
        assert read(added(text, ("a",), value).encode(), "a.yaml").at("a", "new").value == value


def test_a_mapping_that_makes_a_line_too_long_has_a_line_for_each_entry() -> None:
    """A block can be read, and commented; inside braces, the entry is on one line."""
    value = {"$.a": "x" * 60, "$.b": {"c": "y" * 90, "d": 1}, "$.e": {}}
    text = added("a:\n  b: 1  # why\nz: 2\n", ("a",), value)

    assert text.splitlines() == [
        "a:",
        "  b: 1  # why",
        "  new:",
        f"    $.a: {'x' * 60}",
        "    $.b:",
        f"      c: {'y' * 90}",
        "      d: 1",
        "    $.e: {}",
        "z: 2",
    ]
    assert read(text.encode(), "a.yaml").at("a", "new").value == value
    assert "$.a: " in added("a: {b: 1}\n", ("a",), value).splitlines()[1]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_entry_that_makes_a_line_in_braces_too_long_has_its_own_line(end: str) -> None:
    """Below the first entry, so that the change is one line of a diff."""
    text = f"a:{end}  b: {{c: {'x' * 50}}}  # why{end}"
    longer = added(text, ("a", "b"), "y" * 50)

    assert longer == f"a:{end}  b: {{c: {'x' * 50},{end}      new: {'y' * 50}}}  # why{end}"
    assert read(longer.encode(), "a.yaml").at("a", "b", "new").value == "y" * 50
    assert "\n      third: 1}" not in added(longer, ("a", "b"), 1, key="third")


@pytest.mark.parametrize("text", ["x: &one {b: 1}\na: *one\n", "a: &one {b: 1}\nx: *one\n"])
def test_a_shared_mapping_is_left_alone(text: str) -> None:
    """Adding to an alias or its anchor would change another place as well."""
    with pytest.raises(CannotEdit):
        added(text, ("a",), "x")
