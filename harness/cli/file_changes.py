"""Changes of files that a command shows, asks about, and writes."""

from __future__ import annotations

import difflib
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.cli.terminal import agrees, echo
from harness.core import Problem, ScenarioError, value_class
from harness.core.atomic_file import write_durably

_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


@value_class(frozen=True, slots=True)
class FileChange:
    """A file that is to be written."""

    file: Path
    shown: str
    before: bytes
    after: bytes


def difference(change: FileChange) -> Iterator[tuple[str, str]]:
    """The lines of a change as a unified diff, each with its colour."""
    before, after = (one.decode("utf-8-sig").splitlines() for one in (change.before, change.after))
    for line in difflib.unified_diff(before, after, change.shown, change.shown, lineterm=""):
        yield line, {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")


def write_changes(changes: Sequence[FileChange], *, is_agreed: bool) -> bool:
    """Ask, and write the files; whether they are written. Raises `ScenarioError`."""
    names = " and ".join(change.shown for change in changes)
    if not is_agreed and not agrees(f"Write {names}?"):
        echo("Nothing was written.")
        return False
    for change in changes:
        _require_as_before(change)
    for change in changes:
        _write_one(change)
    return True


def _require_as_before(change: FileChange) -> None:
    """Raise `ScenarioError` if a file cannot be written, or is not as it was when it was judged."""
    file = change.file
    if not change.before and not file.exists():
        return
    if not file.stat().st_mode & _WRITABLE:
        raise _wrong(change.shown, "the file is read-only", "allow writing it")
    if file.read_bytes() != change.before:
        raise _wrong(change.shown, "the file was changed meanwhile", "run the command again")


def _write_one(change: FileChange) -> None:
    try:
        mode = change.file.stat().st_mode if change.before else 0
        change.file.parent.mkdir(parents=True, exist_ok=True)
        write_durably(change.file, change.after)
        if mode:
            change.file.chmod(stat.S_IMODE(mode))
    except OSError as error:
        message = f"the file cannot be written: {error.strerror}"
        raise _wrong(change.shown, message, "") from error
    echo(f"{change.shown} is written.")


def _wrong(shown: str, message: str, hint: str) -> ScenarioError:
    return ScenarioError(Problem(code="not-written", message=message, where=shown, hint=hint))
