"""The files of a folder as they were in a revision of git."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.core import value_class
from harness.project.git_commands import LINK, Git


@value_class(frozen=True, slots=True, kw_only=True)
class Revision:
    """A commit of the repository that a project is in."""

    name: str
    """As it was asked for."""
    commit: str
    git: Git
    top: Path
    """The top folder of the repository."""

    @classmethod
    def of(cls, root: Path, name: str, option: str) -> Revision:
        """The commit of a name; `option` is what messages name.

        Raises `ConfigurationError` `no-git`, `no-repository` or `unknown-revision`.
        """
        git = Git(folder=root, option=option)
        top = git.top()
        commit = git.commit(name)
        if not commit:
            raise git.unknown(name)
        return cls(name=name, commit=commit, git=git, top=top)

    def files(self, folder: Path) -> Mapping[str, bytes]:
        """The contents of the files below a folder, by their paths in it; none if it is not there.

        Of a symbolic link, the content is the path that it leads to.
        """
        return {name: self._content(blob) for _, blob, name in self._entries(folder)}

    def write(self, folder: Path, into: Path) -> None:
        """Write the files below a folder into another one, symbolic links as links."""
        for mode, blob, name in self._entries(folder):
            file = into / name
            file.parent.mkdir(parents=True, exist_ok=True)
            content = self._content(blob)
            if mode == LINK:
                file.symlink_to(os.fsdecode(content))
            else:
                file.write_bytes(content)

    def _entries(self, folder: Path) -> Iterator[tuple[str, str, str]]:
        """Mode, blob and path in the folder of each file."""
        if not folder.is_relative_to(self.top):
            return
        inside = folder.relative_to(self.top).as_posix()
        options = ("-r", "-z", "--full-tree", self.commit, "--", f":(literal){inside}")
        for entry in self.git.run("ls-tree", *options).stdout.split(b"\0"):
            head, _, path = os.fsdecode(entry).partition("\t")
            mode, kind, blob = head.split() if head else ("", "", "")
            if kind == "blob":
                yield mode, blob, Path(path).relative_to(inside).as_posix()

    def _content(self, blob: str) -> bytes:
        return self.git.run("cat-file", "blob", blob).stdout


def files_in(folder: Path) -> Mapping[str, bytes]:
    """The contents of the files below a folder, by their paths in it; none if it is not there."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}
