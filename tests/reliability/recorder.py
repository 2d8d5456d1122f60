"""Records scenarios in forks of one process: `python -m tests.reliability.recorder PROJECT`.

Reads commands from its input, one a line, and answers each with a line. `start SCENARIO` forks a
recording and answers with its process; `wait PROCESS` waits for its end and answers with its exit
status. How a recording ended is written to `outcomes/PROCESS` in the project.

A fork costs milliseconds where a new interpreter with all its imports costs half a second.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.transport.live import LiveTransport


def main(folder: Path) -> None:
    """Do as told until the input ends."""
    project = Project.at(folder / "harness.yaml")
    (folder / "outcomes").mkdir(exist_ok=True)
    # Reads the certificates, which all forks then share.
    LiveTransport(hosts=frozenset()).close()
    for line in sys.stdin:
        command, word = line.split()
        answer = _start(project, folder, word) if command == "start" else _wait(int(word))
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def _start(project: Project, folder: Path, scenario: str) -> int:
    process = os.fork()
    if process == 0:
        _record(project, folder, scenario)
    return process


def _wait(process: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _record(project: Project, folder: Path, scenario: str) -> None:
    play = Play(file=folder / f"scenarios/{scenario}.yaml", scenario=scenario, provider="echo")
    try:
        result = Runner(project, Mode.REFRESH).run(play)
        outcome = str(result.error or result.outcome.value)
    except BaseException as error:  # noqa: BLE001  # the test shall see whatever it was
        outcome = repr(error)
    ended = folder / "outcomes" / str(os.getpid())
    unfinished = ended.with_suffix(".part")
    unfinished.write_text(outcome)
    unfinished.rename(ended)
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
