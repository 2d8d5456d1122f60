"""Paths of cassettes, and reading and replacing their files."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
import re
import stat
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from harness import __version__
from harness.core import CassetteError, Json, MissingCassette, SecretInCassette
from harness.core.atomic_file import write_durably
from harness.transport.cassette.cassette import Cassette, cassette_from_json, cassette_to_json
from harness.transport.cassette.cassette_writing import dump_cassette
from harness.transport.decoding import LARGEST, MEBIBYTE

AGAIN = "fix that and record it again; the old recording is unchanged"
"""The next step where a new recording cannot be written."""
UNTOUCHED = "the old file is unchanged; harness cassettes recover recovers what was received"
WRITABLE = "make sure that the user who runs this may write there"
"""The next step where permissions are missing."""
LONGEST_NAME = 100
"""Bytes of a name that is part of a file's name."""
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
SAFE_ROW = re.compile(r"(?![.-])[^\x00-\x20<>:\"/\\|?*\x7f-\x9f]+(?<!\.)")
"""Names of rows may have letters of every script, but not what a file system refuses."""


class ParsedStore(Protocol):
    """Stores parsed files as JSON, each under a key made of the file's content."""

    def get(self, key: str) -> Json | None:
        """The value that is stored under the key; None where there is none."""

    def put(self, key: str, value: Json, subject: str) -> None:
        """Store a value in place of earlier ones of the same subject."""


def cassette_path(root: Path, provider: str, scenario: str, row: str = "", take: int = 1) -> Path:
    """The path of a recording: `<root>/<provider>/<scenario>[--<row>][.take-02].yaml`.

    Raises `CassetteError` where a name is not safe, or a link leads out of the folder.
    """
    for name, pattern in ((provider, SAFE_NAME), (scenario, SAFE_NAME), (row or "x", SAFE_ROW)):
        if not pattern.fullmatch(name) or len(name.encode("utf-8", "replace")) > LONGEST_NAME:
            raise CassetteError(
                "cassette-name",
                f"'{name[:120]}' cannot be part of a file's name",
                "use letters, digits, '.', '_' and '-', at most 100, and start with "
                "a letter or digit",
            )
    suffix = f".take-{take:02d}" if take > 1 else ""
    path = Path(f"{root}/{provider}/{scenario}{f'--{row}' if row else ''}{suffix}.yaml")
    # PTH114: `Path.is_symlink` raises where a folder may not be entered.
    if not _is_inside(str(root), str(path if os.path.islink(path) else path.parent)):  # noqa: PTH114
        raise CassetteError(
            "cassette-outside",
            f"{path.relative_to(root.parent)}: a link leads out of the folder {root.name}",
            "remove the link, and record it again",
        )
    return path


# Looking up every folder of the path again for each file takes 60 µs.
@lru_cache(maxsize=1024)
def _is_inside(root: str, path: str) -> bool:
    real_root = os.path.realpath(root)
    return os.path.commonpath([real_root, os.path.realpath(path)]) == real_root


def read_cassette(
    path: Path,
    display: str = "",
    store: ParsedStore | None = None,
    fix: str = "",
    repair: str = "",
) -> Cassette:
    """Read a cassette, from the store if its content is stored there.

    `fix` is the next step that an error names where the file is missing, and `repair` where it
    cannot be read. Raises `CassetteError`.
    """
    shown, repair = display or str(path), repair or fix
    content = _content(path, shown, fix, repair)
    key = f"cassette-2-{__version__}-{hashlib.sha256(content).hexdigest()}"
    known = None if store is None else store.get(key)
    if known is not None:
        return cassette_from_json(known, shown)
    # PLC0415: a replay whose cassettes are all in the store needs no YAML.
    from harness.transport.cassette.cassette_reading import parse_cassette  # noqa: PLC0415

    cassette = parse_cassette(content, shown, repair)
    if store is not None:
        store.put(key, cassette_to_json(cassette), f"cassette {shown}")
    return cassette


def _content(path: Path, shown: str, fix: str, repair: str) -> bytes:
    try:
        # First: a file of another kind may fill the memory.
        status = path.stat()
        if status.st_size > LARGEST:
            message = f"{shown}: it has more than {LARGEST // MEBIBYTE} MiB"
            raise CassetteError("cassette-too-large", message, repair)
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            # Reading a pipe waits for its writer, and a device may never end.
            raise CassetteError(
                "cassette-unreadable",
                f"{shown} is not a regular file",
                "remove it, and record it again",
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        if path.is_symlink():
            raise CassetteError(
                "cassette-unreadable",
                f"{shown} is a link that leads nowhere",
                "remove the link, or restore its target",
            ) from error
        raise MissingCassette("cassette-missing", f"{shown}: there is no recording", fix) from error
    except IsADirectoryError as error:
        raise CassetteError(
            "cassette-is-a-folder", f"{shown} is a folder", "move the folder away"
        ) from error
    except OSError as error:
        raise CassetteError(
            "cassette-unreadable",
            f"{shown} cannot be read: {error.strerror}",
            "make it readable, or restore it from version control",
        ) from error


def check_target(path: Path, shown: str) -> None:
    """Make sure that a cassette can be written there, and make its folder.

    `shown` is the path as people see it. Raises `CassetteError`. Called before the first live
    request, which may cost money.
    """
    failure = f"the folder of {shown} cannot be created"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        failure = f"the place of {shown} cannot be accessed"
        problem, fix = _problem_of_target(path, shown)
    except OSError as error:
        raise CassetteError("cassette-target", f"{failure}: {error.strerror}", WRITABLE) from error
    if problem:
        raise CassetteError("cassette-target", problem, fix)


def _problem_of_target(path: Path, shown: str) -> tuple[str, str]:
    """Why a cassette cannot be written there, and the next step; empty where it can."""
    if path.is_symlink():
        return f"{shown} is a link, which a recording would replace", "remove the link"
    if path.is_dir():
        return f"{shown} is a folder", "move the folder away"
    if not os.access(path.parent, os.W_OK | os.X_OK):
        return f"the folder of {shown} is not writable", WRITABLE
    if path.exists() and not os.access(path, os.W_OK):
        return f"{shown} is write-protected", WRITABLE
    return "", ""


def write_cassette(
    path: Path,
    cassette: Cassette,
    scan: Callable[[bytes], Sequence[str]] | None = None,
    display: str = "",
) -> None:
    """Replace a cassette in one step: the file is the old one or the new one, never a part.

    `scan` names the secrets that are left in the final bytes; if it names one, nothing is
    written. Raises `CassetteError`.
    """
    shown = display or str(path)
    check_target(path, shown)
    content = dump_cassette(cassette).encode()
    found = scan(content) if scan is not None else ()
    if found:
        raise SecretInCassette(
            "secret-in-cassette",
            f"{shown} would contain the secret {', '.join(repr(name) for name in found)}",
            "nothing was written",
        )
    try:
        write_durably(path, content)
    except OSError as error:
        raise CassetteError(
            "cassette-not-written", f"{shown} cannot be written: {error.strerror}", UNTOUCHED
        ) from error
    try:
        _sync_folder(path.parent)
    except OSError as error:
        raise CassetteError(
            "cassette-not-written",
            f"{shown} was replaced, but may be lost in a power failure: {error.strerror}",
        ) from error


def remove_unfinished(path: Path) -> None:
    """Remove the files that killed writers of a cassette left. The caller holds its lock."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        with contextlib.suppress(OSError):
            left.unlink()


def _sync_folder(folder: Path) -> None:
    """Make the rename durable. Windows, where a folder cannot be opened, has no way to do so."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
