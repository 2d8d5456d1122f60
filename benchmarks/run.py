"""Measures all rows and prints the table: `python -m benchmarks.run`, or `make bench`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.installing import NotInstalled
from benchmarks.measuring import RunFailed, cpu_loop
from benchmarks.profiling import profile_row
from benchmarks.row import FULL, QUICK, Bench, Row, measure_row
from benchmarks.rows import rows_of
from benchmarks.serving import bench_server, own_rate
from benchmarks.table import Machine, Result, table_text, write_table
from benchmarks.workload import HERE, WORK


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 where a row of ours could not be measured; a missed target is told, no more."""
    options = _parser().parse_args(arguments)
    sizes = QUICK if options.quick else FULL
    WORK.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as outside, bench_server() as address:
        bench = Bench(sizes=sizes, address=address, outside=Path(outside))
        if options.profile:
            print(profile_row(_chosen(rows_of(sizes), [options.profile])[0], bench))
            return 0
        rows = [row for row in rows_of(sizes) if options.peers or not row.is_peer]
        if options.only:
            rows = _chosen(rows_of(sizes), options.only)
        rate = own_rate(address)
        loops: list[float] = []
        results = []
        for row in rows:
            loops.append(cpu_loop())
            results.append(_result(row, bench, options.runs))
        loops.append(cpu_loop())
    text = table_text(results, Machine(server_rate=rate, loops=tuple(loops)))
    print(text)
    if options.write:
        write_table(HERE / "README.md", text)
    return int(any(not result.pairs and not result.row.is_peer for result in results))


def _result(row: Row, bench: Bench, runs: int) -> Result:
    print(f"{row.name} …", file=sys.stderr, flush=True)
    try:
        return Result(row=row, pairs=measure_row(row, bench, runs))
    except NotInstalled as error:
        return Result(row=row, reason=f"it cannot be installed here: {error}")
    except RunFailed as error:
        print(error, file=sys.stderr)
        return Result(row=row, reason=error.reason)


def _chosen(rows: Sequence[Row], names: Sequence[str]) -> list[Row]:
    known = {row.name: row for row in rows}
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"unknown row {', '.join(unknown)}; the rows are {', '.join(known)}")
    return [known[name] for name in names]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="pairs of runs for each row")
    parser.add_argument("--peers", action="store_true", help="also Tavern and promptfoo")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--only", action="append", metavar="ROW", help="this row; repeatable")
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    parser.add_argument("--profile", metavar="ROW", help="say where our time goes, and no more")
    return parser


if __name__ == "__main__":
    sys.exit(main())
