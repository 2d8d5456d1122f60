from __future__ import annotations

import contextlib
import re
import string
import unicodedata
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from harness.core.errors import CassetteError
from harness.scenario import scenario_id_problem
from harness.scenario.names import distinct_names, joined_names, matrix_rows, row_name
from harness.transport.cassette import cassette_path

REFUSED = {
    "climbing": "../../etc/x",
    "absolute": "/etc/passwd",
    "a folder": "a/b",
    "a backslash": "a\\b",
    "a drive": "C:x",
    "300 characters": "x" * 300,
    "101 characters": "x" * 101,
    "a device": "CON",
    "a device in small letters": "nul",
    "a device with a suffix": "com1.yaml",
    "a device of another kind": "LPT9",
    "an emoji": "👗",
    "an umlaut": "kleid-für-töchter",
    "a look-alike": "аbc",  # noqa: RUF001  # the first letter is Cyrillic
    "a newline": "pink\ndress",
    "a newline at the end": "pink\n",
    "a tab": "pink\tdress",
    "NUL": "pink\0dress",
    "a blank": "pink dress",
    "nothing": "",
    "a dot": ".",
    "two dots": "..",
    "a dot in front": ".hidden",
    "a dash in front": "-rf",
    "the name of preparation": "prepare",
    "the name of preparation in capitals": "Prepare",
    "the separator of rows": "a--b",
    "the separator of takes": "a.take-02",
    "a template": "${name}",
    "a wildcard": "a*",
    "a tilde": "~",
}
TAKEN = (
    "dress",
    "Dress",
    "pink-dress",
    "a.b",
    "a_b",
    "2025-11",
    "x" * 100,
    "console",
    "com",
    "a-b-c",
)


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_name_a_scenario(case):
    """An id that no file system takes, or that leaves the folder, is refused."""
    assert scenario_id_problem(REFUSED[case])


@pytest.mark.parametrize("name", TAKEN)
def test_what_names_a_scenario(name):
    """Letters, digits, dots, underscores and dashes make an id."""
    assert scenario_id_problem(name) == ""


@settings(deadline=None)
@given(st.text(alphabet=string.printable + "äé👗\0", max_size=120), st.text(max_size=20))
def test_no_cassette_leaves_its_folder(tmp_path_factory, name, row):
    """Whatever names are given, a path inside the folder comes out, or an error."""
    root = tmp_path_factory.getbasetemp() / "cassettes"
    with contextlib.suppress(CassetteError):
        path = cassette_path(root, "bot", name, row)
        assert path.is_relative_to(root)
        assert path.resolve().parent == root.resolve() / "bot"


@settings(deadline=None)
@given(st.text(alphabet=string.printable + "äé👗\0", max_size=120))
def test_every_id_that_is_taken_can_be_recorded(name):
    """An id that lint lets pass is a name that recording takes."""
    if scenario_id_problem(name) == "":
        assert cassette_path(Path("/c"), "bot", name)


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    """A folder that is a link to elsewhere is not written through."""
    (tmp_path / "cassettes").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "cassettes/bot").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(CassetteError) as caught:
        cassette_path(tmp_path / "cassettes", "bot", "dress")

    assert caught.value.code == "cassette-outside"


def names(**matrix):
    return [row.name for row in distinct_names(matrix_rows(matrix))]


def test_rows_are_named_by_their_values():
    """A row's name is made of its values, in the order written."""
    assert names(child=["daughter", "son"], size=[1, 2]) == [
        "daughter-1",
        "daughter-2",
        "son-1",
        "son-2",
    ]


WHOLE = {
    "words of several scripts": ["李明", "да", "हिंदी", "مرحبا", "naïve", "٤٢"],
    "a dash, a dot, an underscore": ["a-b", "a.b", "a_b"],
    "numbers and words of YAML": [1, 12.5, True, None],
}


@pytest.mark.parametrize("case", WHOLE)
def test_a4_letters_of_every_script_stay(case):
    """What can stand in a file's name is the name as it is."""
    values = WHOLE[case]

    assert names(x=values) == [str(value) for value in values]


LOSSY = {
    "signs": (["C++", "C#", "C"], ["C-", "C-", "C"]),
    "a sign of a number": (["1", "-1", "+1"], ["1", "1-", "1-"]),
    "texts that differ in signs": (["a b", "a-b", "a/b", "a--b"], ["a-b-", "a-b", "a-b-", "a-b-"]),
    "texts without a letter": (["!", "?", ""], ["row-", "row-", "row-"]),
    "a number and its text": ([1, "1"], ["1-", "1-"]),
    "climbing": (["../../etc/x"], ["etc-x-"]),
    "an emoji": (["👗 pink"], ["pink-"]),
    "cases of one word": (["Yes", "yes", "YES", "no"], ["Yes-", "yes-", "YES-", "no"]),
    "cases beyond ASCII": (["straße", "STRASSE"], ["straße-", "STRASSE-"]),
    "two ways to write a letter": (["é", "e\u0301"], ["é", "é-"]),
    "a zero-width space": (["a", "a\u200b"], ["a", "a-"]),
    "a list": ([[1], ["1"]], ["1-", "1-"]),
    "a hundred words": (["word " * 100], ["word-word"]),
    "a hundred characters of three bytes": (["李" * 100], ["李" * 20]),
}


@pytest.mark.parametrize("case", LOSSY)
def test_a4_a_hash_stands_where_anything_was_dropped(case):
    """No two values have one name, in any order, on any file system."""
    values, begins = LOSSY[case]
    found = names(x=values)

    for name, begin in zip(found, begins, strict=True):
        assert name.startswith(begin)
        assert name == begin or re.search("-[0-9a-f]{6}$", name)
    assert len({unicodedata.normalize("NFD", name).casefold() for name in found}) == len(values)
    assert names(x=values[::-1]) == found[::-1]


def test_a4_several_values_are_told_apart():
    """A dash inside a value is not the dash between two."""
    one, two = names(x=["a-b"], y=["c"]), names(x=["a"], y=["b-c"])

    assert one[0].startswith("a-b-c-")
    assert one != two


VALUES = st.lists(st.one_of(st.text(), st.integers(), st.booleans(), st.none()), min_size=1)


@settings(deadline=None)
@given(VALUES, VALUES)
def test_a4_other_values_have_another_name(one, other):
    """A row that was never recorded never lies under another row's name."""
    assume(list(map(str, one)) != list(map(str, other)))

    assert row_name(one) != row_name(other)


@settings(deadline=None)
@given(st.lists(st.one_of(st.text(), st.integers(), st.booleans(), st.none()), max_size=12))
def test_every_row_can_be_recorded(values):
    """Whatever a matrix holds, its rows have distinct names that a file can have."""
    rows = names(x=values)

    assert len(set(rows)) == len(values)
    for row in rows:
        assert cassette_path(Path("/c"), "bot", "dress", row)


def test_names_of_many_parts_are_cut():
    """A long name does not make a file name that no system takes, and stays its own."""
    one = joined_names(*["李明"] * 40)
    other = joined_names(*["李明"] * 41)

    assert one != other
    assert len(one.encode()) <= 100
