"""Accepts an expectation of many conversations, or reads and replays them.

`python -m benchmarks.accepting accept FOLDER` or `… replay FOLDER`. The expectation is in the
defaults of all scenarios, so that all their conversations are judged: once to find that it fails,
and once to see that the new one holds. Prints `measured SECONDS`, of processor time.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from harness.authoring.accepting.rewriting import rewrite
from harness.authoring.accepting.users import held_plays, scenarios_with
from harness.project.project import Project

DEFAULTS = "scenarios/defaults.yaml"
FAILING = "expect:\n  always: {max_words: 1}\n"


def main() -> None:
    """Measure one of both; the file that is accepted is removed again."""
    kind, folder = sys.argv[1], Path(sys.argv[2])
    file = folder / DEFAULTS
    file.write_text(FAILING, encoding="utf-8")
    try:
        project = Project.at(folder / "harness.yaml")
        began = time.process_time()
        if kind == "replay":
            plays = len(held_plays(project, scenarios_with(project, file), ())[0])
        else:
            [accepted] = rewrite(project, file).accepted
            plays = accepted.plays
        print(f"measured {time.process_time() - began:.4f}")
        print(f"{plays} conversations")
    finally:
        file.unlink()


if __name__ == "__main__":
    main()
