"""A run in Markdown, for pull requests and GitHub's step summary."""

from harness.reports.markdown.markdown_report import MarkdownReport

__all__ = ["MarkdownReport"]
