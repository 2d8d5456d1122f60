"""The report that people open in a browser: one file, which needs no network."""

from harness.reports.html.html_report import REPORT, HtmlReport

__all__ = ["REPORT", "HtmlReport"]
