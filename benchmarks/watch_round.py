"""Measures a round of `harness watch` after one scenario changed, or replaying that one alone.

`python -m benchmarks.watch_round PROJECT watch` or `… replay`, run by `desk_rows`. Prints the
seconds of processor time of one of them, the median of several, behind `measured `.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import median

from harness.formats.parsed_cache import ParsedCache
from harness.plans import plan
from harness.play.runner import Runner
from harness.project.plan import Mode
from harness.project.project import Project
from harness.running import PlanPlayer
from harness.watching.rounds import Selection
from harness.watching.watched_project import WatchedProject

ROUNDS = 21


def main() -> None:
    """Measure, and print."""
    project, what = Path(sys.argv[1]), sys.argv[2]
    file = min((project / "scenarios").rglob("*.yaml"))
    text = file.read_text(encoding="utf-8")
    measured = _rounds if what == "watch" else _replays
    try:
        print(f"measured {median(measured(project, file, text))}")
    finally:
        file.write_text(text, encoding="utf-8")


def _started(project: Path) -> WatchedProject:
    watched = WatchedProject(project / "harness.yaml", Selection())
    watched.open()
    watched.start()
    return watched


def _rounds(project: Path, file: Path, text: str) -> list[float]:
    watched = _started(project)
    seconds = []
    for number in range(ROUNDS):
        file.write_text(f"{text}# {number}\n", encoding="utf-8")
        began = time.process_time()
        last = watched.after({file})
        seconds.append(time.process_time() - began)
        assert (last.played, last.reds) == (1, ()), last  # noqa: S101  # else it is no measurement
    return seconds


def _replays(project: Path, file: Path, text: str) -> list[float]:
    """Reading the changed file, and replaying it, in a process that has read all files too."""
    # The more objects there are, the longer the garbage collector and the processor's caches take.
    watched = _started(project)
    opened = Project.at(project / "harness.yaml", cache=ParsedCache(None))
    seconds = []
    for number in range(ROUNDS):
        file.write_text(f"{text}# {number}\n", encoding="utf-8")
        [scenario] = plan(file, config=project / "harness.yaml").scenarios
        began = time.process_time()
        record = PlanPlayer(opened, Runner(opened, Mode.REPLAY), Mode.REPLAY).record(scenario)
        seconds.append(time.process_time() - began)
        assert record["outcome"] == "passed", record  # noqa: S101  # as above
    del watched
    return seconds


if __name__ == "__main__":
    main()
