"""Judges all conversations of a plan or of a run in several ways, and compares the verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from harness.core import AuthoringError, did_you_mean, quote
from harness.evaluation.recorded_play import NamedPlay
from harness.evaluation.whatif.judging_again import JudgingAgain, NamedVariation
from harness.evaluation.whatif.stored_conversation import StoredConversation
from harness.evaluation.whatif.thresholds import Threshold, threshold_error, thresholds_in
from harness.evaluation.whatif.variations import ChangedThreshold
from harness.evaluation.whatif.verdicts import ComparedConversation, Comparison, NotJudged
from harness.project.fitting_providers import expectations_of
from harness.project.loading import load_scenario
from harness.project.project import Project
from harness.scenario import Scenario, played_in

BEFORE = "last run"
"""The name of the column of verdicts that are in results."""
MOST_NAMED = 8
"""Thresholds that a message names."""


class WhatIf:
    """Judges the conversations of a project in several ways."""

    def __init__(
        self,
        project: Project,
        thresholds: Sequence[Threshold],
        changes: Sequence[NamedVariation] = (),
    ) -> None:
        """Each threshold, and each of the other changes, is a column."""
        self._project = project
        self._thresholds = thresholds
        made = (
            NamedVariation(name=str(one), variation=ChangedThreshold(one)) for one in thresholds
        )
        self._again = JudgingAgain(project, (*made, *changes))

    def of_recordings(self, plays: Sequence[NamedPlay], *, skipped: int = 0) -> Comparison:
        """Conversations from their recordings.

        Raises `AuthoringError` for a file that is wrong, and `ConfigurationError` for a threshold
        that makes no sense or concerns no check.
        """
        judged = (self._again.recorded(one.id, one.play) for one in plays)
        comparison = self._comparison(judged, self._again.columns, skipped=skipped)
        self._require_use(comparison, dict.fromkeys(one.play.file for one in plays))
        return comparison

    def of_results(self, conversations: Iterable[StoredConversation]) -> Comparison:
        """Conversations from the results of a run.

        Without a change, they are compared with the verdicts of the run. Raises as `of_recordings`.
        """
        columns, has_changes = self._again.columns, len(self._again.columns) > 1
        files: dict[Path, None] = {}

        def judged() -> Iterator[ComparedConversation | NotJudged]:
            for one in conversations:
                files[one.file] = None
                yield self._stored(one, is_compared=not has_changes)

        comparison = self._comparison(judged(), columns if has_changes else (BEFORE, *columns))
        self._require_use(comparison, files)
        return comparison

    def _stored(
        self, stored: StoredConversation, *, is_compared: bool
    ) -> ComparedConversation | NotJudged:
        try:
            scenario = load_scenario(self._project, stored.file)
        except AuthoringError as error:
            return NotJudged(id=stored.id, code=error.problems[0].code, reason=str(error))
        names = [row.name for row in scenario.rows]
        if stored.row and stored.row not in names:
            hint = did_you_mean(stored.row, names)
            reason = f"the scenario has no row {quote(stored.row)}{f'; {hint}' if hint else ''}"
            return NotJudged(id=stored.id, code="unknown-row", reason=reason)
        return self._again.stored(
            stored.id,
            played_in(scenario, stored.row or names[0]),
            stored.transcript,
            stored.before if is_compared else None,
        )

    def _comparison(
        self,
        conversations: Iterable[ComparedConversation | NotJudged],
        columns: tuple[str, ...],
        *,
        skipped: int = 0,
    ) -> Comparison:
        kept, not_judged, judged = [], [], 0
        for one in conversations:
            if isinstance(one, NotJudged):
                not_judged.append(one)
                continue
            judged += 1
            if one.checks or len(set(one.outcomes)) > 1:
                kept.append(one)
        return Comparison(
            columns=columns,
            conversations=tuple(kept),
            judged=judged,
            skipped=skipped,
            not_judged=tuple(not_judged),
            numbers=dict(self._again.applied),
        )

    def _require_use(self, comparison: Comparison, files: Iterable[Path]) -> None:
        """Refuse a threshold that concerns no check, unless nothing could be judged."""
        unused = [one for one in self._thresholds if not self._again.applied[str(one)]]
        if not unused or not comparison.judged:
            return
        known = sorted({path for scenario in self._scenarios(files) for path in _known(scenario)})
        path = unused[0].path
        hint = did_you_mean(path, known) or _listed(known)
        message = f"no check that was judged has the threshold {quote(path)}"
        raise threshold_error("unused-threshold", message, hint)

    def _scenarios(self, files: Iterable[Path]) -> Iterator[Scenario]:
        for file in files:
            try:
                yield load_scenario(self._project, file)
            except AuthoringError:
                continue


def _known(scenario: Scenario) -> Iterator[str]:
    for _, expectation in expectations_of(scenario):
        yield from thresholds_in(expectation.name, expectation.constant)


def _listed(known: Sequence[str]) -> str:
    more = f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else ""
    return f"known: {', '.join(known[:MOST_NAMED])}{more}" if known else ""
