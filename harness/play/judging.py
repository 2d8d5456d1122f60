"""Judges a transcript against what its scenario expects. Plays nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from harness.checks import (
    PASS,
    BadExpectation,
    Finding,
    Subject,
    Verdict,
    conversation_of,
    failed,
    history_of,
    subject_of,
    turned_round,
)
from harness.checks.python_check import crashed
from harness.conversation import Exchange, Outcome, Transcript, Turn
from harness.core import Json, PlayError, show
from harness.formats.template import TemplateError
from harness.play.result import CheckResult
from harness.project.vocabulary import Vocabulary
from harness.scenario import Expectation, Scenario, Scope, TurnPurpose, UserTurn

_WITHIN = {Scope.HISTORY: "history ", Scope.NEVER: "never "}
"""The prefix of a check's name in results, by the block that it is in."""


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
    is_recorded = transcript is not None and transcript.is_recorded
    file = planned.place.source.path
    reply = subject_of(turn, is_recorded=is_recorded, transcript=transcript, file=file)
    history = None
    if planned.wants_history:
        history = history_of(turn, is_recorded=is_recorded, transcript=transcript, file=file)
    stop = transcript.stop if transcript is not None else None
    is_cut = stop is not None and stop.turn == turn.number
    for expectation in planned.expectations:
        if is_cut and (expectation.scope is Scope.HISTORY or expectation.within):
            # The history was not requested, or the waiting was cut short.
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


def _run(
    expectation: Expectation, subject: Subject, turn: Turn, vocabulary: Vocabulary
) -> CheckResult:
    return _result(expectation, _verdict(expectation, subject, turn, vocabulary), turn)


def _result(expectation: Expectation, verdict: Verdict, turn: Turn) -> CheckResult:
    finding = verdict.finding
    return CheckResult(
        name=f"{_WITHIN.get(expectation.scope, '')}{expectation.name}",
        outcome=verdict.outcome,
        turn=turn.number,
        place=expectation.place,
        message=finding.message if finding else verdict.reason,
        expected=finding.expected if finding else "",
        actual=finding.actual if finding else "",
        difference=finding.difference if finding else (),
        code=verdict.code,
    )


def _verdict(
    expectation: Expectation, subject: Subject, turn: Turn, vocabulary: Vocabulary
) -> Verdict:
    try:
        return vocabulary.judge_for(expectation, _value(expectation, turn))(subject)
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
    if turn.reply is None or not scenario.expectations:
        return
    subject = subject_of(
        turn,
        is_recorded=transcript.is_recorded,
        transcript=transcript,
        file=scenario.place.source.path,
    )
    for expectation in scenario.expectations:
        if expectation.scope is Scope.CONVERSATION:
            continue
        verdict = _verdict(expectation, subject, turn, vocabulary)
        if expectation.scope is Scope.NEVER:
            verdict = _turned_round(expectation, verdict, turn)
        yield _result(expectation, verdict, turn)


def _whole(
    scenario: Scenario, transcript: Transcript, vocabulary: Vocabulary
) -> Iterator[CheckResult]:
    """The checks on all replies together; skipped if the conversation ended early."""
    planned = {turn.number for turn in scenario.user_turns}
    is_cut = transcript.stop is not None or bool(
        planned.difference(turn.number for turn in transcript.turns)
    )
    subject = replace(conversation_of(transcript), file=scenario.place.source.path)
    last = transcript.turns[-1] if transcript.turns else None
    for expectation in scenario.expectations:
        if expectation.scope is not Scope.CONVERSATION:
            continue
        if is_cut or last is None:
            yield CheckResult(
                name=expectation.name,
                outcome=Outcome.SKIPPED,
                turn=0,
                place=expectation.place,
                message="the conversation ended early",
            )
            continue
        # Checks of the whole may use all captures.
        yield _run(expectation, subject, replace(last, number=0), vocabulary)


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
        message=message,
        expected=expected,
        actual=turn.reply.text if turn.reply else "",
    )
