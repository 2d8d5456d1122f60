"""Our own rows in two checkouts, in turns: the processor time of this one over the other's.

    python -m benchmarks.against ../before --pairs 7

The other checkout has its own virtual environment in `.venv`. Each makes its own workload.
With `--instructions`, Valgrind counts the instructions of a tenth of the work instead, once: a
figure that hardly depends on what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks.measuring import Command, Measured, measure
from benchmarks.serving import ROOT, bench_server

ONE_PROCESS = "--harness-processes=1"
ROWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "replay": ("replay", ()),
    "replay, one process": ("replay", (ONE_PROCESS,)),
    "replay, -n 2": ("replay", ("-n", "2")),
    "replay-again": ("replay-again", ()),
    "replay-again, one process": ("replay-again", (ONE_PROCESS,)),
    "replay-again, -n 2": ("replay-again", ("-n", "2")),
    "checks": ("checks", ()),
    "reports": ("reports", ()),
    "reports-allure": ("reports-allure", ()),
    "live": ("live", ()),
    "live-wait": ("live-wait", ()),
    "collect": ("collect", ()),
    "collect-again": ("collect-again", ()),
}
"""What is measured: a row of the table, and further options of pytest."""

_COUNT = re.compile(r"refs:\s+([\d,]+)")

PREPARE = """
import dataclasses, json, pathlib, sys
from benchmarks.row import FULL, QUICK, Bench
from benchmarks.rows import rows_of
name, size, address = sys.argv[1:]
sizes = QUICK if size == "quick" else FULL
bench = Bench(sizes=sizes, address=address, outside=pathlib.Path("benchmarks/.work"))
row = next(row for row in rows_of(sizes) if row.name == name)
print(json.dumps(dataclasses.asdict(row.ours(bench)), default=str))
"""
"""Makes the workload of a row where it is not there, and prints its command."""


def main() -> int:
    """Print a line for each row: the median ratio, the least and the most."""
    options = _parser().parse_args()
    with bench_server() as address:
        for name in options.only or ROWS:
            row, further = ROWS[name]
            size = "quick" if options.quick or options.instructions else "full"
            here, there = (
                _command(root, row, size, address, further) for root in (ROOT, options.other)
            )
            for command in (here, there):
                # Once before, so that bytecode exists and files have been read.
                measure(command)
            if options.instructions:
                print(f"{name:28} {_told_counts(_counted(here), _counted(there))}", flush=True)
                continue
            pairs = [(measure(here), measure(there)) for _ in range(options.pairs)]
            print(f"{name:28} {_told(pairs)}", flush=True)
    return 0


def _command(root: Path, row: str, size: str, address: str, further: tuple[str, ...]) -> Command:
    python = root / ".venv/bin/python"
    done = subprocess.run(
        [python, "-c", PREPARE, row, size, address],
        cwd=root,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    made = json.loads(done.stdout.splitlines()[-1])
    return Command(
        arguments=(str(python), *made["arguments"][1:], *further),
        folder=Path(made["folder"]),
        environment=made["environment"],
        proof=made["proof"],
        forget=tuple(made["forget"]),
    )


def _counted(command: Command) -> int:
    """Instructions that all its processes carried out."""
    with tempfile.TemporaryDirectory() as folder:
        valgrind = (
            "valgrind",
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
            "--trace-children=yes",
            f"--log-file={folder}/%p",
        )
        # The order of sets decides about a part of the work.
        environment = {**command.environment, "PYTHONHASHSEED": "0"}
        counting = (*valgrind, *command.arguments)
        measure(replace(command, arguments=counting, environment=environment))
        logs = [file.read_text() for file in Path(folder).iterdir()]
    found = [_COUNT.search(log) for log in logs]
    return sum(int(one.group(1).replace(",", "")) for one in found if one is not None)


def _told_counts(ours: int, theirs: int) -> str:
    return f"{ours / theirs:.3f}  {ours / 1e9:.2f}, {theirs / 1e9:.2f} billion instructions"


def _told(pairs: list[tuple[Measured, Measured]]) -> str:
    ratios = [ours.cpu_seconds / theirs.cpu_seconds for ours, theirs in pairs]
    seconds = [median(pair[side].cpu_seconds for pair in pairs) for side in (0, 1)]
    return (
        f"{median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"
        f"  {seconds[0]:.2f} s, {seconds[1]:.2f} s"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.against", description=__doc__)
    parser.add_argument("other", type=Path, help="the other checkout")
    parser.add_argument("--pairs", type=int, default=7, help="pairs of runs for each row")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--instructions", action="store_true", help="count them with Valgrind")
    parser.add_argument("--only", action="append", choices=ROWS, help="this row; repeatable")
    return parser


if __name__ == "__main__":
    sys.exit(main())
