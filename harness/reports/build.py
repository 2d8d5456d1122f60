"""Makes the reports of a run from its results alone, and lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from harness.core import HarnessError
from harness.core.python_file import crash_text
from harness.reports.annotations import AnnotationsReport
from harness.reports.html import HtmlReport
from harness.reports.markdown import MarkdownReport
from harness.reports.results import Results


class Report(Protocol):
    """One report in the making. It sees every conversation once, in order."""

    def add(self, conversation: Mapping[str, Any], line: str, /) -> None:
        """Add a conversation, as `RESULTS_SCHEMA` describes it; `line` is its JSON."""

    def finish(self) -> Sequence[Path]:
        """Write the report. Returns its files, which are then complete. Raises `OSError`."""


class ReportCrashed(HarnessError):
    """Some reports could not be made; the others were."""

    def __init__(self, made: Sequence[Path], reasons: Iterable[str]) -> None:
        self.made = made
        """The files of the others."""
        super().__init__("\n".join(reasons))


REPORTS: tuple[Callable[[Path, Results], Report], ...] = (
    HtmlReport,
    AnnotationsReport,
    MarkdownReport,
)
"""Every report that is made from results, called with its folder and the results."""


def build_all(results: Results, folder: Path, *further: Report) -> list[Path]:
    """Make all reports of a run, and further ones; see `build`."""
    return build(results, [*(made(folder, results) for made in REPORTS), *further])


def build(results: Results, reports: Iterable[Report]) -> list[Path]:
    """Feed the conversations to all reports in one reading.

    Raises `NoResults` and `OSError`, and `ReportCrashed` after it made all that can be made.
    """
    making = list(reports)
    reasons: list[str] = []
    for line in results.lines():
        conversation = results.parsed(line)
        for report in tuple(making):
            try:
                report.add(conversation, line)
            except OSError:
                raise
            except Exception as error:  # noqa: BLE001  # the other reports are still made
                making.remove(report)
                reasons.append(_reason(report, error))
    made: list[Path] = []
    for report in making:
        try:
            made += report.finish()
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001  # as above
            reasons.append(_reason(report, error))
    if reasons:
        raise ReportCrashed(made, reasons)
    return made


def _reason(report: Report, error: Exception) -> str:
    return crash_text(f"{type(report).__name__} could not be made", error)
