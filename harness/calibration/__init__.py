"""What people say of a judge's verdicts: labels, their file, and how far a judge agrees."""

from harness.calibration.built_in_labels import built_in_labels
from harness.calibration.judge_agreement import Figures, Pair, Requirement, figures_of, pairs_of
from harness.calibration.judge_identity import JudgeIdentity, identity_difference
from harness.calibration.label import Label, LabelledAt, LabelledVerdict
from harness.calibration.label_file import read_labels, write_labels
from harness.calibration.label_schema import LABEL_SCHEMA

__all__ = [
    "LABEL_SCHEMA",
    "Figures",
    "JudgeIdentity",
    "Label",
    "LabelledAt",
    "LabelledVerdict",
    "Pair",
    "Requirement",
    "built_in_labels",
    "figures_of",
    "identity_difference",
    "pairs_of",
    "read_labels",
    "write_labels",
]
