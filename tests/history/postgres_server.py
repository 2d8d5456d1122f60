"""A PostgreSQL server of Debian's packages, private to a test run: loopback, a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

NEEDED = "HARNESS_NEEDS_POSTGRES"
"""Set to 1, a missing server is an error; `.ci/run` sets it."""
BINARIES = Path("/usr/lib/postgresql")
USERS = ("postgres", "nobody")
"""Who runs it where the tests are run by root, which PostgreSQL refuses."""
PASSWORD = "pl4nted/s3cret"
"""With a character that a URL must encode."""
PATIENCE = "30"

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is running."""

    tools: Path
    port: int

    def database(self) -> str:
        """Make a new database; gives its URL, password included."""
        name = f"history_{next(_numbers)}"
        self.sql(f"CREATE DATABASE {name}", "postgres")
        password = PASSWORD.replace("/", "%2F")
        return f"postgresql://harness:{password}@127.0.0.1:{self.port}/{name}"

    def sql(self, statement: str, database: str) -> str:
        """What a statement gives, in the server's own client."""
        address = f"host=127.0.0.1 port={self.port} user=harness dbname={database}"
        ended = subprocess.run(
            [self.tools / "psql", "-XAtqc", statement, address],
            env={**os.environ, "PGPASSWORD": PASSWORD},
            check=True,
            capture_output=True,
            text=True,
        )
        return ended.stdout


@contextmanager
def serving_postgres() -> Iterator[Server | None]:
    """A server for as long as the block lasts; None where PostgreSQL is not installed."""
    versions = [found.parent for found in BINARIES.glob("*/bin/initdb")]
    if not versions:
        yield None
        return
    tools = max(versions, key=lambda path: float(path.parent.name))
    folder = Path(tempfile.mkdtemp(prefix="harness-postgres-"))
    try:
        user = _user()
        if user is not None:
            shutil.chown(folder, user)
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o644)
        data = folder / "data"
        made = [tools / "initdb", "--pgdata", data, "--username=harness", "--auth=scram-sha-256"]
        made += [f"--pwfile={folder / 'password'}", "--no-sync", "--encoding=UTF8", "--locale=C"]
        _run(user, made)
        port = _free_port()
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        control = [tools / "pg_ctl", "--pgdata", data, "--wait", f"--timeout={PATIENCE}"]
        _run(user, [*control, "start", "-l", folder / "log", "-o", options])
        try:
            yield Server(tools, port)
        finally:
            _run(user, [*control, "stop", "--mode=immediate"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> str | None:
    """Another user than root; None where root does not run the tests."""
    if os.geteuid():
        return None
    known = {one.pw_name for one in pwd.getpwall()}
    return next(name for name in USERS if name in known)


def _run(user: str | None, command: Sequence[object]) -> None:
    subprocess.run(
        [str(part) for part in command],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        cwd="/",
        user=user,
        extra_groups=None if user is None else [],
        group=None if user is None else pwd.getpwnam(user).pw_gid,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
