"""A pytest plugin that collects once and then judges one mutant after another, each in a fork.

`benchmarks.mutants play` starts it in a copy of the checkout. For each mutant the changed source is
written to the file, so that processes that a test starts meet it, and the functions that are
loaded already get the code of the changed source. A mutant that changes what runs at import needs
a fresh process, and gets one.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from types import CodeType, FunctionType

import pytest

from benchmarks.mutant_map import Covering

PATIENCE = 240
"""Seconds after which a mutant hangs."""
FIRST = 20
"""Tests, the most specific, that are run before all others."""
MOST_TESTS = 600
"""Tests that are run for one mutant at most."""
SUITE = "scenarios/"
"""How the ids of the example suite begin: it shares work with processes, and needs fresh ones."""
SAMPLE, VERDICTS = "MUTANTS_SAMPLE", "MUTANTS_VERDICTS"
"""Variables of the environment with the paths of what to judge, and of what was found."""
KILLED, BROKEN = 1, 3
"""Exit statuses of a fork: a test failed; the mutant could not be set up."""


class Player:
    """Judges the mutants of a file with the tests of this session."""

    def __init__(self, items: Sequence[pytest.Item]) -> None:
        """`items` are all that was collected."""
        self._items = {item.nodeid: (number, item) for number, item in enumerate(items)}
        self._passes: dict[str, bool] = {}
        self._covering = Covering()
        self._kills: dict[str, Counter[str]] = defaultdict(Counter)
        """By file of a mutant: how often tests of a file killed one."""

    def verdict(self, task: dict[str, object]) -> dict[str, object]:
        """`task` holds `file`, `line`, `before` and `after` (sources)."""
        began = time.monotonic()
        file, before, after = Path(str(task["file"])), str(task["before"]), str(task["after"])
        reaching = self._covering.of_line(str(file), int(str(task["line"])))
        can_run = [one for one in reaching if one in self._items or one.startswith(SUITE)]
        tests = self._chosen(str(file), can_run)
        outcome, killer = "unreached", ""
        if tests:
            file.write_text(after)
            try:
                outcome, killer = self._outcome(file, before, after, tests)
            finally:
                file.write_text(before)
        self._kills[str(file)].update([_file_of(killer)] if killer else ())
        seconds = round(time.monotonic() - began, 1)
        return {"outcome": outcome, "killer": killer, "seconds": seconds, "tests": len(tests)}

    def _chosen(self, file: str, reaching: list[str]) -> list[str]:
        """At most `MOST_TESTS`, in the order in which they probably kill.

        First the most specific ones, then those of files that killed mutants of the same module,
        then the most specific of each file, the next ones of each file, and so on.
        """
        kills, seen = self._kills[file], Counter[str]()

        def turn(test: str) -> tuple[int, int]:
            name = _file_of(test)
            seen[name] += 1
            return -kills[name], seen[name]

        first, rest = reaching[:FIRST], reaching[FIRST:]
        ranked = sorted(((turn(test), test) for test in rest), key=itemgetter(0))
        return [*first, *(test for _, test in ranked)][:MOST_TESTS]

    def _outcome(self, file: Path, before: str, after: str, tests: list[str]) -> tuple[str, str]:
        swapped = swaps(file, before, after)
        own = [test for test in tests if not test.startswith(SUITE)]
        suite = [test for test in tests if test.startswith(SUITE)]
        for part in (own[:FIRST], own[FIRST:], suite):
            left = list(part)
            while left:
                if swapped is None or part is suite:
                    outcome, killer = in_fresh_process(left)
                else:
                    outcome, killer = self._in_fork(left, swapped)
                if outcome == "survived":
                    break
                if killer not in left or self._passes_unchanged(file, before, after, killer):
                    return outcome, killer  # also where no test can be imported any more
                left.remove(killer)
        return "survived", ""

    def _passes_unchanged(self, file: Path, before: str, after: str, test: str) -> bool:
        """Whether a test that failed passes without the mutant: otherwise it says nothing."""
        if test not in self._passes:
            file.write_text(before)
            if test.startswith(SUITE):
                self._passes[test] = in_fresh_process([test])[0] == "survived"
            else:
                self._passes[test] = self._in_fork([test], [])[0] == "survived"
            file.write_text(after)
            if not self._passes[test]:
                print(f"without a mutant, this does not pass: {test}", file=sys.stderr)
        return self._passes[test]

    def _in_fork(
        self, tests: Iterable[str], swapped: list[tuple[FunctionType, CodeType]]
    ) -> tuple[str, str]:
        ordered = [item for _, item in sorted(self._items[test] for test in tests)]
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _be_the_fork(ordered, swapped, writing)
        os.close(writing)
        _, status = os.waitpid(child, 0)
        _end_group(child)
        with os.fdopen(reading) as said:
            killer = said.read()
        if os.WIFSIGNALED(status):
            return "hung", ""
        return ("survived", "") if os.WEXITSTATUS(status) == 0 else ("killed", killer)


def _file_of(test: str) -> str:
    return test.partition("::")[0]


def _be_the_fork(
    items: Sequence[pytest.Item], swapped: list[tuple[FunctionType, CodeType]], writing: int
) -> None:
    os.setsid()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(PATIENCE)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    for function, code in swapped:
        function.__code__ = code
    items[0].config.pluginmanager.register(_Ending(writing))
    try:
        for number, item in enumerate(items):
            following = items[number + 1] if number + 1 < len(items) else None
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    except BaseException:  # noqa: BLE001  # whatever it is: a run of the suite would have ended too
        os.write(writing, items[number].nodeid.encode())
        os._exit(KILLED)
    os._exit(0)


class _Ending:
    """Ends the fork at the first failure, and says which test it was."""

    def __init__(self, writing: int) -> None:
        self._writing = writing

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            os.write(self._writing, report.nodeid.encode())
            os._exit(KILLED)


def _end_group(group: int) -> None:
    """End what the fork's tests left behind."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def in_fresh_process(tests: Iterable[str]) -> tuple[str, str]:
    """Run the tests in a process that imports the changed source."""
    names = Path(".mutant-tests").absolute()
    names.write_text("\n".join(tests))
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:randomly"]
    command += ["-p", "no:cacheprovider", "--no-header", "--tb=no", "-rfE", f"@{names}"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as started:
        try:
            said, _ = started.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            _end_group(started.pid)
            return "hung", ""
    if started.returncode == 0:
        return "survived", ""
    failed = [line.split()[1] for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return "killed", failed[0] if failed and "::" in failed[0] else ""


def swaps(file: Path, before: str, after: str) -> list[tuple[FunctionType, CodeType]] | None:
    """The loaded functions that the changed source changes, with their new code.

    None if it changes what runs at import, or how many functions there are.
    """
    name = str(file.absolute())
    became: dict[CodeType, CodeType] = {}
    with warnings.catch_warnings():
        # Such as the one about `is` with a literal, which pytest makes an error.
        warnings.simplefilter("ignore", SyntaxWarning)
        old, new = (compile(source, name, "exec") for source in (before, after))
    if not _pair(old, new, became):
        return None
    found = [
        (one, became[one.__code__])
        for one in gc.get_objects()
        if type(one) is FunctionType  # not isinstance, which would ask every lazy object
        and one.__code__.co_filename == name
        and one.__code__ in became
    ]
    return found or None


def _pair(old: CodeType, new: CodeType, became: dict[CodeType, CodeType]) -> bool:
    """Note what each changed function became; False where something else changes."""
    if _runs_at_import(old):
        if (old.co_code, old.co_names) != (new.co_code, new.co_names):
            return False
        if len(old.co_consts) != len(new.co_consts):
            return False
        return all(
            _pair(one, other, became)
            if isinstance(one, CodeType) and isinstance(other, CodeType)
            else one == other and type(one) is type(other)
            for one, other in zip(old.co_consts, new.co_consts, strict=True)
        )
    if old != new:
        if old.co_freevars != new.co_freevars:
            return False
        became[old] = new
        pairs = zip(_functions(old), _functions(new), strict=False)
        return all(_pair(one, other, became) for one, other in pairs)
    return True


def _functions(code: CodeType) -> Iterator[CodeType]:
    return (one for one in code.co_consts if isinstance(one, CodeType))


def _runs_at_import(code: CodeType) -> bool:
    is_class = "__qualname__" in code.co_names and "__module__" in code.co_names
    return code.co_name == "<module>" or is_class


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Judge mutants instead of running the tests."""
    gc.unfreeze()  # the plugin freezes what is loaded; `swaps` looks for it
    player = Player(session.items)
    with Path(os.environ[SAMPLE]).open() as tasks, Path(os.environ[VERDICTS]).open("a") as found:
        for line in tasks:
            task = json.loads(line)
            verdict = player.verdict(task)
            found.write(json.dumps({"number": task["number"], **verdict}) + "\n")
            found.flush()
    return True
