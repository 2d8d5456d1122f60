"""The conversations of a run's results, with the verdicts that they had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.conversation import Opinions, Outcome, Transcript
from harness.conversation.stored import answers_in, transcript_from
from harness.core import value_class
from harness.evaluation.whatif.verdicts import Judgement, keyed
from harness.play.result import CheckResult

_UNEXPECTED = ["unexpected-pass"]


@value_class(frozen=True, slots=True, kw_only=True)
class StoredConversation:
    """One conversation of a run."""

    id: str
    """With its take, if there are several."""
    file: Path
    row: str
    """Empty if the scenario has one."""
    take: int
    """From 1."""
    transcript: Transcript
    """With the answers of judges that the run stored."""
    before: Judgement
    """As the run judged it."""


def stored_in(record: Mapping[str, Any], root: Path) -> Iterator[StoredConversation]:
    """The conversations of a record of results: one, or its takes; none if it was not played.

    `root` is the folder of the project. Those of Python tests are left out, because their
    expectations are not in a scenario. Raises `NoTranscript`.
    """
    if record["file"].endswith(".py"):
        return
    for take in record.get("takes", (record,)):
        if "transcript" in take:
            yield StoredConversation(
                id=f"{take['id']} take {take['take']}" if "take" in take else take["id"],
                file=root / take["file"],
                row=record.get("row", ""),
                take=take.get("take", 1),
                transcript=_transcript(take),
                before=Judgement(_outcome(take), keyed(map(_check, take.get("checks", ())))),
            )


def _transcript(take: Mapping[str, Any]) -> Transcript:
    transcript = transcript_from(take["transcript"])
    answers = answers_in(take.get("checks", ()))
    return replace(transcript, opinions=Opinions(answers)) if answers else transcript


def _outcome(record: Mapping[str, Any]) -> str:
    """As it was judged, whatever its scenario expected."""
    if "expected_failure" in record:
        return Outcome.FAILED.value
    if record.get("codes") == _UNEXPECTED:
        return Outcome.PASSED.value
    return str(record["outcome"])


def _check(stored: Mapping[str, Any]) -> CheckResult:
    return CheckResult(
        name=stored["name"],
        outcome=Outcome(stored["outcome"]),
        turn=stored["turn"],
        message=stored.get("message", ""),
        actual=stored.get("actual", ""),
        code=stored.get("code", ""),
    )
