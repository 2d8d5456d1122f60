"""A run in Markdown, for pull requests and GitHub's step summary."""

from harness.reports.markdown.report import MarkdownReport

__all__ = ["MarkdownReport"]
