"""Annotations: the worst first, paths from the repository's top, fingerprints that stay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.reports.annotations.annotations_report import Repository
from harness.reports.annotations.github import MOST_ERRORS, workflow_commands
from harness.reports.annotations.gitlab import code_quality
from harness.reports.report_findings import Level, ReportFinding, findings_of

FOUND = ReportFinding(
    level=Level.FAILED,
    code="contains",
    message="it does not",
    file="s.yaml",
    line=3,
    column=5,
    turn=2,
    conversation="s.yaml::s[echo]",
    provider="echo",
)


def test_the_worst_findings_take_the_places_that_github_has() -> None:
    """Unread files stand before BROKEN ones, those before FAILED ones; the rest is counted."""
    failed = [replace(FOUND, line=number) for number in range(1, 12)]
    broken = replace(FOUND, level=Level.BROKEN, code="timed-out", line=50)
    unread = replace(FOUND, level=Level.UNREAD, code="unknown-key", line=60)

    commands = workflow_commands([*failed, broken, unread], left_out=7)

    titles = [one.partition("title=")[2].partition("::")[0] for one in commands]
    assert titles[:3] == ["not read [unknown-key]", "BROKEN [timed-out]", "FAILED [contains]"]
    assert [one.startswith("::error ") for one in commands] == [True] * MOST_ERRORS + [False]
    assert commands[-1].startswith("::notice::10 more findings: ")


def test_rows_that_fail_on_one_line_are_one_annotation() -> None:
    """A matrix of twenty rows does not take all the places."""
    commands = workflow_commands([replace(FOUND, conversation=f"s[{n}]") for n in range(20)])

    assert len(commands) == 1
    assert commands[0].endswith("%0Ain s[0]%0Aand in 19 more")


def test_what_github_reads_as_syntax_is_escaped() -> None:
    """In a property more than in the message."""
    [command] = workflow_commands([replace(FOUND, file="a,b:c%.yaml", message="50%: a,b")])

    properties, message = command.removeprefix("::error ").split("::", 1)
    assert "file=a%2Cb%3Ac%25.yaml," in properties
    assert message.startswith("turn 2: 50%25: a,b%0A")


def test_a_fingerprint_stays_when_lines_move_and_none_is_used_twice() -> None:
    """GitLab tells by it whether a finding is new."""
    moved = code_quality([replace(FOUND, line=90)])
    twice = code_quality([FOUND, FOUND])

    assert moved[0]["fingerprint"] == twice[0]["fingerprint"]
    assert twice[0]["fingerprint"] != twice[1]["fingerprint"]


def test_a_red_conversation_without_a_check_is_found_at_its_scenario() -> None:
    """Whatever broke it, there is one annotation."""
    about = {"id": "a", "provider": "echo", "file": "s.yaml", "line": 4, "outcome": "broken"}

    [found] = findings_of({**about, "codes": ["crashed"], "failure": "it crashed\nthere"})

    assert (found.level, found.code, found.message, found.line) == (
        Level.BROKEN,
        "crashed",
        "it crashed",
        4,
    )


@pytest.mark.parametrize(
    ("environment", "path"),
    [
        ({"GITHUB_WORKSPACE": "."}, "bots/shop/scenarios/a.yaml"),
        ({"CI_PROJECT_DIR": "bots"}, "shop/scenarios/a.yaml"),
        ({}, "scenarios/a.yaml"),
        ({"GITHUB_WORKSPACE": "elsewhere"}, "scenarios/a.yaml"),
    ],
    ids=["github", "gitlab", "none", "another-folder"],
)
def test_paths_are_told_from_the_top_of_the_repository(
    tmp_path: Path, environment: dict[str, str], path: str
) -> None:
    """Results name files from pytest's root folder, which may be one of several projects."""
    project = tmp_path / "bots/shop"
    (project / "scenarios").mkdir(parents=True)
    (project / "scenarios/a.yaml").touch()
    whole = {name: str(tmp_path / folder) for name, folder in environment.items()}

    repository = Repository(whole, project)

    assert repository.path("scenarios/a.yaml") == path


def test_a_file_is_found_from_a_folder_below_the_root(tmp_path: Path) -> None:
    """Pytest may have been called in a folder below its root; the repository's top is known."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "shop/scenarios/deep").mkdir(parents=True)
    (tmp_path / "shop/scenarios/a.yaml").touch()

    repository = Repository({}, tmp_path / "shop/scenarios/deep")

    assert repository.path("scenarios/a.yaml") == "shop/scenarios/a.yaml"
