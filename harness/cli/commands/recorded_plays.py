"""The recorded conversations that a command looks at."""

from __future__ import annotations

from collections.abc import Sequence

import harness
from harness.evaluation.recorded_play import NamedPlay
from harness.play.recording_files import takes_to_replay
from harness.project.plan import Mode
from harness.project.planning import waivers_of
from harness.project.project import Project
from harness.project_file import FILE_NAME
from harness.scenario import WaiverKind


def recorded_plays(
    project: Project, paths: Sequence[str], providers: Sequence[str], tags: Sequence[str]
) -> tuple[list[NamedPlay], int]:
    """The conversations of a replay, each take by itself, and how many scenarios are skipped.

    Raises `AuthoringError` for a path, provider or tag that nothing has.
    """
    config = project.config.root / FILE_NAME
    plan = harness.plan(*paths, config=config, providers=providers, tags=tags)
    plays, skipped = [], 0
    for planned in plan.scenarios:
        waivers = waivers_of(planned.entry, planned.play, Mode.REPLAY, project.environment)
        if any(waiver.kind is WaiverKind.SKIP for waiver in waivers):
            skipped += 1
            continue
        takes = takes_to_replay(project, planned.play, planned.entry.repeat)
        for play in takes:
            name = f"{planned.id} take {play.take}" if planned.entry.takes > 1 else planned.id
            plays.append(NamedPlay(name, play))
    return plays, skipped
