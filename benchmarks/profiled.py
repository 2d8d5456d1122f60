"""Runs pytest under the standard library's profiler: `python -m benchmarks.profiled FILE main …`.

With `players` in place of `main`, what is profiled is the thread that plays conversations live;
there must be one (`--harness-concurrency=1`), since one profiler can run at a time.
"""

from __future__ import annotations

import cProfile
import sys
import threading
from collections.abc import Sequence

import pytest


def main(arguments: Sequence[str]) -> int:
    file, where, *rest = arguments
    profile = cProfile.Profile()
    if where == "players":
        _profile_players(profile)
        code = pytest.main(rest)
    else:
        code = profile.runcall(pytest.main, rest)
    profile.dump_stats(file)
    return int(code)


def _profile_players(profile: cProfile.Profile) -> None:
    run = threading.Thread.run

    def run_profiled(thread: threading.Thread) -> None:
        if thread.name.startswith("player"):
            profile.runcall(run, thread)
        else:
            run(thread)

    # A profiler follows no threads, so it is put into the one that counts.
    threading.Thread.run = run_profiled  # type: ignore[method-assign,assignment]  # on purpose


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
