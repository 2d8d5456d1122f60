"""Keeps what was parsed, by the content that it was parsed from.

One SQLite file, so that 10,000 small files are not opened again and several processes can share
it. It holds JSON only: a cache that somebody else wrote can mislead, but never run code. Where
it cannot be used (a read-only folder, a broken file), parsing goes on without it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import threading
from pathlib import Path

from harness.typing import Json

MAX_ENTRIES = 100_000
"""Older entries are dropped beyond this many; about 300 MB at the most."""


class ParsedCache:
    """A store of JSON values by key. Safe for threads and processes."""

    def __init__(self, file: Path | None) -> None:
        """`file` may be missing; None keeps nothing."""
        self._file = file
        self._lock = threading.Lock()
        self._pending: dict[str, str] = {}
        self._connection = _connect(file) if file is not None else None
        self._inherited: list[sqlite3.Connection | None] = []

    def get(self, key: str) -> Json:
        """The value kept under a key; None where there is none."""
        with self._lock:
            if self._connection is None:
                return None
            text = self._pending.get(key)
            if text is None:
                try:
                    row = self._connection.execute(
                        "SELECT value FROM parsed WHERE key = ?", (key,)
                    ).fetchone()
                except sqlite3.Error:
                    return None
                text = row[0] if row else None
        if text is None:
            return None
        try:
            value: Json = json.loads(text)
        except ValueError:
            # Somebody else wrote it, or it was cut.
            return None
        return value

    def put(self, key: str, value: Json) -> None:
        """Keep a value; written to the file by `flush`, or when many are waiting."""
        if self._connection is None:
            return
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        with self._lock:
            self._pending[key] = text
            if len(self._pending) >= 200:  # noqa: PLR2004  # one transaction for many, in bounded memory
                self._write()

    def reopen(self) -> None:
        """In a process that was forked: SQLite forbids the use of a connection from before."""
        with self._lock:
            # Closing it would be a use, and so would letting go of it.
            self._inherited.append(self._connection)
            self._pending.clear()
            self._connection = _connect(self._file) if self._file is not None else None

    def flush(self) -> None:
        """Write what is waiting."""
        with self._lock:
            self._write()

    def close(self) -> None:
        """Write what is waiting and give the file back. May be called twice."""
        with self._lock:
            self._write()
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _write(self) -> None:
        if self._connection is None or not self._pending:
            return
        # A cache that cannot be written is no reason to fail a run.
        with contextlib.suppress(sqlite3.Error), self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO parsed (key, value) VALUES (?, ?)",
                self._pending.items(),
            )
            self._connection.execute(
                "DELETE FROM parsed WHERE rowid <= (SELECT max(rowid) FROM parsed) - ?",
                (MAX_ENTRIES,),
            )
        self._pending.clear()


def content_key(kind: str, *parts: bytes | str) -> str:
    """A key for what is parsed from these parts."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        digest.update(len(content).to_bytes(8, "little"))
        digest.update(content)
    return f"{kind}-{digest.hexdigest()}"


def _connect(file: Path) -> sqlite3.Connection | None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(file, timeout=5, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -512")
        connection.execute("CREATE TABLE IF NOT EXISTS parsed (key TEXT PRIMARY KEY, value TEXT)")
    except (OSError, sqlite3.Error):
        return None
    return connection
