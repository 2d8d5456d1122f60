from __future__ import annotations

import os
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.config.env_file import (
    LARGEST,
    Environment,
    env_file_doubts,
    environment_of,
    missing_variable,
)
from harness.core import ConfigurationError


@pytest.fixture
def read(tmp_path):
    """The variables of a project with this file, and of a process."""

    def read(content, **process):
        (tmp_path / ".env").write_bytes(content if isinstance(content, bytes) else content.encode())
        return dict(environment_of(tmp_path, process))

    return read


def codes(caught):
    return [(problem.code, str(problem.place or problem.where)) for problem in caught.problems]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("KEY=abc", "abc"),
        ("export KEY=abc", "abc"),
        ("KEY = abc  # the key", "abc"),
        ("KEY= # to be filled in", ""),
        ("KEY=#abc", "#abc"),
        ("KEY='a # b'", "a # b"),
        ('KEY="a\\nb"', "a\nb"),
        ("KEY='a\\nb'", "a\\nb"),
        ('KEY="a\nb"', "a\nb"),
        ("KEY=a$b", "a$b"),
        ("KEY=", ""),
        ("KEY=one\nKEY=two", "two"),
        ("\ufeffKEY=abc\r\n", "abc"),
        ("# nothing\n\nKEY=Zürich", "Zürich"),
    ],
)
def test_forms_of_a_line(read, line, value):
    """A value is read with and without quotes, comments and `export`."""
    assert read(f"{line}\n") == {"KEY": value}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("KEY=${HOST}/v1", "file/v1"),
        ('KEY="${HOST}/v1"', "file/v1"),
        ("KEY='${HOST}/v1'", "${HOST}/v1"),
        ("KEY=${PORT:-80}", "80"),
        ("KEY=${LATER}", None),
        ("KEY=${PORT}/v1", None),
        ("KEY=old\nKEY=${PORT}", None),
    ],
)
def test_other_variables_are_filled_in(read, line, expected):
    """`${NAME}` is filled in unless it is in single quotes; if it is not set, nothing is."""
    assert read(f"HOST=file\n{line}\nLATER=x\n").get("KEY") == expected


def test_the_process_wins(read):
    """A variable of the process wins, also an empty one, and also inside another value."""
    found = read("A=file\nB=file\nC=${A}\n", A="process", B="")

    assert found == {"A": "process", "B": "", "C": "process"}


def test_a_line_without_a_value_sets_nothing(read):
    """A name alone sets no variable."""
    assert read("KEY\n") == {}


@pytest.mark.parametrize(
    ("content", "process", "message", "hint"),
    [
        ("", {}, "not set", "export DESK_KEY=…, or write it into .env"),
        ("", {"DESK_KEY": ""}, "empty", "export DESK_KEY=…, or unset it and write it into .env"),
        ("DESK_KEYS=a", {}, "not set, also not in .env", "did you mean 'DESK_KEYS'?"),
        ("DESK_KEY=a", {"DESK_KEY": ""}, "empty, which wins over .env", "unset DESK_KEY"),
    ],
)
def test_a_missing_variable(tmp_path, content, process, message, hint):
    """The hint knows the file: a name that is nearly the same, and a value that has no effect."""
    (tmp_path / ".env").write_text(content)
    said = missing_variable("DESK_KEY", environment_of(tmp_path, process))

    assert said == (f"the environment variable DESK_KEY is {message}", hint)


def test_the_environment_of_the_process_is_not_changed(read):
    """Reading the file sets nothing in `os.environ`."""
    before = dict(os.environ)
    read("HARNESS_TEST_ONLY=1\n")

    assert dict(os.environ) == before


def test_later_changes_of_the_process_are_seen(tmp_path):
    """A variable that is set afterwards wins over the file."""
    process = {}
    (tmp_path / ".env").write_text("KEY=file\n")
    found = environment_of(tmp_path, process)
    process["KEY"] = "process"

    assert found["KEY"] == "process"


@given(st.dictionaries(st.text(), st.text()), st.dictionaries(st.text(), st.text()))
def test_both_are_one_mapping(process, further):
    """Names, values and size are those of the two mappings, of which the first wins."""
    both = Environment(process, further)

    assert dict(both) == {**further, **process}
    assert len(both) == len({*process, *further})
    assert "\0absent" not in both or "\0absent" in {*process, *further}


def test_every_wrong_line_is_named_without_its_text(read):
    """The error has the place of each line, and shows nothing of a line, which may be a secret."""
    with pytest.raises(ConfigurationError) as caught:
        read("A=1\n\nsk-secret 1\n  KEY: sk-secret\nB='sk-secret\n")

    assert codes(caught.value) == [("wrong-variable", f".env:{line}:1") for line in (3, 4, 5)]
    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"KEY=\xff", "not-utf8"), (b"A=" + b"x" * LARGEST, "too-large")],
    ids=["latin-1", "large"],
)
def test_a_file_that_cannot_be_used(read, content, code):
    """A file in another encoding, or of more than a megabyte, is an error."""
    with pytest.raises(ConfigurationError) as caught:
        read(content)

    assert codes(caught.value) == [(code, ".env")]


def test_a_link_to_a_file_outside_the_project_is_refused(tmp_path):
    """The file must be in the project."""
    (tmp_path / "outside.env").write_text("KEY=1\n")
    (tmp_path / "project").mkdir()
    (tmp_path / "project/.env").symlink_to("../outside.env")

    with pytest.raises(ConfigurationError) as caught:
        environment_of(tmp_path / "project", {})

    assert codes(caught.value) == [("outside-project", ".env")]


def test_a_link_inside_the_project_is_read(tmp_path):
    """A link to another file of the project is followed."""
    (tmp_path / "local.env").write_text("KEY=1\n")
    (tmp_path / ".env").symlink_to("local.env")

    assert dict(environment_of(tmp_path, {})) == {"KEY": "1"}


def test_a_pipe_is_refused(tmp_path):
    """A pipe would wait for a writer forever."""
    os.mkfifo(tmp_path / ".env")

    with pytest.raises(ConfigurationError) as caught:
        environment_of(tmp_path, {})

    assert codes(caught.value) == [("unreadable-file", ".env")]


def test_a_folder_of_this_name_is_not_read(tmp_path):
    """A virtual environment may be in a folder `.env`."""
    (tmp_path / ".env").mkdir()

    assert dict(environment_of(tmp_path, {"A": "1"})) == {"A": "1"}


def git(folder, *words):
    subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True)


def test_a_tracked_file_is_doubtful(tmp_path):
    """A file that git tracks has a note, also in a folder of the repository; an ignored one not."""
    project = tmp_path / "bots/shop"
    project.mkdir(parents=True)
    (project / ".env").write_text("KEY=1\n")
    git(tmp_path, "init")
    before = list(env_file_doubts(project))
    git(tmp_path, "add", ".")

    assert before == []
    assert [doubt.code for doubt in env_file_doubts(project)] == ["tracked-secrets"]


def test_without_git_nothing_is_doubtful(tmp_path, monkeypatch):
    """Without git, nothing is known of a repository."""
    (tmp_path / ".env").write_text("KEY=1\n")
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert list(env_file_doubts(tmp_path)) == []


def test_a_mode_in_the_file_is_doubtful(tmp_path):
    """HARNESS_MODE has no effect in the file, which is said."""
    (tmp_path / ".env").write_text("HARNESS_MODE=live\n")

    assert [str(doubt).partition(";")[0] for doubt in env_file_doubts(tmp_path)] == [
        ".env: HARNESS_MODE is not read from this file"
    ]
