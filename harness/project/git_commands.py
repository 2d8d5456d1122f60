"""Runs git in a repository, and says what it does not find there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from harness.core import ConfigurationError, Problem, quote, value_class

LINK = "120000"
"""The mode of a symbolic link in git's trees and its index."""


@value_class(frozen=True, slots=True, kw_only=True)
class Git:
    """The repository of a folder, for an option that names a revision."""

    folder: Path
    """Where git is run; any folder of the repository."""
    option: str
    """The option that messages name."""

    def run(self, *arguments: str, may_fail: bool = False) -> subprocess.CompletedProcess[bytes]:
        """Run a command of git.

        Raises `ConfigurationError` `no-git` if there is no git, and `no-repository` if the command
        failed and may not.
        """
        command = ["git", "-C", str(self.folder), *arguments]
        try:
            done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # no shell
        except OSError as error:
            message = f"git cannot be run: {error.strerror}"
            raise self.fault("no-git", message, "install git, or leave the option out") from error
        if done.returncode != 0 and not may_fail:
            said = first_line(done.stderr)
            raise self.fault("no-repository", f"git {arguments[0]} failed: {said}", "")
        return done

    def top(self) -> Path:
        """The top folder of the repository. Raises `ConfigurationError` `no-repository`."""
        found = self.run("rev-parse", "--show-toplevel", may_fail=True)
        if found.returncode != 0:
            said = first_line(found.stderr).removeprefix("fatal: ")
            hint = "run it in a clone, or leave the option out"
            raise self.fault("no-repository", f"git knows no repository here: {said}", hint)
        return Path(os.fsdecode(found.stdout).rstrip("\n"))

    def commit(self, revision: str) -> str:
        """The id of a commit; empty if there is none of this name."""
        if revision.startswith("-"):
            return ""
        name = f"{revision}^{{commit}}"
        named = self.run("rev-parse", "--verify", "--quiet", name, may_fail=True)
        return os.fsdecode(named.stdout).strip() if named.returncode == 0 else ""

    def unknown(self, revision: str, hint: str = "") -> ConfigurationError:
        """The error for a revision that git does not know."""
        otherwise = "check the name; in CI, fetch the branch first, with fetch-depth: 0"
        message = f"git knows no commit {quote(revision)}"
        return self.fault("unknown-revision", message, hint or otherwise)

    def fault(self, code: str, message: str, hint: str) -> ConfigurationError:
        """An error that names the option."""
        return ConfigurationError(Problem(code=code, message=message, where=self.option, hint=hint))


def first_line(said: bytes) -> str:
    """The first line of what git said."""
    return os.fsdecode(said).strip().partition("\n")[0]
