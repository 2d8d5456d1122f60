"""The project's own example suite has none of the findings of `harness trust`."""

from __future__ import annotations

from collections import defaultdict

import pytest

import harness
from harness.core import Problem
from harness.evaluation.strength import recorded_conversation
from harness.evaluation.trust.judged_conversation import JudgedConversation
from harness.evaluation.trust.written_scenario import written_findings
from harness.play.runner import Runner
from harness.project.loading import load_scenario
from harness.project.plan import Mode, Play
from harness.project.project import Project
from tests.docs.blocks import ROOT

FOLDERS = sorted(folder.name for folder in (ROOT / "scenarios").iterdir() if folder.is_dir())


def _found(plays: list[Play]) -> list[Problem]:
    """Findings of the files, and of their conversations.

    Checks are only tried on the replies that trust makes itself, not on all that strength makes: a
    check that fails on one of them can fail.
    """
    project = Project.at(ROOT / "harness.yaml")
    runner = Runner(project, Mode.REPLAY)
    observed: dict[tuple[str, str], list[Problem | None]] = defaultdict(list)
    for play in plays:
        conversation = recorded_conversation(project, runner, play)
        for one in JudgedConversation(conversation, project.vocabulary, ()).observations():
            observed[play.scenario, one.key].append(one.problem)
    files = {play.file: load_scenario(project, play.file) for play in plays}
    written = [
        problem
        for file, scenario in files.items()
        for problem in written_findings(project, file, scenario)
    ]
    return written + [ones[0] for ones in observed.values() if ones[0] is not None and all(ones)]


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_scenario_of_the_example_suite_proves_nothing(folder: str) -> None:
    """Neither its files nor its recorded conversations have a finding."""
    plan = harness.plan(ROOT / "scenarios" / folder, config=ROOT / "harness.yaml")

    assert [str(problem) for problem in _found([one.play for one in plan.scenarios])] == []
