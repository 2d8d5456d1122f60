"""Which test reaches which line of the core: by pytest-cov, once for all mutants."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

TESTS = ("tests", "scenarios")
LEFT_OUT = ("tests/browser", "tests/docs", "tests/packaging", "tests/stories")
"""Tests that need a browser, or that play what is documented or built: no line is theirs alone."""
MAP = Path(".coverage-map.json")


def write_map(rooms: Iterable[str], workers: int) -> None:
    """Run the tests with coverage of the rooms; write `MAP`: file, line, tests that reach it."""
    from coverage import CoverageData  # noqa: PLC0415  # is installed by hand, for `map` alone

    ignored = [f"--ignore={folder}" for folder in LEFT_OUT]
    measured = sorted(
        {str(Path(room).with_suffix("").parent if room.endswith(".py") else room) for room in rooms}
    )
    cover = [*(f"--cov={folder}" for folder in measured), "--cov-context=test", "--cov-report="]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-n", str(workers)]
    subprocess.run([*command, *cover, *ignored, *TESTS], check=False)
    read = CoverageData()
    read.read()
    tests: dict[str, int] = {}
    lines: dict[str, dict[int, list[int]]] = {}
    here = f"{Path.cwd()}/"
    for file in sorted(read.measured_files()):
        reached = {
            line: {tests.setdefault(_test(one), len(tests)) for one in contexts if one}
            for line, contexts in read.contexts_by_lineno(file).items()
        }
        # What runs when the module is imported has an effect on all tests that reach the module.
        of_module = set().union(*reached.values())
        lines[file.removeprefix(here)] = {
            line: sorted(numbers or of_module) for line, numbers in reached.items()
        }
    MAP.write_text(json.dumps({"tests": list(tests), "lines": lines}))


def _test(context: str) -> str:
    """The test's id, of a context such as `tests/a.py::test_b|run`."""
    return context.rpartition("|")[0]


class Covering:
    """Which tests reach which line, as `write_map` found it."""

    def __init__(self) -> None:
        noted = json.loads(MAP.read_text())
        self.tests: list[str] = noted["tests"]
        self._lines: dict[str, dict[str, list[int]]] = noted["lines"]
        self._width: Counter[int] = Counter()
        for of_file in self._lines.values():
            for reached in of_file.values():
                self._width.update(reached)

    def of_line(self, file: str, line: int) -> list[str]:
        """The tests that reach a line, those first that reach the fewest lines."""
        reached = self._lines.get(file, {}).get(str(line), ())
        return [self.tests[number] for number in sorted(reached, key=self._width.__getitem__)]
