"""Asks git which files of a project have changed, and what they contained before."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.core import Json, quote, value_class
from harness.project.git_commands import LINK, Git

HEAD = "HEAD"
OPTION = "--affected"


@value_class(frozen=True, slots=True, kw_only=True)
class Changes:
    """The files that differ between a revision and the working tree."""

    since: str
    """The revision, as it was asked for."""
    folder: Path
    """The top folder of the repository."""
    base: str = ""
    """The commit that is compared with; empty if there is none yet."""
    files: tuple[Path, ...] = ()
    """Absolute paths, sorted: changed, new and deleted files, and those that git ignores in the
    folders that were named."""

    def before(self, file: Path) -> bytes | None:
        """What a file contained in the commit; None if it did not exist."""
        if not self.base or not file.is_relative_to(self.folder):
            return None
        name = file.relative_to(self.folder).as_posix()
        git = Git(folder=self.folder, option=OPTION)
        shown = git.run("cat-file", "blob", f"{self.base}:{name}", may_fail=True)
        return shown.stdout if shown.returncode == 0 else None

    def as_json(self) -> dict[str, Json]:
        """As JSON, for another process."""
        files = [str(file) for file in self.files]
        return {"since": self.since, "folder": str(self.folder), "base": self.base, "files": files}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Changes:
        """From the form of `as_json`."""
        files = tuple(map(Path, kept["files"]))
        folder = Path(kept["folder"])
        return cls(since=kept["since"], folder=folder, base=kept["base"], files=files)


def changes_since(revision: str, root: Path, watched: Sequence[Path] = ()) -> Changes:
    """What has changed in the repository of a folder.

    For another revision than HEAD, the changes begin where the current branch left it. Files that
    git ignores count as changed if they are in one of the `watched` folders, because git does not
    know. Raises `ConfigurationError` `no-git`, `no-repository` or `unknown-revision`.
    """
    git = Git(folder=root, option=OPTION)
    top = git.top()
    base = _base(git, revision)
    names = {
        *(_listed(top, "diff", "--name-only", "--no-renames", base, "--") if base else ()),
        *(() if base else _listed(top, "ls-files", "--cached")),
        *_listed(top, "ls-files", "--others", "--exclude-standard"),
    }
    files = {*_files(top, names), *_ignored(root, top, watched)}
    files |= set(_through_links(top, files))
    return Changes(since=revision, folder=top, base=base, files=tuple(sorted(files)))


def _base(git: Git, revision: str) -> str:
    """The commit to compare with; empty for HEAD of a repository without a commit."""
    commit = git.commit(revision)
    if revision == HEAD:
        return commit
    if not commit:
        meant = f"it is a path: write {OPTION}={HEAD} to name paths as well"
        raise git.unknown(revision, meant if Path(revision).exists() else "")
    common = git.run("merge-base", commit, HEAD, may_fail=True)
    if common.returncode != 0:
        raise git.fault(
            "unknown-revision",
            f"{quote(revision)} and the current commit have no common ancestor",
            "fetch the whole history; in CI, with fetch-depth: 0",
        )
    return os.fsdecode(common.stdout).strip()


def _files(top: Path, names: set[str]) -> Iterator[Path]:
    """The files of git's names. A submodule, or a repository inside, is named as a folder."""
    for name in names:
        path = top / name
        if path.is_dir() and not path.is_symlink():
            # Git says nothing about single files in there.
            yield from (file for file in path.rglob("*") if file.is_file())
        yield path


def _ignored(root: Path, top: Path, watched: Sequence[Path]) -> Iterator[Path]:
    if not watched:
        return
    options = ("--others", "--ignored", "--exclude-standard", "--directory")
    for name in _listed(root, "ls-files", "--full-name", *options):
        path = top / name
        for folder in watched:
            if path.is_relative_to(folder):
                yield from path.rglob("*") if path.is_dir() else (path,)
            elif folder.is_relative_to(path):
                yield from folder.rglob("*")


def _through_links(top: Path, files: set[Path]) -> Iterator[Path]:
    """The paths that lead to changed files through the symbolic links of the repository."""
    for entry in _listed(top, "ls-files", "--stage"):
        if not entry.startswith(LINK):
            continue
        link = top / entry.partition("\t")[2]
        target = Path(os.path.realpath(link))
        for file in files:
            if file.is_relative_to(target):
                yield link / file.relative_to(target)


def _listed(folder: Path, command: str, *options: str) -> list[str]:
    said = Git(folder=folder, option=OPTION).run(command, "-z", *options).stdout
    return [os.fsdecode(name) for name in said.split(b"\0") if name]
