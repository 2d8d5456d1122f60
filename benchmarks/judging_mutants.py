"""Changes the recorded replies of conversations and judges them, or replays the conversations.

`python -m benchmarks.judging_mutants mutants FOLDER` or `… replays FOLDER`. A mutant's share is
that of everything `harness strength` does for a conversation: its replay, all its mutants, and the
checks that are proposed. Prints `measured MILLISECONDS`, of processor time, for one mutant or one
replay.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import harness
from harness.authoring.strengthening.proposed_checks import Strengthener
from harness.evaluation.strength import StrengthMeter
from harness.project.project import Project

MILLISECONDS = 1000


def main() -> None:
    """Measure one of both; the first conversation is not counted."""
    kind, file = sys.argv[1], Path(sys.argv[2]) / "harness.yaml"
    project = Project.at(file)
    plays = [one.play for one in harness.plan(config=file).scenarios]
    meter = StrengthMeter(project, plays)
    strengthener = Strengthener(meter, project.vocabulary)
    strengthener.measured(plays[0])
    began, mutants = time.process_time(), 0
    for play in plays[1:]:
        if kind == "mutants":
            mutants += len(strengthener.measured(play).mutants)
        else:
            meter.conversation(play)
    spent = time.process_time() - began
    print(f"measured {spent * MILLISECONDS / (mutants or len(plays) - 1):.4f}")
    print(f"{len(plays)} conversations")


if __name__ == "__main__":
    main()
