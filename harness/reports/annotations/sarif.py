"""Findings as SARIF 2.1.0.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import harness
from harness.core import Json
from harness.reports.report_findings import Level, ReportFinding

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_RULES = {
    Level.UNREAD: "A file cannot be read.",
    Level.BROKEN: "The bot could not be judged.",
    Level.FAILED: "A check of a reply failed.",
}


def sarif_log(
    findings: Sequence[ReportFinding], head: Mapping[str, Any], *, left_out: int = 0
) -> dict[str, Json]:
    """The whole file. `head` is that of the results, `left_out` are findings not given."""
    rules = {one.code: one.level for one in reversed(findings)}
    order = {code: index for index, code in enumerate(sorted(rules))}
    invocation: dict[str, Json] = {"executionSuccessful": not head.get("errors")}
    if head.get("command"):
        invocation["commandLine"] = str(head["command"])
    if left_out:
        text = f"{left_out} more findings were left out"
        invocation["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": text}}]
    driver: dict[str, Json] = {
        "name": "conversation-harness",
        "version": head.get("harness", harness.__version__),
        "rules": [
            {"id": code, "shortDescription": {"text": _RULES[rules[code]]}} for code in order
        ],
    }
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "invocations": [invocation],
                "results": [_result(one, order[one.code]) for one in findings],
            }
        ],
    }


def _result(finding: ReportFinding, rule: int) -> Json:
    column: dict[str, Json] = {"startColumn": finding.column} if finding.column else {}
    about: dict[str, Json] = {
        "conversation": finding.conversation,
        "provider": finding.provider,
        "turn": finding.turn,
    }
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": "error",
        "message": {"text": finding.text},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(finding.file)},
                    "region": {"startLine": finding.line, **column},
                }
            }
        ],
        "partialFingerprints": {"scenarioTurnCheck/v1": finding.fingerprint},
        "properties": {
            "outcome": finding.level.name.lower(),
            **(about if finding.conversation else {}),
        },
    }
