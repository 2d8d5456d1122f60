"""`harness label`: asks people what is true of conversations, and hides what the judge says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from harness.calibration import Label, write_labels
from harness.calibration.label import MODEL, PERSON
from harness.cli.commands.calibrated_judge import (
    calibration_here,
    judge_here,
    recorded_rulings,
)
from harness.cli.terminal import FOUND_PROBLEMS, ask_if_open, echo, writing
from harness.conversation.rulings import NO, UNKNOWN, YES
from harness.core import counted
from harness.evaluation.calibrating import RecordedRuling, drawn
from harness.evaluation.calibrating.shown_question import question_lines

SKIP, QUIT = "skip", "quit"
_KEYS = {"y": YES, "n": NO, "u": UNKNOWN, "s": SKIP, "q": QUIT}
_QUESTION = "yes, no, unknown, skip or quit? (y/n/u/s/q)"
DEFAULT_COUNT = 50
"""Labels, if harness.yaml requires no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelOptions:
    """The options of the command."""

    judge: str
    """Empty for the default one."""
    labeller: str
    """Empty to ask for it."""
    is_model: bool
    count: int | None
    """How many verdicts there are to label; None for what harness.yaml requires."""


def label_verdicts(options: LabelOptions) -> int:
    """Ask about what a judge decided, and write each answer at once. The exit status.

    Raises `AuthoringError`.
    """
    project, judge = judge_here(options.judge, makes_file=True)
    calibration = calibration_here(project, judge)
    shown = project.config.shown(calibration.path)
    recorded = recorded_rulings(project, judge)
    count = options.count or calibration.requirement.labels or DEFAULT_COUNT
    chosen = drawn(recorded.found, count)
    if not chosen:
        echo(
            f"no verdict of the judge '{judge.name}' is recorded: harness run --judge record"
            " [nothing-to-label]",
            err=True,
        )
        return FOUND_PROBLEMS
    labeller = options.labeller or (ask_if_open("Your name") or "")
    if not labeller:
        echo("a label needs the name of its labeller: --labeller NAME", err=True)
        return FOUND_PROBLEMS
    kind = MODEL if options.is_model else PERSON
    done = {
        one.asked.key for one in calibration.labels if (one.labeller, one.kind) == (labeller, kind)
    }
    left = [one for one in chosen if one.ruling.asked.key not in done]
    given = 0
    for label in _labels(left, labeller, kind, already=len(chosen) - len(left)):
        _append(calibration.path, label)
        given += 1
    _tell(shown, given, len(left) - given, len(chosen), count)
    return 0


def _labels(
    left: Sequence[RecordedRuling], labeller: str, kind: str, already: int
) -> Iterator[Label]:
    """A label for each that is answered."""
    for number, found in enumerate(left, already + 1):
        asked = found.ruling.asked
        echo(f"\n{number} of {already + len(left)}")
        for line in question_lines(asked):
            echo(line)
        answer = _answer()
        if answer == QUIT:
            return
        if answer != SKIP:
            yield Label(
                asked=asked,
                label=answer,
                labeller=labeller,
                kind=kind,
                time=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                at=found.at,
                said=found.said,
            )


def _answer() -> str:
    """What is typed, until it is an answer; the end of the input quits."""
    while (typed := ask_if_open(_QUESTION)) is not None:
        word = typed.casefold()
        if found := next((full for key, full in _KEYS.items() if word in (key, full)), ""):
            return found
        echo(f"'{typed}' is not an answer; type y, n, u, s or q")
    return QUIT


def _append(path: Path, label: Label) -> None:
    with writing(path), path.open("r+b") as file:
        content = file.read()
        if content and not content.endswith(b"\n"):
            file.write(b"\n")
        file.write(write_labels([label]))


def _tell(shown: str, given: int, left: int, chosen: int, count: int) -> None:
    echo(f"\n{counted(given, 'label')} written to {shown}; {left} of {chosen} left")
    if chosen < count:
        echo(f"only {counted(chosen, 'verdict')} of the judge are recorded, {count} are wanted")
