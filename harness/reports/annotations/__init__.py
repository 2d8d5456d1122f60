"""What is wrong, as marks on the lines of the files: GitHub, GitLab, SARIF."""

from harness.reports.annotations.annotations_report import COMMANDS, AnnotationsReport

__all__ = ["COMMANDS", "AnnotationsReport"]
