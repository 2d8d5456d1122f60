"""Histories of runs that are made up, in SQLite and on a server of their own."""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

# The tests are no package; they share modules.
sys.path.insert(0, str(Path(__file__).parent))

from histories import adding_to, head
from postgres_server import NEEDED, serving_postgres

from harness.cli import main
from harness.history.address import address_of
from harness.project_file import HISTORY_VARIABLE


class Terminal(io.StringIO):
    """Takes what is printed, as a terminal does."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def harness(monkeypatch):
    """Runs the command line inside this process; gives its status and what it printed."""

    def run(*arguments: str, is_terminal: bool = False) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["harness", *arguments])
        said = Terminal() if is_terminal else io.StringIO()
        status = 0
        with redirect_stdout(said), redirect_stderr(said):
            try:
                main()
            except SystemExit as ended:
                status = int(ended.code or 0)
        return status, said.getvalue()

    return run


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    """The current folder; no history is named."""
    monkeypatch.delenv(HISTORY_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server on loopback; what makes a new database in it and gives its URL."""
    with serving_postgres() as server:
        if server is None:
            reason = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
            if os.environ.get(NEEDED) == "1":
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def address(request, folder):
    """A history that is empty."""
    if request.param == "sqlite":
        return address_of("reports/history.sqlite", below=folder)
    return address_of(request.getfixturevalue("postgres").database(), below=folder)


@pytest.fixture
def add(address):
    """Adds a run: its number from 0, its conversations, and what differs in its head."""
    return adding_to(address)


@pytest.fixture
def add_to_file(folder):
    """The same in the file that the commands read."""
    return adding_to(address_of("reports/history.sqlite", below=folder))


@pytest.fixture
def write_results(folder):
    """Writes results of a run; gives the file."""

    def write(name: str, number: int, *records: dict) -> Path:
        file = folder / name
        file.write_text(json.dumps({**head(number), "conversations": records}))
        return file

    return write
