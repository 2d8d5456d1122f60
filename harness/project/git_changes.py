"""Asks git which files of a project have changed, and what they contained before."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.core import ConfigurationError, Json, Problem, quote, value_class

HEAD = "HEAD"
_LINK = "120000"
"""The mode of a symbolic link in git's index."""


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
        shown = _git(self.folder, "cat-file", "blob", f"{self.base}:{name}", may_fail=True)
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
    top = _top(root)
    base = _base(root, revision)
    names = {
        *(_listed(top, "diff", "--name-only", "--no-renames", base, "--") if base else ()),
        *(() if base else _listed(top, "ls-files", "--cached")),
        *_listed(top, "ls-files", "--others", "--exclude-standard"),
    }
    files = {*_files(top, names), *_ignored(root, top, watched)}
    files |= set(_through_links(top, files))
    return Changes(since=revision, folder=top, base=base, files=tuple(sorted(files)))


def _top(root: Path) -> Path:
    """The top folder of the repository that a folder is in."""
    found = _git(root, "rev-parse", "--show-toplevel", may_fail=True)
    if found.returncode != 0:
        said = os.fsdecode(found.stderr).strip().partition("\n")[0].removeprefix("fatal: ")
        raise _fault(
            "no-repository",
            f"git knows no repository here: {said}",
            "run it in a clone, or leave the option out",
        )
    return Path(os.fsdecode(found.stdout).rstrip("\n"))


def _base(root: Path, revision: str) -> str:
    """The commit to compare with; empty for HEAD of a repository without a commit."""
    if revision.startswith("-"):
        raise _unknown(revision)
    named = _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", may_fail=True)
    if named.returncode != 0:
        if revision == HEAD:
            return ""
        raise _unknown(revision)
    commit = os.fsdecode(named.stdout).strip()
    if revision == HEAD:
        return commit
    common = _git(root, "merge-base", commit, HEAD, may_fail=True)
    if common.returncode != 0:
        raise _fault(
            "unknown-revision",
            f"{quote(revision)} and the current commit have no common ancestor",
            "fetch the whole history; in CI, with fetch-depth: 0",
        )
    return os.fsdecode(common.stdout).strip()


def _unknown(revision: str) -> ConfigurationError:
    hint = "check the name; in CI, fetch the branch first, with fetch-depth: 0"
    if Path(revision).exists():
        hint = f"it is a path: write --affected={HEAD} to name paths as well"
    return _fault("unknown-revision", f"git knows no commit {quote(revision)}", hint)


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
        if not entry.startswith(_LINK):
            continue
        link = top / entry.partition("\t")[2]
        target = Path(os.path.realpath(link))
        for file in files:
            if file.is_relative_to(target):
                yield link / file.relative_to(target)


def _listed(folder: Path, command: str, *options: str) -> list[str]:
    said = _git(folder, command, "-z", *options).stdout
    return [os.fsdecode(name) for name in said.split(b"\0") if name]


def _git(
    folder: Path, *arguments: str, may_fail: bool = False
) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # no shell
    except OSError as error:
        raise _fault(
            "no-git",
            f"git cannot be run: {error.strerror}",
            "install git, or leave the option out",
        ) from error
    if done.returncode != 0 and not may_fail:
        said = os.fsdecode(done.stderr).strip().partition("\n")[0]
        raise _fault("no-repository", f"git {arguments[0]} failed: {said}", "")
    return done


def _fault(code: str, message: str, hint: str) -> ConfigurationError:
    return ConfigurationError(Problem(code=code, message=message, where="--affected", hint=hint))
