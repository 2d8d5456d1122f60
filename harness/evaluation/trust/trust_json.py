"""What `harness trust` says, as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from harness.core import Json
from harness.evaluation.trust.scenario_trust import ScenarioTrust
from harness.evaluation.trust.vacuity import KIND_OF

FORMAT = 1


def trust_json(measured: Sequence[ScenarioTrust], shown: Callable[[Path], str]) -> Json:
    """All scenarios, in the order in which they were measured; `shown` is how a file is named."""
    return {"format": FORMAT, "scenarios": [_scenario(one, shown(one.file)) for one in measured]}


def _scenario(one: ScenarioTrust, file: str) -> Json:
    name, base = one.base
    return {
        "scenario": one.scenario,
        "file": file,
        "trust": one.figure,
        "from": {"name": name, "percent": base},
        "deductions": dict(one.deductions),
        "conversations": len(one.plays),
        "checks": {
            "known": len(one.known),
            "ran": len(one.ran),
            "can_fail": len(one.can_fail),
            "ever_failed": None if one.ever_failed is None else len(one.ever_failed),
        },
        "fields": {"known": len(one.fields), "unseen": sorted(one.unseen)},
        "recorded_at": one.oldest or None,
        "skips": list(one.skips),
        "findings": [
            {
                "code": finding.code,
                "at": finding.where,
                "subject": finding.subject,
                "message": finding.message,
                "hint": finding.hint,
                "points": KIND_OF[finding.code].points,
            }
            for finding in one.findings
        ],
    }
