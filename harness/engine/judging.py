"""Judges a transcript against what its scenario expects. Plays nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness.checks import BadExpectation, Judge, Subject, Verdict, history_of, subject_of
from harness.conversation import Exchange, Outcome, Transcript, Turn
from harness.engine.result import CheckResult
from harness.engine.vocabulary import Vocabulary
from harness.errors import CheckCrashed, PlayError
from harness.json_schema.wording import show
from harness.scenario import Expectation, Scenario, Scope, UserTurn
from harness.template import TemplateError
from harness.typing import Json


def judge(scenario: Scenario, transcript: Transcript, vocabulary: Vocabulary) -> list[CheckResult]:
    """What came of every check, in the order of turns and, within one, of the file.

    Turns that were not played are not judged. A check that crashed is BROKEN.
    """
    planned = {turn.number: turn for turn in scenario.user_turns}
    results: list[CheckResult] = list(_contracts(transcript.around, 0))
    for turn in transcript.turns:
        if turn.reply is None and turn.refusal is None:
            results += _contracts((*turn.exchanges, *turn.looked_up), turn.number)
            continue
        results += judge_turn(planned[turn.number], turn, transcript, vocabulary)
        results += _over_all(scenario, turn, transcript, vocabulary)
    return results


def judge_turn(
    planned: UserTurn, turn: Turn, transcript: Transcript | None, vocabulary: Vocabulary
) -> list[CheckResult]:
    """What came of the checks of one turn."""
    results = list(_contracts((*turn.exchanges, *turn.looked_up), turn.number))
    if planned.expects_refusal and turn.refusal is None:
        results.append(_not_refused(planned, turn))
        return results
    is_recorded = transcript is not None and transcript.is_recorded
    reply = subject_of(turn, is_recorded=is_recorded)
    history = history_of(turn, is_recorded=is_recorded) if planned.wants_history else None
    is_cut = transcript is not None and _stopped_at(transcript, turn)
    for expectation in planned.expectations:
        if is_cut and expectation.scope is Scope.HISTORY:
            # It was not looked up.
            continue
        subject = history if expectation.scope is Scope.HISTORY and history else reply
        results.append(_run(expectation, subject, turn, vocabulary))
    for name, reason in turn.missing:
        results.append(
            CheckResult(
                name="capture",
                outcome=Outcome.FAILED,
                turn=turn.number,
                place=planned.captures[name].place,
                message=f"'{name}' cannot be captured: {reason}",
                expected=f"a value for '{name}'",
                actual=turn.reply.text if turn.reply else "",
            )
        )
    return results


def _stopped_at(transcript: Transcript, turn: Turn) -> bool:
    return transcript.stop is not None and transcript.stop.turn == turn.number


def _run(
    expectation: Expectation, subject: Subject, turn: Turn, vocabulary: Vocabulary
) -> CheckResult:
    verdict = _verdict(expectation, subject, turn, vocabulary)
    finding = verdict.finding
    name = f"history {expectation.name}" if expectation.scope is Scope.HISTORY else expectation.name
    return CheckResult(
        name=name,
        outcome=verdict.outcome,
        turn=turn.number,
        place=expectation.place,
        message=finding.message if finding else verdict.reason,
        expected=finding.expected if finding else "",
        actual=finding.actual if finding else "",
        difference=finding.difference if finding else (),
    )


def _verdict(
    expectation: Expectation, subject: Subject, turn: Turn, vocabulary: Vocabulary
) -> Verdict:
    try:
        return _compiled(expectation, turn, vocabulary)(subject)
    except (BadExpectation, TemplateError, PlayError) as error:
        return Verdict(outcome=Outcome.BROKEN, reason=str(error))
    except Exception as error:  # noqa: BLE001  # a check is a plugin; its crash must not pass
        crashed = CheckCrashed(
            "check-crashed", f"the check '{expectation.name}' crashed: {error!r}"
        )
        return Verdict(outcome=Outcome.BROKEN, reason=str(crashed))


def _compiled(expectation: Expectation, turn: Turn, vocabulary: Vocabulary) -> Judge:
    return vocabulary.judge_for(expectation, _value(expectation, turn))


def _value(expectation: Expectation, turn: Turn) -> Json:
    template = expectation.value
    return template.render({}) if template.is_constant else template.render(turn.variables)


def _over_all(
    scenario: Scenario, turn: Turn, transcript: Transcript, vocabulary: Vocabulary
) -> Iterator[CheckResult]:
    """The scenario's own `never` and `always`, for one turn."""
    if turn.reply is None or not scenario.expectations:
        return
    subject = subject_of(turn, is_recorded=transcript.is_recorded)
    for expectation in scenario.expectations:
        result = _run(expectation, subject, turn, vocabulary)
        if expectation.scope is Scope.ALWAYS:
            yield result
            continue
        yield _turned_round(expectation, result, turn)


def _turned_round(expectation: Expectation, result: CheckResult, turn: Turn) -> CheckResult:
    name = f"never {expectation.name}"
    if result.outcome is Outcome.FAILED:
        return CheckResult(name=name, outcome=Outcome.PASSED, turn=result.turn, place=result.place)
    if result.outcome is not Outcome.PASSED:
        return result
    what = f"{expectation.name} {show(_value(expectation, turn))}"
    return CheckResult(
        name=name,
        outcome=Outcome.FAILED,
        turn=result.turn,
        place=result.place,
        message=f"no reply may fulfil {what}",
        expected=f"never {what}",
        actual=turn.reply.text if turn.reply else "",
    )


def _contracts(exchanges: Iterable[Exchange], turn: int) -> Iterator[CheckResult]:
    """Payloads that break the definition's schemas fail, whatever the scenario says."""
    for exchange in exchanges:
        broken = exchange.contract
        if not broken:
            continue
        step = exchange.request.origin.step
        yield CheckResult(
            name="contract",
            outcome=Outcome.FAILED,
            turn=turn,
            message=f"the answer of step {step} breaks the contract of the provider's definition",
            expected="a payload that fits the definition's schema",
            actual="\n".join(broken),
        )


def _not_refused(planned: UserTurn, turn: Turn) -> CheckResult:
    return CheckResult(
        name="error",
        outcome=Outcome.FAILED,
        turn=turn.number,
        place=planned.expectations[0].place if planned.expectations else planned.place,
        message="the provider was expected to refuse, and it answered",
        expected="a refusal",
        actual=turn.reply.text if turn.reply else "",
    )
