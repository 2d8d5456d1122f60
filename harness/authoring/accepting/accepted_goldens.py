"""Rewrites the golden files of a failed `same_as`, as `harness run --update` does."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.authoring.accepting.lines import Line
from harness.authoring.accepting.seen import CannotAccept
from harness.authoring.accepting.users import Held, held_plays, scenarios_naming
from harness.checks.goldens import GoldenLedger
from harness.conversation import Outcome
from harness.play.judging import verdict_of
from harness.project.project import Project


def new_goldens(
    project: Project, line: Line, users: Sequence[Path], chosen: Sequence[str]
) -> Mapping[Path, bytes]:
    """The golden files with which a `same_as` passes in all plays of its line.

    Nothing is written. Raises `CannotAccept` if the plays differ, or if another scenario compares
    with one of the files and would fail.
    """
    with tempfile.TemporaryDirectory() as folder, project.holding({}) as held:
        project.goldens.ledger = GoldenLedger(Path(folder))
        try:
            for _, judged, _ in line.judged:
                verdict = verdict_of(judged, project.vocabulary)
                if verdict.outcome is not Outcome.PASSED:
                    message = verdict.finding.message if verdict.finding else verdict.reason
                    raise CannotAccept(message, "")
        finally:
            project.goldens.ledger = None
        made = dict(held)
    others = [file for file in scenarios_naming(project, made) if file not in users]
    before = _failing(held_plays(project, others, chosen)[0])
    with project.holding(made):
        after = _failing(held_plays(project, others, chosen)[0])
    if broken := sorted(after - before):
        raise CannotAccept(
            f"the golden file is also that of {broken[0]}, which would fail",
            "give each its own golden file",
        )
    return made


def _failing(plays: Sequence[Held]) -> set[str]:
    """The plays in which a `same_as` fails."""
    return {
        held.name
        for held in plays
        for check in held.result.failures
        if check.name.rpartition(" ")[2] == "same_as"
    }
