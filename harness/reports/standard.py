"""The reports that every run with a reports folder writes."""

from __future__ import annotations

from pathlib import Path

from harness.reports.building import Report, build
from harness.reports.results import Results


def build_standard(results: Results, folder: Path) -> list[Path]:
    """Make all reports of a run but Allure's and JUnit's. Gives the files."""
    reports: list[Report] = []
    return build(results, reports)
