"""The record of a conversation: its result as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.conversation import Outcome, Transcript
from harness.conversation.stored import judged_json, transcript_json
from harness.core import Json
from harness.evaluation import Takes
from harness.formats.template import TemplateError
from harness.play.broken import internal_error
from harness.play.drift.drift import ComparedTurn, Drift
from harness.play.result import CheckResult, ScenarioResult
from harness.reports.failure import failure_screen, place_of_takes
from harness.reports.run_events import UNEXPECTED_PASS, Identity, ScenarioSkipped
from harness.reports.simulated_users import faults_of
from harness.scenario import AssistantLine, Scenario, UserTurn
from harness.scenario.check_place import place_of_check

Record = dict[str, Json]


def record_of(identity: Identity, result: ScenarioResult | Takes) -> Record:
    """The record of a conversation, or of a scenario with all its takes, without empty values."""
    if isinstance(result, ScenarioResult):
        return _conversation_record(identity, result)
    return _takes_record(identity, result)


def _takes_record(identity: Identity, takes: Takes) -> Record:
    """A repeated scenario, judged over its takes, each of which is a conversation."""
    interval, gate = takes.interval, takes.repeat
    repeat: Record = {"passed": takes.passed, "told": takes.judged, "wanted": takes.wanted}
    if not takes.wanted:
        repeat["until"] = {"good": gate.good, "bad": gate.bad, "error": gate.error}
    if takes.is_stopped:
        repeat["stopped"] = gate.takes
    elif interval is not None:
        repeat["interval"] = [round(interval.low, 6), round(interval.high, 6)]
    if takes.numbers:
        # For the screen of the takes of all parts.
        place = place_of_takes(takes)
        excerpt = takes.results[0].excerpt(place)
        repeat["divided"] = {"place": str(place), "excerpt": excerpt}
    return _without_empty(
        {
            **_about(identity, takes.scenario),
            "provider": takes.results[0].transcript.provider,
            "outcome": takes.outcome.value,
            "codes": list(takes.codes),
            "repeat": repeat,
            "spent": takes.spent.json(),
            "failure": failure_screen(takes) if takes.outcome.is_bad else "",
            "takes": [
                {**_conversation_record(identity, result), **_replaced(result), "take": number}
                for number, result in takes.numbered
            ],
        }
    )


def _replaced(take: ScenarioResult) -> Record:
    """The earlier attempts at a take, if there were any."""
    attempts: list[Json] = [
        {"outcome": Outcome.BROKEN.value, "codes": [error.code], "failure": str(error)}
        for error in take.replaced
    ]
    return {"attempts": attempts} if attempts else {}


def _conversation_record(identity: Identity, result: ScenarioResult) -> Record:
    scenario = result.scenario
    latencies = [turn.latency for turn in result.transcript.turns]
    known = [latency for latency in latencies if latency is not None]
    return _without_empty(
        {
            **_about(identity, scenario),
            "provider": result.transcript.provider,
            "outcome": result.outcome.value,
            "codes": list(result.codes),
            "user_faults": list(faults_of(result.codes)),
            "latency": round(sum(known), 6) if known else None,
            "spent": result.spent.json(),
            "plan": list(_plan(scenario, result.transcript)),
            "checks": list(_checks(result, identity.file)),
            "notes": list(result.notes),
            "drift": [_drift(turn) for turn in result.compared],
            "failure": failure_screen(result) if result.outcome.is_bad else "",
            "transcript": transcript_json(result.transcript),
        }
    )


def crashed_record(identity: Identity, result: ScenarioResult | Takes, error: Exception) -> Record:
    """The record of a conversation that cannot be recorded: why, and nothing that was said."""
    spent = result.spent.json()
    if isinstance(result, Takes):
        result = result.results[0]
    internal = internal_error(error, result.redactor)
    return _without_empty(
        {
            "id": identity.id,
            "scenario": result.scenario.id,
            "row": identity.row,
            "file": identity.file,
            "line": result.scenario.place.line,
            "provider": result.transcript.provider,
            "outcome": Outcome.BROKEN.value,
            "codes": [internal.code],
            "spent": spent,
            "failure": str(internal),
        }
    )


def expected_record(record: Record, reason: str, *, is_strict: bool) -> Record:
    """The record of a conversation that was expected to fail, with the reason.

    If it failed, it is SKIPPED; if it passed, it is FAILED if that is strict.
    """
    if record["outcome"] == Outcome.FAILED:
        return {**record, "outcome": Outcome.SKIPPED.value, "expected_failure": reason}
    if record["outcome"] == Outcome.PASSED and is_strict:
        failure = f"it was expected to fail, but passed: {reason} [unexpected-pass]"
        codes: list[Json] = [UNEXPECTED_PASS]
        return {**record, "outcome": Outcome.FAILED.value, "codes": codes, "failure": failure}
    return record


def skipped_record(event: ScenarioSkipped) -> Record:
    """The record of a scenario that was not played."""
    return {
        "id": event.id,
        "scenario": event.play.scenario,
        "provider": event.play.provider,
        "file": event.id.partition("::")[0],
        "line": event.line,
        "outcome": Outcome.SKIPPED.value,
        "notes": [event.reason],
    }


def _about(identity: Identity, scenario: Scenario) -> Record:
    return {
        "id": identity.id,
        "scenario": scenario.id,
        "title": scenario.title,
        "description": scenario.description,
        "tags": list(scenario.tags),
        "links": [
            {"url": link.url, "name": link.name} if link.name else {"url": link.url}
            for link in scenario.links
        ],
        "row": identity.row,
        "file": identity.file,
        "line": scenario.place.line,
        "fingerprint": scenario.fingerprint,
    }


def _without_empty(record: Record) -> Record:
    return {name: value for name, value in record.items() if value not in (None, "", [])}


def _plan(scenario: Scenario, transcript: Transcript) -> Iterator[Json]:
    """The entries of the scenario in order: turns, and lines that the bot says on its own."""
    variables = {turn.number: turn.variables for turn in transcript.turns}
    following: Mapping[str, object] = {}
    entries: list[Json] = []
    # From the end: a line is rendered with the variables of the turn that follows it.
    for planned in reversed(scenario.turns):
        if isinstance(planned, UserTurn):
            if planned.is_simulated and planned.number not in variables:
                # How many messages a simulated user has is not planned.
                continue
            following = variables.get(planned.number, {})
            entries.append(
                _without_empty(
                    {"turn": planned.number, "line": planned.place.line, "id": planned.id}
                )
            )
        else:
            entries.append({"assistant": _spoken(planned, following)})
    yield from reversed(entries)


def _spoken(line: AssistantLine, variables: Mapping[str, object]) -> str:
    try:
        return str(line.text.render({} if line.text.is_constant else variables))
    except TemplateError:
        return "…"


def _checks(result: ScenarioResult, file: str) -> Iterator[Json]:
    """The checks of a conversation; `file` is the scenario's, as the results name it."""
    ids = {turn.number: turn.id for turn in result.scenario.user_turns}
    for check in result.checks:
        yield _check(check, result, file, ids.get(check.turn, ""))


def _check(check: CheckResult, result: ScenarioResult, file: str, turn_id: str) -> Record:
    stored: Record = {"name": check.name, "outcome": check.outcome.value, "turn": check.turn}
    place, is_passed = check.place, check.outcome is Outcome.PASSED
    if place is not None:
        path, own = place.source.path, result.scenario.place.source.path
        other = path if path != own else ""
        stored["place"] = place_of_check(check.path, check.turn, turn_id, other)
        stored["line"] = place.line
        if other:
            stored["file"] = _as_results_name(path, own, file)
        if not is_passed:
            stored |= {"column": place.column, "excerpt": result.excerpt(place)}
    if check.judged:
        stored["judged"] = [judged_json(one, has_texts=not is_passed) for one in check.judged]
    if is_passed:
        return stored
    return stored | _without_empty(
        {
            "code": check.code,
            "message": check.message,
            "expected": check.expected,
            "actual": check.actual,
            "difference": list(check.difference),
        }
    )


def _as_results_name(path: str, own: str, file: str) -> str:
    """A path of the project as the results name it, from pytest's root folder.

    `own` and `file` are the scenario's file, as the project and as the results name it.
    """
    if file.endswith(f"/{own}"):
        return f"{file.removesuffix(own)}{path}"
    return path.removeprefix(own.removesuffix(file)) if own.endswith(f"/{file}") else path


def _drift(compared: ComparedTurn) -> Json:
    drift = compared.drift
    stored: Record = {"turn": drift.turn, "kind": drift.kind.value, "lines": list(drift.lines)}
    if drift.recorded and drift.kind is not Drift.SAME:
        stored["recorded"] = list(drift.recorded)
    return stored
