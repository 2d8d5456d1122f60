"""A part of the example suite with its recordings, as a project that a test may change."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from harness.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
PROVIDERS = ("connectly", "bighummingbird")
_IDENTITY = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")


@dataclass(frozen=True, slots=True)
class Example:
    """The project, which is the current folder."""

    folder: Path

    def call(self, *arguments: str) -> Result:
        """A command of `harness`, inside this process."""
        return CliRunner().invoke(app, arguments, terminal_width=200)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text in a file, which must have it."""
        file = self.folder / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def edit_json(self, name: str, **members: Any) -> None:
        """Set members of a JSON file."""
        file = self.folder / name
        value = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps(value | members, indent=2), encoding="utf-8")

    def commit(self) -> None:
        """Put everything into a commit of git."""
        for words in (("init", "-q"), ("add", "."), (*_IDENTITY, "commit", "-q", "-m", "all")):
            subprocess.run(("git", *words), cwd=self.folder, check=True)


@pytest.fixture
def example(tmp_path, monkeypatch) -> Example:
    """The scenarios and recordings of two providers."""
    shutil.copy(ROOT / "harness.yaml", tmp_path)
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    for provider in PROVIDERS:
        for folder in ("scenarios", "cassettes"):
            shutil.copytree(ROOT / folder / provider, tmp_path / folder / provider)
    monkeypatch.chdir(tmp_path)
    return Example(tmp_path)
