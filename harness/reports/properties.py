"""What a scenario's result says in JUnit's properties."""

from __future__ import annotations

from harness.engine.result import ScenarioResult


def properties_of(result: ScenarioResult) -> list[tuple[str, object]]:
    """Name and value: provider, outcome, turns, seconds, drift, and codes of what went wrong."""
    latencies = [turn.latency for turn in result.transcript.turns]
    known = [latency for latency in latencies if latency is not None]
    properties: list[tuple[str, object]] = [
        ("scenario", result.scenario.id),
        ("provider", result.transcript.provider),
        ("outcome", result.outcome.value),
        ("turns", str(len(result.transcript.turns))),
        ("checks", str(len(result.checks))),
    ]
    if known:
        properties.append(("latency_seconds", f"{sum(known):.6f}"))
    if result.compared:
        drifted = [turn for turn in result.compared if turn.drift.differences]
        properties.append(("drift", " ".join(turn.drift.kind for turn in result.compared)))
        properties.append(("drifted", "; ".join(str(turn) for turn in drifted)))
    if result.codes:
        properties.append(("codes", " ".join(result.codes)))
    return properties
