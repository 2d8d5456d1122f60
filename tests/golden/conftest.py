"""A project in a folder of its own, the command line in it, and texts to compare with."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.cli import main

# The tests are no package; they share modules.
sys.path.insert(0, str(Path(__file__).parent))

from configuration_cases import CONNECTLY
from fault_cases import Case, reply
from fault_stage import Stage
from golden_texts import SECRET, compare
from misbehaving import serving

CONFIG = f"""\
provider: shop
tags: {{smoke: the shortest proof, sales: talks about prices}}
{CONNECTLY}"""
SCHEMA = '{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}'


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and its exit status."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A user's project."""

    path: Path

    def write(self, name: str, content: str | bytes) -> None:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture
def project(tmp_path, monkeypatch) -> Folder:
    """A project with one provider, two tags and one schema; the current folder is in it."""
    for name in tuple(os.environ):
        if name.startswith("SHOP_"):
            monkeypatch.delenv(name)
    folder = Folder(tmp_path)
    folder.write("harness.yaml", CONFIG)
    folder.write("schemas/shop/reply.schema.json", SCHEMA)
    monkeypatch.setenv("SHOP_KEY", SECRET)
    monkeypatch.setenv("SHOP_URL", "http://127.0.0.1:9")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def harness(monkeypatch, capsys) -> Callable[..., Said]:
    """The `harness` command, called in this process: what it printed, and its exit status."""

    def call(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["harness", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Said(int(ended.value.code or 0), f"{printed.out}{printed.err}".rstrip() + "\n")

    return call


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a text with the golden one; see `compare`."""
    return compare


@pytest.fixture
def faulty(project, monkeypatch) -> Callable[[Case], Stage]:
    """Make the project one that plays a case of a misbehaving server."""
    return lambda case: Stage(project.path, case, monkeypatch)


@pytest.fixture
def other() -> Iterator[tuple[str, list[bytes]]]:
    """Another server that answers well: its `host:port`, and the heads of what it is asked."""
    heads: list[bytes] = []
    with serving(reply(b'{"text": "pink"}'), heads=heads) as address:
        yield address, heads
