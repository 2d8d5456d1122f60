from __future__ import annotations

import ast
from pathlib import Path

import pytest

import harness.emulators

FOLDER = Path(harness.emulators.__file__).parent
MODULES = sorted(FOLDER.glob("*.py"))
REST = [path for path in FOLDER.parent.rglob("*.py") if not path.is_relative_to(FOLDER)]


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_emulators_import_nothing_else_of_the_harness(path):
    """An emulator shares no code with what it tests."""
    own = [name for name in imported(path) if name.startswith(("harness", "."))]

    assert [name for name in own if not name.startswith("harness.emulators")] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_has_at_most_300_lines(path):
    """Each module stays readable in one go."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_the_rest_of_the_harness_needs_no_server():
    """Starlette and uvicorn take long to import: only the emulators do."""
    servers = ("starlette", "uvicorn")
    found = [
        path.name for path in REST for name in imported(path) if name.partition(".")[0] in servers
    ]

    assert found == []
