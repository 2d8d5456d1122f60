"""The variables of a project: those of the process, and those of the file `.env` next to them.

The variables of the process win, and `os.environ` is not changed. The file is read by the parser of
python-dotenv, with differences where a value would be changed or lost without a word: a line that
is not one of its forms is an error, `${NAME}` is filled in as Compose does (never in single quotes,
and what the process has wins there too), and a variable that refers to one that is not set is not
set itself, instead of a part of its value.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from harness.core import ConfigurationError, Problem, Source, nearest_word, unseen
from harness.project_file import MODE_VARIABLE

if TYPE_CHECKING:
    from dotenv.parser import Binding

ENV_FILE = ".env"
LARGEST = 1024 * 1024
"""Bytes of the file."""

_GIT_SECONDS = 2.0


class Environment(Mapping[str, str]):
    """Variables of a process, and further ones that apply where it has none of the name."""

    def __init__(self, process: Mapping[str, str], further: Mapping[str, str]) -> None:
        self._process = process
        self._further = further

    def __getitem__(self, name: str) -> str:
        return self._process[name] if name in self._process else self._further[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._process
        yield from (name for name in self._further if name not in self._process)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def further(self) -> Mapping[str, str]:
        """The further ones, also where the process wins."""
        return self._further


def environment_of(root: Path, process: Mapping[str, str]) -> Mapping[str, str]:
    """The variables of a project, of which those of the process win.

    Changes of the process's variables are seen. Raises `ConfigurationError` if the file cannot be
    read, or has a line that is not a variable.
    """
    text = _content(root)
    return process if text is None else Environment(process, _variables(text, process))


def missing_variable(name: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """What is wrong with a variable that has no value, and what to do."""
    in_file = environment.further if isinstance(environment, Environment) else {}
    message = f"the environment variable {name} is {'empty' if name in environment else 'not set'}"
    if in_file.get(name):
        return f"{message}, which wins over {ENV_FILE}", f"unset {name}"
    if near := nearest_word(name, in_file):
        return f"{message}, also not in {ENV_FILE}", near
    unset = "unset it and " if name in environment else ""
    return message, f"export {name}=…, or {unset}write it into {ENV_FILE}"


def env_file_doubts(root: Path) -> Iterator[Problem]:
    """What is doubtful about the file of a project that could be read."""
    text = _content(root)
    if text is None:
        return
    tracked = _tracked(root)
    if tracked is not None:
        yield tracked
    if MODE_VARIABLE in _variables(text, {}):
        yield Problem(
            code="no-effect",
            where=ENV_FILE,
            message=f"{MODE_VARIABLE} is not read from this file",
            hint="set it in the environment, or use --harness-mode",
        )


def _tracked(root: Path) -> Problem | None:
    """The problem of a file that git tracks; None without git, and outside of a repository."""
    if not any((above / ".git").exists() for above in (root, *root.parents)):
        return None
    command = ["git", "-C", str(root), "ls-files", "--", ENV_FILE]
    try:
        listed = subprocess.run(  # noqa: S603  # git itself, with words of ours
            command, capture_output=True, check=False, timeout=_GIT_SECONDS
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    if not listed.strip():
        return None
    return Problem(
        code="tracked-secrets",
        where=ENV_FILE,
        message="git tracks this file, so its secrets are in every copy of the repository",
        hint=f"add it to .gitignore, run git rm --cached {ENV_FILE}, and replace the secrets",
    )


def _content(root: Path) -> str | None:
    """The text of the file; None if there is none, or a folder of this name."""
    file = root / ENV_FILE
    try:
        if not file.exists() or file.is_dir():
            return None
        if not file.resolve().is_relative_to(root.resolve()):
            hint = "copy the file into the project"
            raise _fault("outside-project", "it is a link to a file outside the project", hint)
        if not file.is_file():
            raise _fault("unreadable-file", "it is not a regular file")
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise _fault("unreadable-file", f"it cannot be read: {error.strerror}") from error
    if len(content) > LARGEST:
        raise _fault("too-large", f"the file is longer than the limit of {LARGEST:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"the file is not UTF-8: byte {error.start + 1}"
        raise _fault("not-utf8", message, "save it as UTF-8") from error


def _variables(text: str, process: Mapping[str, str]) -> dict[str, str]:
    """The variables of the file; of several with one name, the last one.

    Raises `ConfigurationError`.
    """
    # Late, as below: most projects have no such file.
    from dotenv.parser import parse_stream  # noqa: PLC0415

    values: dict[str, str] = {}
    problems: list[Problem] = []
    for binding in parse_stream(StringIO(text)):
        if binding.error:
            problems.append(_not_a_variable(text, binding))
        elif binding.key is not None and binding.value is not None:
            value = _filled(binding, Environment(process, values))
            if value is None:
                values.pop(binding.key, None)
            else:
                values[binding.key] = value
    if problems:
        raise ConfigurationError(problems)
    return values


def _filled(binding: Binding, known: Mapping[str, str]) -> str | None:
    """The value with the variables that it names; None if one of them is not set."""
    from dotenv.variables import Variable, parse_variables  # noqa: PLC0415

    value, written = binding.value or "", binding.original.string.partition("=")[2]
    if re.match(r"[ \t]+#", written):
        # A comment; before 1.2.4, python-dotenv takes it as the value.
        return ""
    is_literal = written.lstrip(" \t").startswith("'")
    if is_literal or "${" not in value:
        return value
    atoms = tuple(parse_variables(value))
    if any(
        isinstance(atom, Variable) and atom.default is None and atom.name not in known
        for atom in atoms
    ):
        return None
    return "".join(atom.resolve(known) for atom in atoms)


def _not_a_variable(text: str, binding: Binding) -> Problem:
    """The problem of a line, which is not shown: it may contain a secret."""
    original = binding.original.string
    before = original[: len(original) - len(original.lstrip())]
    line = binding.original.line + len(re.findall("\r\n|\r|\n", before))
    return unseen(
        Problem(
            code="wrong-variable",
            place=Source(path=ENV_FILE, text=text).place(line),
            message="this line is not a variable",
            hint="write NAME=value, and close each quote",
        )
    )


def _fault(code: str, message: str, hint: str = "") -> ConfigurationError:
    return ConfigurationError(Problem(code=code, where=ENV_FILE, message=message, hint=hint))
