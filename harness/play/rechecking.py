"""Judges conversations that were held before, without playing them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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


def recheck(
    scenario: Scenario,
    transcript: Transcript,
    vocabulary: Vocabulary,
    consult: Callable[[Scenario, Transcript], Transcript] | None = None,
) -> ScenarioResult:
    """Judge a stored conversation against a scenario.

    `consult` finds the answers to what checks ask of models; without it, those of the transcript
    are all there are.

    If the transcript has only texts, checks that need more are SKIPPED. If it has fewer turns than
    the scenario, the result is BROKEN, since the missing turns cannot be judged.
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
        judged, skipped = _without_payload(
            scenario, {turn.number for turn in held}, vocabulary.of_texts
        )
        variables = Variables(scenario, scenario.rows[0], seed="", now="").snapshot()
        transcript = replace(
            transcript, turns=tuple(replace(turn, variables=variables) for turn in held)
        )
    if consult is not None and vocabulary.asks_in(judged):
        transcript = consult(judged, transcript)
    checks = [*judge(judged, transcript, vocabulary), *skipped]
    written = [turn for turn in known.values() if not turn.is_simulated]
    if transcript.stop is None and len(held) < len(written):
        transcript = replace(transcript, stop=_short(known, held[-1].number if held else 0, checks))
    return ScenarioResult(
        scenario=scenario,
        transcript=transcript,
        checks=tuple(sorted(checks, key=lambda check: check.turn)),
        notes=tuple(notes),
    )


def _changed(known: Mapping[int, UserTurn], transcript: Transcript) -> Iterator[str]:
    """Notes about turns in which the user's message is not that of the scenario."""
    for turn in transcript.turns:
        planned = known.get(turn.number)
        text = planned.message.text if planned is not None else None
        if text is not None and text.is_constant and str(text.render({})) != turn.user.text:
            yield f"turn {turn.number}: the user's message differs from the scenario"


def _short(known: Mapping[int, UserTurn], last: int, checks: list[CheckResult]) -> Stop | None:
    """Why turns are missing; None if a failed check had to end the conversation."""
    has_failed = any(check.turn == last and check.outcome.is_bad for check in checks)
    if last and known[last].stops_on_fail and has_failed:
        return None
    message = f"the transcript ends after turn {last}, but the scenario has {len(known)}"
    return Stop(turn=last + 1, error=ProtocolError("transcript-short", message))


def _without_payload(
    scenario: Scenario, held: set[int], of_text: frozenset[str]
) -> tuple[Scenario, list[CheckResult]]:
    """The scenario with the checks that need only texts, and the others as skipped."""
    skipped: list[CheckResult] = []

    def judged(expectations: tuple[Expectation, ...], turn: int) -> Iterator[Expectation]:
        for one in expectations:
            if _is_of_text(one.name, one.constant, of_text):
                yield one
            elif not turn or turn in held:
                skipped.append(
                    CheckResult(
                        name=one.result_name,
                        outcome=Outcome.SKIPPED,
                        turn=turn,
                        place=one.place,
                        path=one.path,
                        message=NO_PAYLOAD,
                    )
                )

    turns = tuple(
        replace(turn, expectations=tuple(judged(turn.expectations, turn.number)), captures={})
        if isinstance(turn, UserTurn)
        else turn
        for turn in scenario.turns
    )
    expectations = tuple(judged(scenario.expectations, 0))
    return replace(scenario, turns=turns, expectations=expectations), skipped


def _is_of_text(name: str, value: Json, of_text: frozenset[str]) -> bool:
    kind = KIND_NAMED.get(name)
    if name in of_text or kind is None:
        return name in of_text
    inner = list(kind.inner_checks(value))
    return bool(inner) and all(_is_of_text(name, one, of_text) for _, name, one in inner)
