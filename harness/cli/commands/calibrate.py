"""`harness calibrate`: compares what a judge says with the labels of people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from harness.calibration import write_labels
from harness.cli.commands.calibrated_judge import (
    built_in_calibration,
    calibration_here,
    judge_here,
    recorded_rulings,
)
from harness.cli.terminal import FOUND_PROBLEMS, echo, show, writing
from harness.core import counted
from harness.evaluation.calibrating import (
    AskingAgain,
    LabelComparison,
    ProbeResult,
    compare_labels,
    drawn,
    run_probes,
)
from harness.evaluation.calibrating.calibration_page import calibration_json, calibration_page
from harness.evaluation.calibrating.judge_probes import probed
from harness.evaluation.calibrating.recorded_rulings import NOTHING_RECORDED, RecordedRulings
from harness.project_file import JudgeMode


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrateOptions:
    """The options of the command."""

    judge: str
    """Empty for the default one."""
    mode: JudgeMode
    probes: int
    """How many verdicts are tried in other ways; 0 for none."""
    writes: bool
    is_built_in: bool
    """Whether to use the labels of the package."""
    as_json: bool


def calibrate(options: CalibrateOptions) -> int:
    """Compare, print the figures, and write the verdicts of now. The exit status.

    Raises `AuthoringError`, and `CassetteError` for a recording that is damaged.
    """
    project, judge = judge_here(options.judge, needs_file=not options.is_built_in)
    if options.is_built_in:
        calibration, recorded = built_in_calibration(project, judge), NOTHING_RECORDED
    else:
        calibration = calibration_here(project, judge)
        recorded = recorded_rulings(project, judge)
    with AskingAgain(project, judge, calibration.path, options.mode) as asking:
        is_anew = options.mode is JudgeMode.REFRESH
        found = compare_labels(
            project,
            judge,
            calibration,
            recorded,
            asking,
            anew=is_anew,
            is_built_in=options.is_built_in,
        )
        probes = _probes(asking, found, recorded, options.probes)
        notes = [*asking.finish(is_complete=bool(options.probes))]
    if options.as_json:
        echo(json.dumps(calibration_json(found, probes), indent=2, ensure_ascii=False))
    else:
        show(calibration_page(found, probes))
    for note in notes:
        echo(f"note: {note}", err=True)
    if asking.asked:
        echo(f"{counted(asking.asked, 'question')} asked", err=True)
    if options.writes and not found.is_written:
        with writing(calibration.path):
            project.files.write(calibration.path, write_labels(found.labels))
        echo(f"wrote {project.config.shown(calibration.path)}", err=True)
    return _status(found, is_written=found.is_written or options.writes)


def _probes(
    asking: AskingAgain, found: LabelComparison, recorded: RecordedRulings, count: int
) -> Sequence[ProbeResult]:
    if not count:
        return ()
    pairs = [(pair.asked, pair.verdict) for pair in found.people.pairs]
    if not pairs:
        rulings = drawn(recorded.found, count)
        pairs = [(one.ruling.asked, one.ruling.verdict) for one in rulings]
    return run_probes(asking, probed(pairs, count))


def _status(found: LabelComparison, *, is_written: bool) -> int:
    name = found.judge.name
    if found.is_built_in:
        return 0 if found.people.counting else FOUND_PROBLEMS
    if not found.labels:
        echo(f"there are no labels: harness label {name} [no-labels]", err=True)
    if unmet := found.unmet:
        echo(f"the judge '{name}' is not calibrated: {unmet} [judge-uncalibrated]", err=True)
    elif not is_written and (unmet := found.unmet_in_file):
        echo(
            f"a run goes by the file, in which {unmet}; write the verdicts of now: harness"
            f" calibrate {name} --write [judge-uncalibrated]",
            err=True,
        )
    return FOUND_PROBLEMS if unmet or not found.labels else 0
