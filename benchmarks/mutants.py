"""Mutation testing of the core: `python -m benchmarks.mutants map`, then `… play`.

`map` runs the tests in process with coverage, and notes which test reaches which line. `play`
draws a sample of mutants with a fixed seed, applies them one by one to a copy of the checkout, and
runs the tests that reach the changed line, the most specific first. A mutant survives when they all
pass. Mutants come from Cosmic Ray; it and pytest-cov are installed by hand, for they are needed
nowhere else: `pip install cosmic-ray pytest-cov`.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

ROOMS = (
    "harness/play",
    "harness/secrets",
    "harness/checks",
    "harness/transport/recorded_urls.py",
    "harness/transport/replay.py",
    "harness/transport/replay_errors.py",
    "harness/transport/journal.py",
)
TESTS = ("tests", "scenarios")
LEFT_OUT = ("tests/browser", "tests/docs")
"""Tests that need a browser, or that run the documents: no line of the core is theirs alone."""
MAP = Path(".coverage-map.json")
MOST_TESTS = 600
"""Tests that are run for one mutant at most, the most specific first."""
PATIENCE = 240.0
"""Seconds after which a mutant hangs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change of one place."""

    file: str
    operator: str
    occurrence: int
    line: int
    """From 1."""
    column: int
    """From 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the tests said of a mutant: `killed`, `survived`, `hung` or `unreached`."""

    mutant: Mutant
    outcome: str
    seconds: float
    tests: int
    killer: str = ""
    source: str = ""
    """The line as it was and as it became."""


def modules(rooms: Iterable[str]) -> Iterator[Path]:
    """The modules of the rooms, in order."""
    for room in map(Path, rooms):
        yield from sorted(room.rglob("*.py")) if room.is_dir() else [room]


def write_map(workers: int) -> None:
    """Run the tests with coverage, and write `MAP`: file, line, tests that reach it."""
    from coverage import CoverageData  # noqa: PLC0415  # is installed by hand, for `map` alone

    ignored = [f"--ignore={folder}" for folder in LEFT_OUT]
    cover = ["--cov=harness", "--cov-context=test", "--cov-report="]
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


def draw(rooms: Iterable[str], size: int, seed: int) -> list[Mutant]:
    """A sample of all mutants of the rooms, at most one of a place."""
    everything = [mutant for file in modules(rooms) for mutant in mutants_of(file)]
    random.Random(seed).shuffle(everything)  # noqa: S311  # a sample, no secret
    return list({(one.file, one.line, one.column): one for one in everything}.values())[:size]


def mutants_of(file: Path) -> Iterator[Mutant]:
    """All mutants of a module but those of annotations, which nobody evaluates."""
    from cosmic_ray.ast import ast_nodes, get_ast  # noqa: PLC0415  # as above
    from cosmic_ray.plugins import get_operator, operator_names  # noqa: PLC0415

    source = file.read_text()
    tree, idle = get_ast(source), set(_idle_places(ast.parse(source)))
    for name in operator_names():
        if get_operator(name).arguments():
            continue
        operator, occurrence = get_operator(name)(), 0
        for node in ast_nodes(tree):
            for start, _ in operator.mutation_positions(node):
                if start not in idle:
                    yield Mutant(
                        file=str(file),
                        operator=name,
                        occurrence=occurrence,
                        line=start[0],
                        column=start[1],
                    )
                occurrence += 1


def _idle_places(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """Places of annotations and of imports for types, as (line, column)."""
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            part = getattr(node, name, None)
            if part is not None:
                yield from _places(part)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from _places(node)


def _places(node: ast.AST) -> Iterator[tuple[int, int]]:
    for line in range(node.lineno, node.end_lineno + 1):  # type: ignore[attr-defined]  # both have
        for column in range(200):
            yield line, column


def play(mutant: Mutant, root: Path, covering: tuple[str, ...]) -> Verdict:
    """Run the tests on the mutant in a copy of the checkout."""
    from cosmic_ray.mutating import mutate_code  # noqa: PLC0415  # as above
    from cosmic_ray.plugins import get_operator  # noqa: PLC0415

    if not covering:
        return Verdict(mutant=mutant, outcome="unreached", seconds=0.0, tests=0)
    file = root / mutant.file
    source = file.read_text()
    changed = mutate_code(source, get_operator(mutant.operator)(), mutant.occurrence)
    began = time.monotonic()
    for cached in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        cached.unlink()
    file.write_text(changed)
    try:
        outcome, killer = _run(root, covering)
    finally:
        file.write_text(source)
    return Verdict(
        mutant=mutant,
        outcome=outcome,
        seconds=round(time.monotonic() - began, 1),
        tests=len(covering),
        killer=killer,
        source=_difference(source, changed),
    )


def _run(root: Path, tests: tuple[str, ...]) -> tuple[str, str]:
    names = root / ".mutant-tests"
    names.write_text("\n".join(tests))
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:randomly"]
    command += ["-p", "no:cacheprovider", "--no-header", "--tb=no", f"@{names}"]
    surroundings = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command,
            cwd=root,
            env=surroundings,
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return "hung", ""
    if done.returncode == 0:
        return "survived", ""
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return "killed", failed[0] if failed else f"exit status {done.returncode}"


def _difference(before: str, after: str) -> str:
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    for old, new in pairs:
        if old != new:
            return f"{old.strip()}  →  {new.strip()}"
    return "a line was removed"


def covering_tests(mutants: Iterable[Mutant]) -> dict[Mutant, tuple[str, ...]]:
    """The tests that reach a mutant's line, those first that reach the fewest lines."""
    noted = json.loads(MAP.read_text())
    names, lines = noted["tests"], noted["lines"]
    width: Counter[int] = Counter()
    for of_file in lines.values():
        for reached in of_file.values():
            width.update(reached)
    return {
        mutant: tuple(
            names[number]
            for number in sorted(
                lines.get(mutant.file, {}).get(str(mutant.line), ()), key=width.__getitem__
            )[:MOST_TESTS]
        )
        for mutant in mutants
    }


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("map", "play"))
    parser.add_argument("--sample", type=int, default=400)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--skip", type=int, default=0, help="mutants of the sample left out")
    parser.add_argument("--output", type=Path, default=Path("mutants.json"))
    parser.add_argument("rooms", nargs="*", default=ROOMS)
    options = parser.parse_args()
    if options.step == "map":
        write_map(options.workers)
        return
    sample = draw(options.rooms, options.sample, options.seed)[options.skip :]
    print_summary(_play_all(sample, options.workers, options.output))


def _play_all(sample: list[Mutant], workers: int, output: Path) -> list[Verdict]:
    covering, verdicts, copies = covering_tests(sample), [], Queue[Path]()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as pool:
        for number in range(workers):
            copy = Path(folder) / str(number)
            shutil.copytree(".", copy, ignore=_not_needed, symlinks=True)
            _require_green(copy, covering)
            copies.put(copy)

        def take(mutant: Mutant) -> Verdict:
            copy = copies.get()
            try:
                return play(mutant, copy, covering[mutant])
            finally:
                copies.put(copy)

        for verdict in pool.map(take, sample):
            verdicts.append(verdict)
            _show(len(verdicts), verdict)
            output.write_text(json.dumps([_as_json(one) for one in verdicts], indent=1))
    return verdicts


def _not_needed(folder: str, names: list[str]) -> set[str]:
    """What a copy of the checkout leaves out of a folder."""
    unused = {name for name in names if name == "node_modules" or name.startswith(".venv")}
    return unused | {".git", "reports"} if folder == "." else unused


def _require_green(copy: Path, covering: Mapping[Mutant, tuple[str, ...]]) -> None:
    """Without a mutant, tests must pass in the copy: otherwise every mutant would seem killed."""
    tests = next(tests for tests in covering.values() if tests)
    outcome, failed = _run(copy, tests)
    if outcome != "survived":
        sys.exit(f"without a mutant, the tests do not pass: {outcome} {failed}")


def _show(number: int, verdict: Verdict) -> None:
    mutant = verdict.mutant
    more = "" if verdict.outcome == "killed" else f"  {verdict.source}"
    print(
        f"{number:4} {verdict.outcome:9} {verdict.seconds:6.1f} s  "
        f"{mutant.file}:{mutant.line} {mutant.operator.removeprefix('core/')}{more}",
        flush=True,
    )


def _as_json(verdict: Verdict) -> dict[str, object]:
    mutant = verdict.mutant
    return {
        "file": mutant.file,
        "line": mutant.line,
        "operator": mutant.operator,
        "occurrence": mutant.occurrence,
        "outcome": verdict.outcome,
        "seconds": verdict.seconds,
        "tests": verdict.tests,
        "killer": verdict.killer,
        "source": verdict.source,
    }


def print_summary(verdicts: Iterable[Verdict]) -> None:
    """Print how many of each outcome there are, a room a line."""
    rooms: dict[str, Counter[str]] = defaultdict(Counter)
    for verdict in verdicts:
        for room in ("/".join(Path(verdict.mutant.file).parts[:2]), "in all"):
            rooms[room][verdict.outcome] += 1
    for room, outcomes in rooms.items():
        survived = sum(outcomes.values()) - outcomes["killed"]
        share = survived / sum(outcomes.values())
        print(f"{room}: {dict(outcomes)}, not killed {share:.1%}")


if __name__ == "__main__":
    main()
