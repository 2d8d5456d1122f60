from __future__ import annotations

import pytest

from harness.authoring.defining.config_entry import with_entry
from harness.core import ConfigurationError

ENTRY = {"definition": "definitions/new", "settings": {"base_url": "http://a.example"}}
ADDED = """\
  new:
    definition: definitions/new
    settings:
      base_url: http://a.example
"""


def test_a_new_file():
    """Without a harness.yaml, the entry is the only one of a new file."""
    assert with_entry("", "new", ENTRY) == f"providers:\n{ADDED}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("providers:\n  old: {definition: x}\n", ""),
        ("# top\nproviders:  # ours\n\n  old: {definition: x}  # first\n", ""),
        ("providers:\n  old:\n    definition: x\n", "\n# the rest\nscenarios: tests\n"),
        ("scenarios: tests\nproviders:\n  old: {definition: x}\n", "tags:\n  a: b\n"),
    ],
    ids=["alone", "comments", "before-others", "between"],
)
def test_the_rest_of_the_file_stays(before, after):
    """Comments, other keys and other providers are kept, byte by byte."""
    assert with_entry(before + after, "new", ENTRY) == before + ADDED + after


def test_a_wider_indentation_is_kept():
    """The entry is indented like the other providers."""
    text = with_entry("providers:\n    old: {definition: x}\n", "new", ENTRY)

    assert "\n    new:\n      definition:" in text


def test_a_last_line_without_its_end():
    """A missing line break at the end of the file is added."""
    assert with_entry("providers:\n  old: {definition: x}", "new", ENTRY).endswith(ADDED)


@pytest.mark.parametrize(
    "text", ["providers: {old: {definition: x}}\n", '"providers":\n  old: {definition: x}\n']
)
def test_other_forms_are_not_changed(text):
    """If the entry cannot be added, the error shows it."""
    with pytest.raises(ConfigurationError) as error:
        with_entry(text, "new", ENTRY)

    assert "add it by hand: new: definition: definitions/new" in str(error.value)
