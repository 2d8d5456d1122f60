"""Where a run comes from: commit, branch, changes in the working tree, and the command."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from harness.core import Json, counted, shorten, value_class
from harness.project_file import COMMAND_VARIABLE
from harness.secrets.redaction import Redactor
from harness.secrets.secret_marks import mark
from harness.secrets.secret_names import is_secret_key
from harness.secrets.secret_shapes import shapes_in

_COMMITS = ("GITHUB_SHA", "CI_COMMIT_SHA", "BUILD_SOURCEVERSION", "GIT_COMMIT")
_BRANCHES = (
    # Of a pull request, whose GITHUB_REF_NAME is such as `12/merge`.
    "GITHUB_HEAD_REF",
    "GITHUB_REF_NAME",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
    "CI_COMMIT_BRANCH",
    "CI_COMMIT_REF_NAME",
    "BUILD_SOURCEBRANCHNAME",
    "GIT_BRANCH",
)
_GIT = ("status", "--porcelain=v2", "--branch", "--untracked-files=no", "--ignore-submodules=dirty")
PATIENCE = 2.0
"""Seconds that git may take; after them, the run has no commit."""
LONGEST_COMMAND = 2000
"""Characters after which no further word of a command is stored."""
ORIGIN_KEYS = ("commit", "branch", "changed", "command")
"""The keys of the results' head that say where a run comes from."""
_CHANGED = "with uncommitted changes"


@value_class(frozen=True, slots=True, kw_only=True)
class RunOrigin:
    """Where a run comes from. What is unknown is empty."""

    commit: str = ""
    branch: str = ""
    is_changed: bool = False
    """Files under version control differ from the commit; always false if CI names the commit."""
    command: str = ""
    """As it was typed, without secrets."""

    def json(self) -> dict[str, Json]:
        """The keys of the results' head, without empty ones."""
        values = (self.commit, self.branch, self.is_changed, self.command)
        stored: dict[str, Json] = dict(zip(ORIGIN_KEYS, values, strict=True))
        return {name: value for name, value in stored.items() if value}

    def properties(self) -> dict[str, str]:
        """Names and texts for reports of other tools, without empty ones."""
        changed = "uncommitted" if self.is_changed else ""
        stored = {**self.json(), "changed": changed}
        return {name: str(value) for name, value in stored.items() if value}


def shown_commit(head: Mapping[str, object], length: int) -> str:
    """The commit in the head of results, shortened, and whether there were further changes."""
    commit = str(head.get("commit", ""))[:length]
    return f"{commit} {_CHANGED}" if commit and head.get("changed") else commit


def origin_in(folder: Path, environment: Mapping[str, str] = os.environ) -> RunOrigin:
    """The commit and branch, from CI's variables, or else by asking git once; without a command."""
    commit, branch = (
        next(filter(None, map(environment.get, names)), "") for names in (_COMMITS, _BRANCHES)
    )
    if commit:
        return RunOrigin(commit=commit, branch=branch)
    found = _from_git(folder, environment)
    return replace(found, branch=branch or found.branch)


def _from_git(folder: Path, environment: Mapping[str, str]) -> RunOrigin:
    git = shutil.which("git", path=environment.get("PATH"))
    if git is None:
        return RunOrigin()
    try:
        answer = subprocess.run(  # noqa: S603  # the user's own git, with fixed words
            [git, *_GIT],
            cwd=folder,
            # So that it writes nothing, also not its index.
            env={**environment, "GIT_OPTIONAL_LOCKS": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return RunOrigin()
    heads, is_changed = {}, False
    for line in answer.stdout.decode("utf-8", "replace").splitlines():
        if line.startswith("# "):
            name, _, value = line[2:].partition(" ")
            heads[name] = value
        else:
            is_changed = True
    commit, branch = (_known(heads.get(name, "")) for name in ("branch.oid", "branch.head"))
    return RunOrigin(commit=commit, branch=branch, is_changed=is_changed and bool(commit))


def _known(value: str) -> str:
    """Empty for `(initial)` and `(detached)`."""
    return "" if value.startswith("(") else value


def typed_command(words: Sequence[str], environment: Mapping[str, str] = os.environ) -> list[str]:
    """The words of the command: those that `harness run` was typed with, or else `pytest`'s."""
    try:
        typed = json.loads(environment.get(COMMAND_VARIABLE, ""))
    except ValueError:
        typed = None
    return [str(word) for word in typed] if isinstance(typed, list) else ["pytest", *words]


def shown_command(words: Sequence[str], secrets: Mapping[str, str], folder: Path) -> str:
    """The command for a shell, without secrets: known ones, by the name of an option, by shape.

    Absolute paths in the project's folder are relative, those of the user begin with `~`.
    """
    known = ((f"{folder}/", ""), (str(folder), "."), (str(Path.home()), "~"))
    redactor = Redactor(secrets)
    shown: list[str] = []
    length = 0
    for word in _without_named(words):
        if length > LONGEST_COMMAND:
            # Redacting thousands of paths would take seconds.
            left = len(words) - len(shown)
            return f"{shlex.join(shown)} … ({counted(left, 'more word')})"
        hidden = redactor.text(word)
        for path, instead in known:
            hidden = hidden.replace(path, instead)
        shown.append(shorten(_without_shapes(hidden), LONGEST_COMMAND))
        length += len(shown[-1]) + 1
    return shlex.join(shown)


def _without_named(words: Iterable[str]) -> Iterator[str]:
    """The words without the values of options whose name is that of a secret."""
    secret = ""
    for word in words:
        name, sign, _ = word.partition("=")
        if secret and not word.startswith("-"):
            yield mark(secret)
            secret = ""
            continue
        bare = name.lstrip("-")
        is_secret = name.startswith("--") and is_secret_key(bare)
        yield f"{name}={mark(bare)}" if is_secret and sign else word
        secret = bare if is_secret and not sign else ""


def _without_shapes(word: str) -> str:
    for shape in shapes_in(word):
        if shape.value not in word:
            # It is encoded.
            return mark("secret")
        word = word.replace(shape.value, mark("secret"))
    return word
