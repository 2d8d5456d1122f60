"""Mutation testing of the core: `python -m benchmarks.mutants map`, then `… play`.

`map` runs the tests in process with coverage, and notes which test reaches which line. `play`
draws a sample of mutants with a fixed seed, applies them one by one to a copy of the checkout, and
runs the tests that reach the changed line, the most specific first (`mutant_player`). A mutant
survives when they all pass. Mutants come from Cosmic Ray; it and pytest-cov are installed by hand,
for they are needed nowhere else: `pip install cosmic-ray pytest-cov`.
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
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.mutant_map import Covering, write_map
from benchmarks.mutant_player import SAMPLE, SUITE, VERDICTS

ROOMS = (
    "harness/play",
    "harness/secrets",
    "harness/checks",
    "harness/transport/recorded_urls.py",
    "harness/transport/replay.py",
    "harness/transport/replay_errors.py",
    "harness/transport/journal.py",
)


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


def draw(rooms: Iterable[str], size: int, seed: int) -> list[Mutant]:
    """A sample of all mutants of the rooms that are Python, at most one of a place."""
    everything = [mutant for file in modules(rooms) for mutant in mutants_of(file)]
    random.Random(seed).shuffle(everything)  # noqa: S311  # a sample, no secret
    places = {(one.file, one.line, one.column): one for one in everything}
    return list(islice(filter(_is_python, places.values()), size))


def _is_python(mutant: Mutant) -> bool:
    """Whether the changed source can be parsed: `{**a}` with another operator cannot."""
    try:
        ast.parse(changed_source(mutant)[1])
    except SyntaxError:
        return False
    return True


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


def _difference(before: str, after: str) -> str:
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    for old, new in pairs:
        if old != new:
            return f"{old.strip()}  →  {new.strip()}"
    return "a line was removed"


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
    options = parser.parse_intermixed_args()
    if options.step == "map":
        write_map(options.rooms, options.workers)
        return
    sample = draw(options.rooms, options.sample, options.seed)[options.skip :]
    print_summary(_play_all(sample, options.workers, options.output))


def _play_all(sample: list[Mutant], workers: int, output: Path) -> list[Verdict]:
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as pool:
        roots = [Path(folder, str(number)) for number in range(workers)]
        for root in roots:
            shutil.copytree(".", root, ignore=_not_needed, symlinks=True)
        shares = [list(range(number, len(sample), workers)) for number in range(workers)]
        played = [
            pool.submit(_play_share, root, share, sample)
            for root, share in zip(roots, shares, strict=True)
        ]
        verdicts = [verdict for one in played for verdict in one.result()]
    output.write_text(json.dumps([_as_json(one) for one in verdicts], indent=1))
    return verdicts


def _play_share(root: Path, share: list[int], sample: list[Mutant]) -> list[Verdict]:
    """Judge some mutants in one copy, in one process that collects the tests once."""
    sources: dict[int, str] = {}
    with (root / "sample.jsonl").open("w") as tasks:
        for number in share:
            mutant = sample[number]
            before, after = changed_source(mutant)
            sources[number] = _difference(before, after)
            task: dict[str, object] = {"number": number, "file": mutant.file, "line": mutant.line}
            task |= {"before": before, "after": after}
            tasks.write(json.dumps(task) + "\n")
    tests = (test for test in Covering().tests if not test.startswith(SUITE))
    files = sorted({test.partition("::")[0] for test in tests})
    command = [sys.executable, "-m", "pytest", "-p", "benchmarks.mutant_player", "-q", "-s"]
    command += ["-n", "0", "-p", "no:randomly", "-p", "no:cacheprovider", "--no-header", *files]
    surroundings = {
        **os.environ,
        "CI": "true",
        "PYTHONPATH": str(root),
        "PYTHONDONTWRITEBYTECODE": "1",
        SAMPLE: str(root / "sample.jsonl"),
        VERDICTS: str(root / "verdicts.jsonl"),
    }
    verdicts = []
    with subprocess.Popen(command, cwd=root, env=surroundings, stdout=subprocess.DEVNULL) as player:
        for found in _lines_of(root / "verdicts.jsonl", player):
            number = found.pop("number")
            verdicts.append(Verdict(mutant=sample[number], source=sources[number], **found))
            _show(number, verdicts[-1])
    if len(verdicts) != len(share):
        sys.exit(f"{len(verdicts)} of {len(share)} mutants were judged")
    return verdicts


def changed_source(mutant: Mutant) -> tuple[str, str]:
    """The module's source as it is, and as the mutant has it."""
    from cosmic_ray.mutating import mutate_code  # noqa: PLC0415  # as above
    from cosmic_ray.plugins import get_operator  # noqa: PLC0415

    source = Path(mutant.file).read_text()
    return source, mutate_code(source, get_operator(mutant.operator)(), mutant.occurrence)


def _lines_of(path: Path, player: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    """What the player notes, as it notes it."""
    read = 0
    while True:
        ended = player.poll() is not None
        lines = path.read_text().splitlines(keepends=True) if path.exists() else []
        for line in lines[read:]:
            if line.endswith("\n"):
                read += 1
                yield json.loads(line)
        if ended:
            return
        time.sleep(0.5)


def _not_needed(folder: str, names: list[str]) -> set[str]:
    """What a copy of the checkout leaves out of a folder."""
    unused = {
        name
        for name in names
        if name in ("node_modules", "__pycache__") or name.startswith((".venv", ".mypy", ".ruff"))
    }
    return unused | {".git", "reports"} if folder == "." else unused


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
