"""Contents that are held back, and read in place of files."""

from __future__ import annotations

import pytest

from harness.core.held_files import Files


@pytest.mark.parametrize("name", ["real/a.txt", "folder/a.txt", "link.txt", "folder/../real/a.txt"])
def test_a_held_content_is_read_by_every_path(tmp_path, name):
    """Through a link, a folder that is a link, and a path with dots; afterwards the file is."""
    (tmp_path / "real").mkdir()
    file = tmp_path / "real" / "a.txt"
    file.write_bytes(b"old")
    (tmp_path / "folder").symlink_to("real")
    (tmp_path / "link.txt").symlink_to("real/a.txt")
    files = Files()

    with files.holding({file.resolve(): b"new"}):
        held = files.read(tmp_path / name)

    assert held == b"new"
    assert files.read(tmp_path / name) == b"old"


def test_a_file_that_is_written_through_a_link_is_held(tmp_path):
    """Nothing is written to the disk meanwhile."""
    (tmp_path / "real").mkdir()
    (tmp_path / "folder").symlink_to("real")
    files = Files()

    with files.holding({}) as held:
        files.write(tmp_path / "folder" / "new.txt", b"new")
        assert files.is_file(tmp_path / "real" / "new.txt")

    assert held == {(tmp_path / "real" / "new.txt").resolve(): b"new"}
    assert not (tmp_path / "real" / "new.txt").exists()
