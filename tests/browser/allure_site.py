"""The real Allure, installed once, and a report of it that is served on loopback."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

VERSION = "3.18.0"
MISSING = f"no Allure here; it needs npm and a network once: npm install allure@{VERSION}"


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and tells nobody."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Say nothing."""


def allure_path() -> Path | None:
    """The command, installed where it is not; None where it cannot be."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "conversation-harness" / f"allure-{VERSION}"
    command = folder / "node_modules/.bin/allure"
    if not command.exists():
        folder.mkdir(parents=True, exist_ok=True)
        install = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund"]
        subprocess.run([*install, f"allure@{VERSION}"], check=False, capture_output=True)
    return command if command.exists() else None


def generate(command: Path, results: Path, into: Path) -> None:
    """Make Allure's report as the documentation says."""
    arguments = ["generate", str(results), "--config", str(results / "allurerc.json")]
    subprocess.run(
        [command, *arguments, "--output", str(into)],
        cwd=into.parent,
        check=True,
        capture_output=True,
    )


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder; gives its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
