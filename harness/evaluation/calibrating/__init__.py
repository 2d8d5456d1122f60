"""Compares what a judge says with what people say, and tries how easily it changes its mind."""

from harness.evaluation.calibrating.asking_again import AskingAgain
from harness.evaluation.calibrating.drawing import drawn
from harness.evaluation.calibrating.judge_probes import ProbeResult, run_probes
from harness.evaluation.calibrating.label_comparison import LabelComparison, compare_labels
from harness.evaluation.calibrating.recorded_rulings import RecordedRuling, rulings_in

__all__ = [
    "AskingAgain",
    "LabelComparison",
    "ProbeResult",
    "RecordedRuling",
    "compare_labels",
    "drawn",
    "rulings_in",
    "run_probes",
]
