"""Where cassettes lie, and how one is read and replaced."""

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
from harness.transport.cassette.writing import dump_cassette

UNTOUCHED = "the old file is unchanged; harness cassettes recover recovers what was received"
WRITABLE = "make sure that the user who runs this may write there"
"""The next step where permissions are missing."""
MEBIBYTE = 1024 * 1024
LARGEST = 256 * MEBIBYTE
"""Bytes of a cassette, packed and unpacked, and of all its bodies together."""
LONGEST_NAME = 100
"""Bytes of one part of a file's name."""
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
SAFE_ROW = re.compile(r"(?![.-])[^\x00-\x20<>:\"/\\|?*\x7f-\x9f]+(?<!\.)")
"""Names of rows hold letters of every script; these characters no file system takes."""


class ParsedStore(Protocol):
    """Keeps what was parsed, as JSON, under a key made of the file's content."""

    def get(self, key: str) -> Json | None:
        """What is kept under the key; None where nothing is."""
        ...

    def put(self, key: str, value: Json, subject: str) -> None:
        """Keep a value in the place of what was kept of the same subject."""
        ...


def cassette_path(root: Path, provider: str, scenario: str, row: str = "", take: int = 1) -> Path:
    """Where a recording lies: `<root>/<provider>/<scenario>[--<row>][.take-02].yaml`.

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
    if not _stays_inside(root, path):
        raise CassetteError(
            "cassette-outside",
            f"{path.relative_to(root.parent)}: a link leads out of the folder {root.name}",
            "remove the link, and record it again",
        )
    return path


def _stays_inside(root: Path, path: Path) -> bool:
    # PTH114: `Path.is_symlink` raises where a folder may not be entered.
    if not os.path.islink(path):  # noqa: PTH114
        # Looking up every folder of the path again for each file takes 60 µs.
        return _is_below(str(root), str(path.parent))
    inside = os.path.realpath(root)
    return os.path.commonpath([inside, os.path.realpath(path)]) == inside


@lru_cache(maxsize=1024)
def _is_below(root: str, folder: str) -> bool:
    inside = os.path.realpath(root)
    return os.path.commonpath([inside, os.path.realpath(folder)]) == inside


def read_cassette(
    path: Path,
    display: str = "",
    store: ParsedStore | None = None,
    fix: str = "",
    repair: str = "",
) -> Cassette:
    """Read a cassette, from the store where its content is known there.

    `fix` is the next step that an error names where the file is missing, and `repair` where it
    cannot be read. Raises `CassetteError`.
    """
    shown = display or str(path)
    content = _content(path, shown, fix, repair or fix)
    key = f"cassette-2-{__version__}-{hashlib.sha256(content).hexdigest()}"
    known = None if store is None else store.get(key)
    if known is not None:
        return cassette_from_json(known, shown)
    # PLC0415: a replay whose cassettes are all in the store needs no YAML.
    from harness.transport.cassette.reading import parse_cassette  # noqa: PLC0415

    cassette = parse_cassette(content, shown, repair or fix)
    if store is not None:
        store.put(key, cassette_to_json(cassette), f"cassette {shown}")
    return cassette


def _content(path: Path, shown: str, fix: str, repair: str) -> bytes:
    try:
        # First: a file of another kind may fill the memory.
        status = path.stat()
        if status.st_size > LARGEST:
            raise too_large(shown, repair)
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            # A pipe would be waited for, and a device may never end.
            hint = "remove it, and record it again"
            raise CassetteError("cassette-unreadable", f"{shown} is not a regular file", hint)
        return path.read_bytes()
    except FileNotFoundError as error:
        if path.is_symlink():
            reason = f"{shown} is a link that leads nowhere"
            hint = "remove the link, or restore its target"
            raise CassetteError("cassette-unreadable", reason, hint) from error
        raise MissingCassette("cassette-missing", f"{shown}: there is no recording", fix) from error
    except IsADirectoryError as error:
        hint = "move the folder away"
        raise CassetteError("cassette-is-a-folder", f"{shown} is a folder", hint) from error
    except OSError as error:
        reason = f"{shown} cannot be read: {error.strerror}"
        hint = "make it readable, or restore it from version control"
        raise CassetteError("cassette-unreadable", reason, hint) from error


def too_large(shown: str, fix: str, what: str = "it has") -> CassetteError:
    """The error for a cassette that is beyond the limit; `what` is what of it."""
    message = f"{shown}: {what} more than {LARGEST // MEBIBYTE} MiB"
    return CassetteError("cassette-too-large", message, fix)


def check_target(path: Path, display: str = "") -> None:
    """Make sure that a cassette can be written there, and make its folder.

    Raises `CassetteError`. Called before the first live request, which may cost money.
    """
    shown = display or str(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = f"the folder of {shown} cannot be created: {error.strerror}"
        raise CassetteError("cassette-target", reason, WRITABLE) from error
    try:
        _check_place(path, shown)
    except OSError as error:
        reason = f"the place of {shown} cannot be accessed: {error.strerror}"
        raise CassetteError("cassette-target", reason, WRITABLE) from error


def _check_place(path: Path, shown: str) -> None:
    if path.is_symlink():
        reason = f"{shown} is a link, which a recording would replace"
        raise CassetteError("cassette-target", reason, "remove the link")
    if path.is_dir():
        raise CassetteError("cassette-target", f"{shown} is a folder", "move the folder away")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        reason = f"the folder of {shown} is not writable"
        raise CassetteError("cassette-target", reason, WRITABLE)
    if path.exists() and not os.access(path, os.W_OK):
        raise CassetteError("cassette-target", f"{shown} is write-protected", WRITABLE)


def write_cassette(
    path: Path,
    cassette: Cassette,
    scan: Callable[[bytes], Sequence[str]] | None = None,
    display: str = "",
) -> None:
    """Replace a cassette in one step: there is the old one or the new one, never a part.

    `scan` names the secrets that are left in the final bytes; where it names one, nothing is
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
        reason = f"{shown} cannot be written: {error.strerror}"
        raise CassetteError("cassette-not-written", reason, UNTOUCHED) from error
    try:
        _sync_folder(path.parent)
    except OSError as error:
        reason = f"{shown} was replaced, but may be lost in a power failure: {error.strerror}"
        raise CassetteError("cassette-not-written", reason) from error


def remove_unfinished(path: Path) -> None:
    """Remove what writers of a cassette left that were killed. For whoever holds its lock."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        with contextlib.suppress(OSError):
            left.unlink()


def _sync_folder(folder: Path) -> None:
    """Make the rename itself last, where a folder can be opened: Windows has no such thing."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
