"""Judges a transcript against what its scenario expects. Plays nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from harness.checks import (
    PASS,
    BadExpectation,
    Finding,
    Verdict,
    failed,
    subject_of,
    turned_round,
)
from harness.checks.python_check import crashed
from harness.conversation import Exchange, Outcome, Transcript, Turn
from harness.core import Json, PlayError, show
from harness.formats.template import TemplateError
from harness.play.judged_subjects import (
    JudgedSubject,
    is_cut,
    judged_in_every,
    judged_in_turn,
    judged_in_whole,
)
from harness.play.result import CheckResult
from harness.project.vocabulary import Vocabulary
from harness.scenario import Expectation, Scenario, Scope, TurnPurpose, UserTurn


def judge(scenario: Scenario, transcript: Transcript, vocabulary: Vocabulary) -> list[CheckResult]:
    """The results of all checks, in the order of turns and, within a turn, of the file.

    Turns that were not played are not judged. A check that crashed is BROKEN.
    """
    planned = {turn.number: turn for turn in scenario.user_turns}
    results: list[CheckResult] = list(contracts(transcript.around, 0))
    for turn in transcript.turns:
        if turn.reply is None and turn.refusal is None:
            results += contracts((*turn.exchanges, *turn.looked_up), turn.number)
            continue
        results += judge_turn(planned[turn.number], turn, transcript, vocabulary)
        if planned[turn.number].part is TurnPurpose.TURN:
            results += _every_reply(scenario, turn, transcript, vocabulary)
    if scenario.simulation is not None:
        # Late: most scenarios write every message.
        from harness.play.simulated_ending import ending_results  # noqa: PLC0415

        results += ending_results(
            scenario,
            scenario.simulation,
            transcript,
            lambda block, turn: passes(block, turn, transcript, vocabulary),
        )
    if any(one.scope is Scope.CONVERSATION for one in scenario.expectations):
        results += _whole(scenario, transcript, vocabulary)
    if any(turn.part is not TurnPurpose.TURN for turn in planned.values()):
        return list(
            _with_setup_and_teardown(results, planned, is_stopped=transcript.stop is not None)
        )
    return results


def _with_setup_and_teardown(
    checks: Sequence[CheckResult], planned: Mapping[int, UserTurn], *, is_stopped: bool
) -> Iterator[CheckResult]:
    """The checks, with failures of setup, prefix and teardown as they count for the scenario.

    A failed check before the conversation makes it BROKEN. A failed check of the teardown makes it
    BROKEN if nothing else went wrong; else it is SKIPPED, so that it does not hide the reason. A
    broken contract of the definition remains FAILED.
    """
    parts = {number: turn.part for number, turn in planned.items()}
    is_bad_before = is_stopped or any(
        check.outcome.is_bad and parts.get(check.turn) is not TurnPurpose.TEARDOWN
        for check in checks
    )
    for check in checks:
        part = parts.get(check.turn, TurnPurpose.TURN)
        if part is TurnPurpose.TURN or not check.outcome.is_bad or check.name == "contract":
            yield check
            continue
        is_late = part is TurnPurpose.TEARDOWN and is_bad_before
        yield replace(
            check,
            outcome=Outcome.SKIPPED if is_late else Outcome.BROKEN,
            message=f"{_PARTS[part]}: {check.message}",
        )


_PARTS = {
    TurnPurpose.SETUP: "the setup failed",
    TurnPurpose.PREFIX: "the turns before the branch failed",
    TurnPurpose.TEARDOWN: "the teardown failed",
}


def judge_conversation(
    scenario: Scenario, transcript: Transcript, vocabulary: Vocabulary
) -> list[CheckResult]:
    """The results of a scenario's own checks: those of every turn, then those of the whole."""
    results = [
        result
        for turn in transcript.turns
        for result in _every_reply(scenario, turn, transcript, vocabulary)
    ]
    return [*results, *_whole(scenario, transcript, vocabulary)]


def judge_turn(
    planned: UserTurn, turn: Turn, transcript: Transcript | None, vocabulary: Vocabulary
) -> list[CheckResult]:
    """The results of the checks of one turn."""
    results = list(contracts((*turn.exchanges, *turn.looked_up), turn.number))
    if planned.expects_refusal and turn.refusal is None:
        results.append(_not_refused(planned, turn))
        return results
    if planned.faults:
        results.append(CheckResult(name="transport", outcome=Outcome.PASSED, turn=turn.number))
    results += (_run(one, vocabulary) for one in judged_in_turn(planned, turn, transcript))
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


def _run(judged: JudgedSubject, vocabulary: Vocabulary) -> CheckResult:
    transcript = judged.subject.transcript
    if transcript is None or transcript.opinions is None or not vocabulary.asks(judged.expectation):
        return _result(judged.expectation, verdict_of(judged, vocabulary), judged.turn)
    opinions = transcript.opinions.noting()
    subject = replace(judged.subject, transcript=replace(transcript, opinions=opinions))
    verdict = verdict_of(judged._replace(subject=subject), vocabulary)
    result = _result(judged.expectation, verdict, judged.turn)
    return replace(result, opinions=tuple(opinions.used or ()), judged=tuple(opinions.judged))


def _result(expectation: Expectation, verdict: Verdict, turn: Turn) -> CheckResult:
    finding = verdict.finding
    return CheckResult(
        name=expectation.result_name,
        outcome=verdict.outcome,
        turn=turn.number,
        place=expectation.place,
        path=expectation.path,
        message=finding.message if finding else verdict.reason,
        expected=finding.expected if finding else "",
        actual=finding.actual if finding else "",
        difference=finding.difference if finding else (),
        code=verdict.code,
    )


def verdict_of(judged: JudgedSubject, vocabulary: Vocabulary) -> Verdict:
    """The verdict of an expectation on one subject; BROKEN if it could not be judged."""
    expectation, subject, turn = judged
    try:
        verdict = vocabulary.judge_for(expectation, _value(expectation, turn))(subject)
    except PlayError as error:
        return _broken(error)
    except BadExpectation as error:
        return Verdict(outcome=Outcome.BROKEN, reason=str(error), code=error.code)
    except TemplateError as error:
        return Verdict(outcome=Outcome.BROKEN, reason=str(error), code=error.problem.code)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  # a check is a plugin; its crash must not pass
        return _broken(crashed(expectation.name, error))
    is_never = expectation.scope is Scope.NEVER
    return _turned_round(expectation, verdict, turn) if is_never else verdict


def passes(
    expectations: Sequence[Expectation],
    turn: Turn,
    transcript: Transcript,
    vocabulary: Vocabulary,
) -> bool:
    """Whether a reply passes all checks of a block; one that was refused does not.

    Raises `PlayError` if a check that cannot be judged decides.
    """
    if not expectations:
        return True
    if turn.reply is None:
        return False
    file = expectations[0].place.source.path
    subject = subject_of(turn, is_recorded=transcript.is_recorded, transcript=transcript, file=file)
    broken: PlayError | None = None
    for judged in (JudgedSubject(one, subject, turn) for one in expectations):
        verdict = verdict_of(judged, vocabulary)
        if verdict.outcome is Outcome.BROKEN:
            why = verdict.finding.message if verdict.finding else verdict.reason
            broken = broken or PlayError(verdict.code, f"{judged.expectation.place}: {why}")
        elif verdict.outcome is not Outcome.PASSED:
            return False
    if broken is not None:
        raise broken
    return True


def _broken(error: PlayError) -> Verdict:
    """The verdict if a check cannot be judged. Its message is the first line of the error's."""
    return Verdict(
        outcome=Outcome.BROKEN,
        finding=Finding(message=str(error).partition("\n")[0], lines=error.details),
        code=error.code,
    )


def _value(expectation: Expectation, turn: Turn) -> Json:
    return expectation.value.render(turn.variables)


def _every_reply(
    scenario: Scenario, turn: Turn, transcript: Transcript, vocabulary: Vocabulary
) -> Iterator[CheckResult]:
    """The scenario's own `never` and `always`, for one turn."""
    for judged in judged_in_every(scenario, turn, transcript):
        yield _run(judged, vocabulary)


def _whole(
    scenario: Scenario, transcript: Transcript, vocabulary: Vocabulary
) -> Iterator[CheckResult]:
    """The checks on all replies together; skipped if the conversation ended early."""
    if not is_cut(scenario, transcript):
        yield from (_run(one, vocabulary) for one in judged_in_whole(scenario, transcript))
        return
    for expectation in scenario.expectations:
        if expectation.scope is Scope.CONVERSATION:
            yield CheckResult(
                name=expectation.name,
                outcome=Outcome.SKIPPED,
                turn=0,
                place=expectation.place,
                path=expectation.path,
                message="the conversation ended early",
            )


def _turned_round(expectation: Expectation, verdict: Verdict, turn: Turn) -> Verdict:
    if verdict.outcome is Outcome.FAILED:
        return PASS
    if verdict.outcome is not Outcome.PASSED:
        return turned_round(verdict)
    what = f"{expectation.name} {show(_value(expectation, turn))}"
    return failed(
        f"no reply may pass {what}",
        expected=f"never {what}",
        actual=turn.reply.text if turn.reply else "",
    )


def contracts(exchanges: Iterable[Exchange], turn: int) -> Iterator[CheckResult]:
    """Payloads that break the definition's schemas fail, whatever the scenario says."""
    for exchange in exchanges:
        if exchange.contract:
            yield CheckResult(
                name="contract",
                outcome=Outcome.FAILED,
                turn=turn,
                message=f"the answer of step {exchange.request.origin.step} violates the contract"
                " of the provider's definition",
                expected="a payload that is valid against the definition's schema",
                actual="\n".join(exchange.contract),
            )


def _not_refused(planned: UserTurn, turn: Turn) -> CheckResult:
    message, expected = "the provider was expected to refuse, but it answered", "a refusal"
    if planned.faults:
        message = "the network was expected to fail, but the provider answered"
        expected = " or ".join(planned.faults)
    return CheckResult(
        name="error",
        outcome=Outcome.FAILED,
        turn=turn.number,
        place=planned.expectations[0].place if planned.expectations else planned.place,
        path=planned.expectations[0].path if planned.expectations else (),
        message=message,
        expected=expected,
        actual=turn.reply.text if turn.reply else "",
    )
