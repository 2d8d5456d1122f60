"""The labelled conversations of the package, one file for each built-in criterion."""

from __future__ import annotations

from pathlib import Path

from harness.calibration.label import Label
from harness.calibration.label_file import read_labels

BUILT_IN_LABELS = Path(__file__).parent / "built_in"


def built_in_labels() -> list[Label]:
    """Conversations that were written so that a built-in criterion is true of them, or is not."""
    return [
        label
        for file in sorted(BUILT_IN_LABELS.glob("*.jsonl"))
        for label in read_labels(file.read_bytes(), file.name)
    ]
