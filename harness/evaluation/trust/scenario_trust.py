"""How much a green run of one scenario proves: one figure, with everything that lowers it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.core import Problem
from harness.evaluation.check_counts import CheckCounts
from harness.evaluation.strength import Aspect, StrengthScore
from harness.evaluation.trust.trust_meter import PlayTrust, TriedCheck
from harness.evaluation.trust.vacuity import KIND_OF, Vacuity
from harness.evaluation.trust.written_scenario import written_findings
from harness.project.loading import load_scenario
from harness.project.project import Project
from harness.scenario import Scenario
from harness.scenario.check_place import CheckPlace

MOST = 100
"""The figure of a scenario that notices every change and has no finding."""


@dataclass(slots=True, kw_only=True)
class ScenarioTrust:
    """What is known of one scenario."""

    scenario: str
    file: Path
    plays: Sequence[PlayTrust]
    findings: tuple[Problem, ...]
    """In order of place."""
    strength: StrengthScore = field(default_factory=StrengthScore)
    ran: frozenset[str] = frozenset()
    """Checks that ran, by their places."""
    can_fail: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    """All checks of conversations that were measured."""
    ever_failed: frozenset[str] | None = None
    """None if no history says so."""
    skips: tuple[str, ...] = ()
    """Reasons, each once."""
    fields: frozenset[str] = frozenset()
    unseen: frozenset[str] = frozenset()
    oldest: str = ""
    """When the oldest recording was made, ISO 8601; empty if there is none."""

    @property
    def base(self) -> tuple[str, float | None]:
        """What the figure starts from, and its name: what the checks notice, in percent.

        None if no conversation was measured.
        """
        for aspect in Aspect:
            share = self.strength.share(aspect)
            if share is not None:
                return aspect.value, share * MOST
        if any(play.is_measured for play in self.plays):
            # Such as a scenario in which the provider must refuse.
            count = len(self.known)
            return "checks", MOST * len(self.can_fail) / count if count else float(MOST)
        return "", None

    @property
    def deductions(self) -> Mapping[str, int]:
        """What the findings take off, by code."""
        taken: dict[str, int] = {}
        for finding in self.findings:
            taken[finding.code] = taken.get(finding.code, 0) + KIND_OF[finding.code].points
        return taken

    @property
    def figure(self) -> int | None:
        """From 0 to 100, cut to a whole number; None if there is nothing to believe or doubt.

        That is so for an expected failure, and for a scenario that is skipped on a condition.
        """
        _, base = self.base
        if base is None:
            return 0 if self.findings else None
        return max(0, int(base - sum(self.deductions.values())))


def trust_of(
    project: Project,
    file: Path,
    plays: Sequence[PlayTrust],
    history: Mapping[CheckPlace, CheckCounts] | None = None,
) -> ScenarioTrust:
    """What the plays of a scenario, and its file, say together. Raises `AuthoringError`.

    `history` has what became of checks in earlier runs; None if that is not known.
    """
    scenario = load_scenario(project, file)
    strength = StrengthScore()
    for play in plays:
        strength.merge(play.strength)
    checks = [check for play in plays for check in play.checks]
    findings = [
        *written_findings(project, file, scenario),
        *_of_plays(plays),
    ]
    if not strength.total(Aspect.SAID) and strength.left_out:
        findings += _of_ignored(project, scenario)
    skips = [play.waived for play in plays if play.waived]
    skips += [check.skipped for check in checks if check.skipped]
    fields = frozenset(name for play in plays for name in play.fields)
    seen = frozenset(name for play in plays for name in play.fields - play.unseen)
    return ScenarioTrust(
        scenario=scenario.id,
        file=file,
        plays=plays,
        findings=tuple(sorted(dict.fromkeys(findings), key=_by_place)),
        strength=strength,
        ran=frozenset(check.at for check in checks if check.has_run),
        can_fail=frozenset(check.at for check in checks if check.can_fail),
        known=frozenset(check.at for check in checks),
        ever_failed=None if history is None else frozenset(_failed(checks, history)),
        skips=tuple(dict.fromkeys(skips)),
        fields=fields,
        unseen=fields - seen,
        oldest=min((play.recorded_at for play in plays if play.recorded_at), default=""),
    )


def _failed(
    checks: Sequence[TriedCheck], history: Mapping[CheckPlace, CheckCounts]
) -> Iterator[str]:
    """The places of checks that failed in an earlier run."""
    for check in checks:
        counts = history.get(check.in_history)
        if counts is not None and counts.has_failed:
            yield check.at


def _of_plays(plays: Sequence[PlayTrust]) -> Iterator[Problem]:
    """Findings of single plays, and those that all plays share which say something about them."""
    observed: dict[str, list[Problem | None]] = {}
    for play in plays:
        yield from play.findings
        for one in play.observations:
            observed.setdefault(one.key, []).append(one.problem)
    for problems in observed.values():
        if problems[0] is not None and all(problem is not None for problem in problems):
            yield problems[0]


def _of_ignored(project: Project, scenario: Scenario) -> Iterator[Problem]:
    ignored = (*scenario.ignored, *project.config.ignored)
    if ignored:
        message = "'strength: ignore' leaves out everything that the bot says"
        yield Vacuity.ALL_IGNORED.at(ignored[0].place, message)


def _by_place(problem: Problem) -> tuple[str, int, int, str]:
    path, line, column = problem.where.rsplit(":", 2)
    return path, int(line), int(column), problem.code
