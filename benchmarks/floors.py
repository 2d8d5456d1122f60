"""The least that the same work can cost: plain pytest, and a plain httpx loop."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.measuring import Command
from benchmarks.ours import CACHE, PYTEST
from benchmarks.workload import HERE, WORK, scenario_file, scenario_text

_EMPTY_TESTS = """\
import pytest


@pytest.mark.parametrize("number", range({count}))
def test_empty(number):
    pass
"""

_TRIVIAL_CONFTEST = """\
import pytest


def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".yaml":
        return YamlFile.from_parent(parent, path=file_path)


class YamlFile(pytest.File):
    def collect(self):
        yield YamlItem.from_parent(self, name=self.path.stem)


class YamlItem(pytest.Item):
    def runtest(self):
        pass
"""


def empty_tests(outside: Path, count: int, *, is_cached: bool) -> Command:
    """Plain pytest running so many empty tests of one module.

    `outside` must lie outside of every folder with a harness.yaml, so that our plugin is loaded
    but has nothing to do.
    """
    root = outside / f"empty-{count}"
    root.mkdir(exist_ok=True)
    (root / "pytest.ini").write_text("[pytest]\n")
    (root / "test_empty.py").write_text(_EMPTY_TESTS.format(count=count))
    return Command(
        arguments=(*PYTEST, "test_empty.py"),
        folder=root,
        proof=f"{count} passed",
        forget=() if is_cached else (CACHE,),
    )


def trivial_items(outside: Path, count: int, *, is_cached: bool) -> Command:
    """Plain pytest collecting the same files without opening them; `outside` as above."""
    root = outside / f"trivial-{count}"
    if not root.is_dir():
        for number in range(1, count + 1):
            file = root / scenario_file(number)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(scenario_text(number), encoding="utf-8")
    (root / "pytest.ini").write_text("[pytest]\n")
    (root / "conftest.py").write_text(_TRIVIAL_CONFTEST)
    return Command(
        arguments=(*PYTEST, "scenarios", "--collect-only"),
        folder=root,
        proof=f"{count} tests collected",
        forget=() if is_cached else (CACHE,),
    )


def httpx_loop(address: str, conversations: int) -> Command:
    """One httpx client sending the same requests, one after the other."""
    return Command(
        arguments=(sys.executable, "-m", "benchmarks.httpx_loop", address, str(conversations)),
        folder=WORK,
        environment={"PYTHONPATH": str(HERE.parent)},
        proof=f"{conversations} conversations",
    )
