"""Conversations that a run held again later, so that fields can be compared with the recordings."""

from __future__ import annotations

from pathlib import Path

from harness.conversation import Transcript
from harness.conversation.stored import NoTranscript, transcript_from
from harness.project.plan import Mode, Play
from harness.reports.results import NoResults, read_results

_LATER = (Mode.DRIFT, Mode.LIVE)
"""The modes whose answers are not those of the recordings."""


def later_replies(results: Path, root: Path) -> dict[Play, Transcript]:
    """The conversations of a results file of such a run; empty if it is of another run.

    `root` is the project's folder.
    """
    found: dict[Play, Transcript] = {}
    try:
        run = read_results(results)
        if run.head.get("mode") not in _LATER:
            return found
        for record in run:
            if record["file"].endswith(".py") or "transcript" not in record:
                continue
            play = Play(
                file=root / record["file"],
                scenario=record["scenario"],
                provider=record["provider"],
                row=record.get("row", ""),
            )
            found[play] = transcript_from(record["transcript"])
    except (NoResults, NoTranscript, KeyError):
        # What is volatile is then known from takes alone.
        return found
    return found
