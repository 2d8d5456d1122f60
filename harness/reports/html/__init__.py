"""The report that people open in a browser: one file, which needs no network."""

from harness.reports.html.report import REPORT, HtmlReport

__all__ = ["REPORT", "HtmlReport"]
