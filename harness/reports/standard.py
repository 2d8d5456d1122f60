"""The reports that every run with a reports folder writes."""

from __future__ import annotations

from pathlib import Path

from harness.reports.annotations import AnnotationsReport
from harness.reports.building import Report, build
from harness.reports.html import HtmlReport
from harness.reports.markdown import MarkdownReport
from harness.reports.results import Results


def build_standard(results: Results, folder: Path, *further: Report) -> list[Path]:
    """Make all reports of a run but Allure's and JUnit's, and further ones. Gives the files."""
    reports: list[Report] = [
        HtmlReport(folder, results.head),
        AnnotationsReport(folder, results.head),
        MarkdownReport(folder, results),
    ]
    return build(results, (*reports, *further))
