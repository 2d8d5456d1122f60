"""Stores parsed files by the content that they were parsed from.

One SQLite file, so that 10,000 small files are not opened again and several processes can share
it. It holds only JSON: a cache that somebody else wrote can mislead, but never run code. If it
cannot be used (a read-only folder, a broken file), files are parsed without it.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import stat
import threading
from pathlib import Path

from harness.core import Json

MAX_ENTRIES = 100_000
"""Older entries are dropped beyond this many."""
MAX_BYTES = 256 * 1024 * 1024
"""Older entries are dropped beyond this size; a value of more than half of it is not stored."""
MAX_PENDING = 200
"""Entries that wait to be written: one transaction for many, in bounded memory."""
MAX_WAITING = 4 * 1024 * 1024
"""Characters of them."""
_FEWER = 64
"""Entries that are dropped at once when the file is too large."""

_DROP_OLDEST = "DELETE FROM parsed WHERE rowid IN (SELECT rowid FROM parsed ORDER BY rowid LIMIT ?)"
_PREPARE = """
-- In effect for a new file only: it becomes smaller when entries are dropped.
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -512;
CREATE TABLE IF NOT EXISTS parsed (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS latest (subject TEXT PRIMARY KEY, key TEXT);
"""


class ParsedCache:
    """A store of JSON values by key. Safe for threads and processes."""

    def __init__(self, file: Path | None) -> None:
        """`file` is made if it does not exist; with None, nothing is stored."""
        self._file = file
        self._lock = threading.Lock()
        self._pending: dict[str, tuple[str, str]] = {}
        self._waiting = 0
        self._connection = _connect(file) if file is not None else None
        self._inherited: list[sqlite3.Connection | None] = []

    def __del__(self) -> None:
        """Close the file after an aborted run; Python 3.13 warns about an open one."""
        connection = getattr(self, "_connection", None)
        if connection is not None:
            connection.close()

    def get(self, key: str) -> Json:
        """The value stored under a key; None if there is none."""
        with self._lock:
            if self._connection is None:
                return None
            row: tuple[str, ...] | None = self._pending.get(key)
            if row is None:
                with contextlib.suppress(sqlite3.Error):
                    row = self._connection.execute(
                        "SELECT value FROM parsed WHERE key = ?", (key,)
                    ).fetchone()
        try:
            value: Json = json.loads(row[0]) if row else None
        except (TypeError, ValueError):
            # Somebody else wrote it, or it was cut.
            return None
        return value

    def put(self, key: str, value: Json, subject: str = "") -> None:
        """Store a value; it is written to the file by `flush`, or when many are waiting.

        The value that was stored for the same `subject` before, such as an earlier version of a
        file, is dropped.
        """
        if self._connection is None:
            return
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        if len(text) > MAX_BYTES // 2:
            return
        with self._lock:
            self._pending[key] = text, subject
            self._waiting += len(text)
            if len(self._pending) >= MAX_PENDING or self._waiting > MAX_WAITING:
                self._write()

    def reopen(self) -> None:
        """Connect again in a forked process: SQLite forbids the use of an inherited connection."""
        with self._lock:
            # Closing it would be a use, and so would dropping the last reference to it.
            self._inherited.append(self._connection)
            self._pending.clear()
            self._waiting = 0
            self._connection = _connect(self._file) if self._file is not None else None

    def flush(self) -> None:
        """Write the waiting entries."""
        with self._lock:
            self._write()

    def close(self) -> None:
        """Write the waiting entries and close the file. It can be called twice."""
        with self._lock:
            self._write()
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _write(self) -> None:
        connection, pending = self._connection, self._pending
        if connection is None or not pending:
            return
        # A cache that cannot be written is no reason to fail a run.
        with contextlib.suppress(sqlite3.Error), connection:
            connection.executemany(
                "INSERT OR REPLACE INTO parsed (key, value) VALUES (?, ?)",
                [(key, text) for key, (text, _) in pending.items()],
            )
            latest = [(subject, key) for key, (_, subject) in pending.items() if subject]
            connection.executemany(
                "DELETE FROM parsed WHERE key = (SELECT key FROM latest WHERE subject = ?)"
                " AND key <> ?",
                latest,
            )
            connection.executemany("INSERT OR REPLACE INTO latest VALUES (?, ?)", latest)
            for table in ("parsed", "latest"):
                connection.execute(
                    f"DELETE FROM {table} WHERE rowid <= (SELECT max(rowid) FROM {table}) - ?",  # noqa: S608  # one of two
                    (MAX_ENTRIES,),
                )
            is_left = True
            while is_left and _size(connection) > MAX_BYTES:
                is_left = connection.execute(_DROP_OLDEST, (_FEWER,)).rowcount > 0
            connection.execute("PRAGMA incremental_vacuum").fetchall()
        pending.clear()
        self._waiting = 0


def _size(connection: sqlite3.Connection) -> int:
    """The used bytes, from the number of pages: adding up the values would read them all."""
    used, free, size = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (used - free) * size


def _make_private(folder: Path) -> None:
    """Make a folder for its owner alone and ignored by git: parsed files can hold anything."""
    folder.mkdir(parents=True, exist_ok=True)
    # A folder that belongs to another user or is read-only stays as it is.
    with contextlib.suppress(OSError):
        mode = stat.S_IMODE(folder.stat().st_mode)
        if mode & ~stat.S_IRWXU:
            folder.chmod(mode & stat.S_IRWXU)
        ignored = folder / ".gitignore"
        if not ignored.exists():
            ignored.write_text("*\n", encoding="utf-8")


def _connect(file: Path) -> sqlite3.Connection | None:
    connection = None
    try:
        _make_private(file.parent)
        connection = sqlite3.connect(file, timeout=5, check_same_thread=False)
        connection.executescript(_PREPARE)
    except (OSError, sqlite3.Error):
        if connection is not None:
            connection.close()
        return None
    return connection
