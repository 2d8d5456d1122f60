from __future__ import annotations

import contextlib
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import CassetteError
from harness.scenario import scenario_id_problem
from harness.scenario.names import matrix_rows
from harness.wire.cassette import cassette_path

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
    return [row.name for row in matrix_rows(matrix)]


def test_rows_are_named_by_their_values():
    """A row's name is made of its values, in the order written."""
    assert names(child=["daughter", "son"], size=[1, 2]) == [
        "daughter-1",
        "daughter-2",
        "son-1",
        "son-2",
    ]


MATRICES = {
    "texts that differ in signs": (["a b", "a-b", "a/b", "a.b"], ["a-b", "a-b-2", "a-b-3", "a.b"]),
    "texts without a letter": (["!", "?", ""], ["row", "row-2", "row-3"]),
    "a number and its text": ([1, "1"], ["1", "1-2"]),
    "climbing": (["../../etc/x"], ["etc-x"]),
    "an emoji": (["👗 pink"], ["pink"]),
    "the separator": (["a--b", "a - b"], ["a-b", "a-b-2"]),
    "a name that is made up": (["a", "a!", "a-2"], ["a", "a-2", "a-2-2"]),
    "null, true and a list": ([None, True, [1]], ["None", "True", "1"]),
}


@pytest.mark.parametrize("case", MATRICES)
def test_names_of_rows_are_unique(case):
    """Values that look alike in a file's name get different ones."""
    values, wanted = MATRICES[case]

    assert names(x=values) == wanted


@settings(deadline=None)
@given(st.lists(st.one_of(st.text(), st.integers(), st.booleans(), st.none()), max_size=12))
def test_every_row_can_be_recorded(values):
    """Whatever a matrix holds, its rows have distinct names that a file can have."""
    rows = names(x=values)

    assert len(set(rows)) == len(values)
    for row in rows:
        assert cassette_path(Path("/c"), "bot", "dress", row)


def test_long_values_are_cut():
    """A long text does not make a file name that no system takes."""
    (row,) = names(x=["word " * 100])

    assert len(row) <= 60
