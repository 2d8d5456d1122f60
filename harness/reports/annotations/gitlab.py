"""Findings as GitLab's code quality report.

Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from harness.core import Json
from harness.reports.report_findings import Level, ReportFinding

_SEVERITIES = {Level.UNREAD: "blocker", Level.BROKEN: "critical", Level.FAILED: "major"}


def code_quality(findings: Iterable[ReportFinding]) -> list[Json]:
    """An entry for each finding. Fingerprints are unique, and the same in the next run."""
    seen: Counter[str] = Counter()
    entries: list[Json] = []
    for one in findings:
        fingerprint = one.fingerprint
        seen[fingerprint] += 1
        # The same check twice in a turn: GitLab would show one of them.
        nth = f"-{seen[fingerprint]}" if seen[fingerprint] > 1 else ""
        about = f" ({one.conversation})" if one.conversation else ""
        entries.append(
            {
                "description": f"{one.text}{about}",
                "check_name": one.code,
                "fingerprint": f"{fingerprint}{nth}",
                "severity": _SEVERITIES[one.level],
                "location": {"path": one.file, "lines": {"begin": one.line}},
            }
        )
    return entries
