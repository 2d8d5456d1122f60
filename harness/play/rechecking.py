"""Judges conversations that were held before, without playing them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from harness.checks import KIND_NAMED
from harness.conversation import Outcome, Stop, Transcript
from harness.core import Json, ProtocolError
from harness.play.conversation_variables import Variables
from harness.play.judging import judge
from harness.play.result import CheckResult, ScenarioResult
from harness.project.vocabulary import Vocabulary
from harness.scenario import Expectation, Scenario, UserTurn

NO_PAYLOAD = "the transcript contains only texts"


def recheck(scenario: Scenario, transcript: Transcript, vocabulary: Vocabulary) -> ScenarioResult:
    """Judge a stored conversation against a scenario.

    Of a transcript of texts alone, checks that need more are SKIPPED. One with fewer turns than
    the scenario is BROKEN, for what was not said cannot be judged.
    """
    known = {turn.number: turn for turn in scenario.user_turns}
    held = tuple(turn for turn in transcript.turns if turn.number in known)
    beyond = len(transcript.turns) - len(held)
    notes = [f"{beyond} turns beyond those of the scenario are not judged"] if beyond else []
    notes += _changed(known, transcript)
    transcript = replace(transcript, scenario=scenario.id, turns=held)
    skipped: list[CheckResult] = []
    judged = scenario
    if not any(turn.exchanges for turn in held):
        of_text = vocabulary.of_texts
        judged, skipped = _without_payload(scenario, {turn.number for turn in held}, of_text)
        variables = Variables(scenario, scenario.rows[0], seed="", now="").snapshot()
        transcript = replace(
            transcript, turns=tuple(replace(turn, variables=variables) for turn in held)
        )
    checks = [*judge(judged, transcript, vocabulary), *skipped]
    if transcript.stop is None and len(held) < len(known):
        transcript = replace(transcript, stop=_short(known, held[-1].number if held else 0, checks))
    return ScenarioResult(
        scenario=scenario,
        transcript=transcript,
        checks=tuple(sorted(checks, key=lambda check: check.turn)),
        notes=tuple(notes),
    )


def _changed(known: Mapping[int, UserTurn], transcript: Transcript) -> Iterator[str]:
    """Turns whose user says something else than the scenario."""
    for turn in transcript.turns:
        planned = known.get(turn.number)
        template = planned.message.text if planned is not None else None
        if template is None or not template.is_constant:
            continue
        if str(template.render({})) != turn.user.text:
            yield f"turn {turn.number}: the user's message differs from the scenario"


def _short(known: Mapping[int, UserTurn], last: int, checks: list[CheckResult]) -> Stop | None:
    """Why turns are missing; None where a failed check was to end the conversation."""
    has_failed = any(check.turn == last and check.outcome.is_bad for check in checks)
    if last and known[last].stops_on_fail and has_failed:
        return None
    message = f"the transcript ends after turn {last}, but the scenario has {len(known)}"
    return Stop(turn=last + 1, error=ProtocolError("transcript-short", message))


def _without_payload(
    scenario: Scenario, held: set[int], of_text: frozenset[str]
) -> tuple[Scenario, list[CheckResult]]:
    """The scenario with the checks that texts suffice for, and the others as skipped."""
    skipped: list[CheckResult] = []

    def kept(expectations: tuple[Expectation, ...], turn: int) -> tuple[Expectation, ...]:
        left = []
        for expectation in expectations:
            if _is_of_text(expectation.name, _written(expectation), of_text):
                left.append(expectation)
            elif not turn or turn in held:
                skipped.append(_skip(expectation, turn))
        return tuple(left)

    turns = tuple(
        replace(turn, expectations=kept(turn.expectations, turn.number), captures={})
        if isinstance(turn, UserTurn)
        else turn
        for turn in scenario.turns
    )
    judged = replace(scenario, turns=turns, expectations=kept(scenario.expectations, 0))
    return judged, skipped


def _skip(expectation: Expectation, turn: int) -> CheckResult:
    return CheckResult(
        name=expectation.name,
        outcome=Outcome.SKIPPED,
        turn=turn,
        place=expectation.place,
        message=NO_PAYLOAD,
    )


def _written(expectation: Expectation) -> Json:
    """The value of a check; none where it has variables in it."""
    value = expectation.value
    return value.render({}) if value.is_constant else None


def _is_of_text(name: str, value: Json, of_text: frozenset[str]) -> bool:
    kind = KIND_NAMED.get(name)
    if name in of_text or kind is None:
        return name in of_text
    inner = list(kind.inner_checks(value))
    return bool(inner) and all(_is_of_text(name, one, of_text) for _, name, one in inner)
