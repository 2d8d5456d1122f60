"""What a run counts of a conversation, in plain values that pass between processes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harness.conversation import Outcome
from harness.conversation.spending import NOTHING_SPENT, Spent, plain
from harness.core import value_class
from harness.play.result import Cause, ScenarioResult
from harness.reports.simulated_users import faults_of

if TYPE_CHECKING:
    from harness.evaluation import Takes

Properties = list[tuple[str, object]]

_COUNTED = (Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED)
"""The outcomes of takes that have a property of their own; the other takes are broken."""


@value_class(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a run counts of a conversation, or of a scenario with all its takes."""

    scenario: str
    provider: str
    outcome: str
    turns: int
    checks: int
    codes: tuple[str, ...] = ()
    """Of what went wrong."""
    cause: Cause | None = None
    """The first reason for a red outcome."""
    latencies: tuple[float, ...] = ()
    """Seconds that each reply took, if they are known."""
    skips: tuple[str, ...] = ()
    """Name and reason of every check that was skipped."""
    drifts: tuple[str, ...] = ()
    """Kind of drift of each turn that was compared with its recording."""
    drifted: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Each turn that differs from its recording: its place, and what differs."""
    recordings: tuple[str, ...] = ()
    """In `record` and `refresh`: where each recording comes from, as `RecordingUse` has it."""
    notes: tuple[str, ...] = ()
    """What people should know although nothing failed."""
    takes: Mapping[str, int] | None = None
    """How many takes there are of each outcome; None if the scenario is not repeated."""
    is_stopped: bool = False
    """The takes ended when their result was certain, so that their pass rate is biased."""
    spent: Spent = NOTHING_SPENT
    """What its replies cost."""
    is_waived: bool = False
    """Its Python test was expected to fail, and did."""


def summary_of(result: ScenarioResult | Takes, *, is_waived: bool = False) -> Summary:
    """The summary of a conversation, or of all takes of a scenario together."""
    if isinstance(result, ScenarioResult):
        results: Sequence[ScenarioResult] = (result,)
        names, takes = [result.scenario.id], None
    else:
        results = result.results
        names = [f"{result.scenario.id} take {number}" for number, _ in result.numbered]
        takes = Counter(take.outcome.value for take in results)
    turns = [turn for each in results for turn in each.transcript.turns]
    compared = [turn for each in results for turn in each.compared]
    return Summary(
        scenario=result.scenario.id,
        provider=results[0].transcript.provider,
        outcome=result.outcome.value,
        turns=len(turns),
        checks=sum(len(each.checks) for each in results),
        codes=result.codes,
        cause=result.cause,
        latencies=tuple(turn.latency for turn in turns if turn.latency is not None),
        skips=tuple(skip for each in results for skip in each.skips),
        drifts=tuple(turn.drift.kind.value for turn in compared),
        drifted=tuple((str(turn), turn.drift.lines) for turn in compared if turn.drift.differences),
        recordings=tuple(each.recording.value for each in results if each.recording),
        notes=tuple(
            f"{name}: {note}"
            for name, each in zip(names, results, strict=True)
            for note in each.notes
        ),
        takes=takes,
        is_stopped=not isinstance(result, ScenarioResult) and result.is_stopped,
        spent=result.spent,
        is_waived=is_waived,
    )


def properties_of(summary: Summary) -> Properties:
    """Name and value, as JUnit's properties have them; empty ones are left out.

    `skipped_checks` is JSON: how many checks were skipped, by name and reason. `pass_rate` is that
    of the takes that passed or failed; it is left out if they ended when their result was certain.
    """
    places = "; ".join(place for place, _ in summary.drifted)
    properties = {
        "scenario": summary.scenario,
        "provider": summary.provider,
        "outcome": summary.outcome,
        "turns": str(summary.turns),
        "checks": str(summary.checks),
        "latency_seconds": f"{sum(summary.latencies):.6f}" if summary.latencies else None,
        "drift": " ".join(summary.drifts) or None,
        "drifted": places if summary.drifts else None,
        "recording": " ".join(summary.recordings) or None,
        # As JSON, because a reason may contain any character.
        "skipped_checks": json.dumps(Counter(summary.skips)) if summary.skips else None,
        **_properties_of_takes(summary),
        "codes": " ".join(summary.codes) or None,
        "user_faults": " ".join(faults_of(summary.codes)) or None,
        **_properties_of_cause(summary.cause),
        **_properties_of_spent(summary.spent),
        "waived": "true" if summary.is_waived else None,
    }
    return [(name, value) for name, value in properties.items() if value is not None]


def summary_from(properties: Mapping[str, Any]) -> Summary:
    """The summary from which properties were made, without times, notes and differences."""
    places = properties.get("drifted", "")
    takes = None
    if "takes" in properties:
        takes = {kind.value: int(properties.get(f"takes_{kind}", 0)) for kind in _COUNTED}
        takes[Outcome.BROKEN.value] = int(properties["takes"]) - sum(takes.values())
    return Summary(
        scenario=properties["scenario"],
        provider=properties["provider"],
        outcome=properties["outcome"],
        turns=int(properties.get("turns", 0)),
        checks=int(properties.get("checks", 0)),
        codes=tuple(properties.get("codes", "").split()),
        cause=cause_from(properties),
        skips=tuple(Counter(json.loads(properties.get("skipped_checks", "{}"))).elements()),
        drifts=tuple(properties.get("drift", "").split()),
        recordings=tuple(properties.get("recording", "").split()),
        drifted=tuple((place, ()) for place in places.split("; ")) if places else (),
        takes=takes,
        is_stopped="takes_stopped" in properties,
        spent=Spent.from_json(json.loads(properties.get("spent", "[]"))),
        is_waived="waived" in properties,
    )


def cause_from(properties: Mapping[str, Any]) -> Cause | None:
    """The cause from which properties were made; None if there was none."""
    if "cause" not in properties:
        return None
    return Cause(
        code=properties["cause"],
        at=properties["cause_at"],
        turn=int(properties.get("cause_turn", 0)),
    )


def _properties_of_cause(cause: Cause | None) -> Mapping[str, str | None]:
    if cause is None:
        return {}
    return {
        "cause": cause.code,
        "cause_at": cause.at,
        "cause_turn": str(cause.turn) if cause.turn else None,
    }


def _properties_of_spent(spent: Spent) -> Mapping[str, str | None]:
    """Tokens and money for people, and all of it as JSON."""
    if not spent:
        return {}
    properties: dict[str, str | None] = {}
    for prefix, part in (("", spent.paid), ("recorded_", spent.recorded)):
        tokens = part.tokens
        properties[f"{prefix}tokens"] = None if tokens is None else plain(tokens)
        for currency, amount in part.costs.items():
            properties[f"{prefix}cost_{currency}"] = plain(amount)
    return {**properties, "spent": json.dumps(spent.json())}


def _properties_of_takes(summary: Summary) -> Mapping[str, str | None]:
    takes = summary.takes
    if takes is None:
        return {}
    passed, failed, skipped = (takes.get(kind.value, 0) for kind in _COUNTED)
    judged = passed + failed
    return {
        "takes": str(sum(takes.values())),
        "takes_passed": str(passed),
        "takes_failed": str(failed),
        "takes_skipped": str(skipped) if skipped else None,
        "takes_stopped": "true" if summary.is_stopped else None,
        "pass_rate": f"{passed / judged:.3f}" if judged and not summary.is_stopped else None,
    }
