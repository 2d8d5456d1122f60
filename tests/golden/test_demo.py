from __future__ import annotations

import socket

import pytest
from golden_texts import compare, stale, without_what_varies

CASES = ("existing-folder", "existing-file", "below-a-file", "taken-port")


@pytest.fixture
def port():
    """A port that is taken."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield str(taken.getsockname()[1])


@pytest.mark.parametrize("name", CASES)
def test_a_demo_that_cannot_begin(name, project, harness, port):
    """A folder or port that cannot be used is named, and nothing that exists is changed."""
    project.write("kept/notes.txt", "mine")
    arguments = {
        "existing-folder": ["kept"],
        "existing-file": ["harness.yaml"],
        "below-a-file": ["kept/notes.txt/demo"],
        "taken-port": ["new", "--port", port],
    }[name]
    before = (project.path / "harness.yaml").read_bytes()

    said = harness("demo", "--yes", *arguments)

    compare(f"demo/{name}", without_what_varies(said.text))
    assert said.status == 2
    assert [file.name for file in (project.path / "kept").iterdir()] == ["notes.txt"]
    assert (project.path / "harness.yaml").read_bytes() == before
    assert not (project.path / "new").exists()


def test_no_text_is_stale():
    """Every text of the folder is that of a case."""
    assert stale("demo", CASES) == set()
