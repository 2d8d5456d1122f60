"""A scenario in Allure: a step a turn, with what was said and every payload attached.

Source: allure-pytest, whose listener writes what is stepped and attached while a test runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import allure
from allure_commons.types import AttachmentType, LabelType

from harness.conversation import Exchange, Outcome, Transcript, Turn
from harness.engine.drift.drift import TurnDrift
from harness.engine.result import CheckResult, ScenarioResult
from harness.evaluation import Takes
from harness.providers.session import CLOSING
from harness.reports.takes import takes_listed, takes_told
from harness.wire.curl import curl_line


class Wrong(AssertionError):
    """Marks a step as failed; its text is what Allure shows."""


class Untold(Exception):
    """Marks a step as broken."""


def report_to_allure(result: ScenarioResult, *, row: str = "") -> None:
    """Write steps and attachments of a scenario into the test that is running.

    `row` is that of the matrix. Allure takes tests with equal parameters for retries of one.
    Tags are pytest's markers, which Allure reads by itself.
    """
    _heading(result, row)
    _steps(result)


def report_takes_to_allure(takes: Takes, *, row: str = "") -> None:
    """The same of a repeated scenario: a step for each take holds the steps of its turns."""
    _heading(takes.results[0], row)
    told = "\n".join((takes_told(takes), *takes_listed(takes)))
    allure.attach(told, "takes", AttachmentType.TEXT)
    for number, result in enumerate(takes.results, 1):
        codes = ", ".join(result.codes)
        marks = {Outcome.FAILED: Wrong(codes), Outcome.BROKEN: Untold(codes)}
        with _step(f"take {number}: {result.outcome.value}", marks.get(result.outcome)):
            _steps(result)


def _heading(result: ScenarioResult, row: str) -> None:
    scenario, provider = result.scenario, result.transcript.provider
    allure.dynamic.title(scenario.title or scenario.id)
    if scenario.description:
        allure.dynamic.description(scenario.description)
    allure.dynamic.parameter("provider", provider)
    if row:
        allure.dynamic.parameter("row", row)
    allure.dynamic.label(LabelType.FEATURE, provider)


def _steps(result: ScenarioResult) -> None:
    transcript = result.transcript
    for turn in transcript.turns:
        checks = [check for check in result.checks if check.turn == turn.number]
        drifts = [one.drift for one in result.compared if one.drift.turn == turn.number]
        _turn(turn, checks, drifts, transcript)
    for check in result.checks:
        if check.turn == 0:
            # Of the whole conversation, or of what was exchanged around it.
            _check(check)
    _drifts([one.drift for one in result.compared if one.drift.turn == CLOSING])
    for exchange in transcript.around:
        _exchange(exchange)


def _turn(
    turn: Turn, checks: list[CheckResult], drifts: list[TurnDrift], transcript: Transcript
) -> None:
    said = turn.user.display_text or turn.user.text
    with _step(f"turn {turn.number}: {said}", _mark_of(turn, checks, transcript)):
        allure.attach(_conversation(turn), "conversation", AttachmentType.TEXT)
        _drifts(drifts)
        for exchange in (*turn.exchanges, *turn.looked_up):
            _exchange(exchange)
        for check in checks:
            _check(check)


def _drifts(drifts: list[TurnDrift]) -> None:
    for drift in drifts:
        if drift.differences:
            allure.attach("\n".join(drift.lines), f"drift: {drift.kind}", AttachmentType.TEXT)


def _mark_of(turn: Turn, checks: list[CheckResult], transcript: Transcript) -> Exception | None:
    if transcript.stop is not None and transcript.stop.turn == turn.number:
        return Untold(str(transcript.stop.error))
    wrong = [check.message for check in checks if check.outcome.is_bad]
    return Wrong("; ".join(wrong)) if wrong else None


def _check(check: CheckResult) -> None:
    marks = {Outcome.FAILED: Wrong(check.message), Outcome.BROKEN: Untold(check.message)}
    with _step(f"{check.name}: {check.outcome.value}", marks.get(check.outcome)):
        if check.outcome is Outcome.FAILED:
            lines = [check.message, f"expected: {check.expected}", f"got: {check.actual}"]
            text = "\n".join((*lines, *check.difference))
            allure.attach(text, "difference", AttachmentType.TEXT)


@contextmanager
def _step(title: str, mark: Exception | None) -> Iterator[None]:
    """A step that ends as marked. Allure tells a step's status from the exception it ends with."""
    with suppress(Wrong, Untold), allure.step(title):
        yield
        if mark is not None:
            raise mark


def _exchange(exchange: Exchange) -> None:
    request, response = exchange.request, exchange.response
    status = "no answer" if response is None else f"{response.status} {response.reason}".strip()
    with allure.step(f"{request.origin.step}: {request.method} {request.url} → {status}"):
        allure.attach(curl_line(request), "curl", AttachmentType.TEXT)
        if request.body:
            _body(request.body, "request")
        if response is not None and response.body:
            _body(response.body, "answer")


def _body(body: bytes, name: str) -> None:
    text = body.decode("utf-8", "replace")
    try:
        pretty = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        allure.attach(text, name, AttachmentType.TEXT)
        return
    allure.attach(pretty, name, AttachmentType.JSON)


def _conversation(turn: Turn) -> str:
    lines = [f"user: {turn.user.display_text or turn.user.text}"]
    if turn.reply is not None:
        lines += [f"assistant: {message.text}" for message in turn.reply.messages]
    elif turn.refusal is not None:
        lines.append(f"refused: {turn.refusal.message}")
    return "\n".join(lines)
