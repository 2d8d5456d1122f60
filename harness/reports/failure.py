"""One screen that says why a scenario failed or broke."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from harness.conversation import Exchange, Outcome, Transcript, Turn
from harness.core import counted, printable, shorten
from harness.play.result import CheckResult, ScenarioResult
from harness.reports.labelled_lines import labelled, said
from harness.scenario import Scenario, UserTurn, turn_subject
from harness.transport.curl import curl_line

LABEL = 12
MAX_SHOWN = 5
"""Failed checks of one scenario that are shown in full."""
MAX_LINES = 6
"""Lines that are shown behind one label."""
MAX_DIFFERENCE = 14
"""The same for a difference or a traceback."""


def failure_screen(result: ScenarioResult) -> str:
    """Where in the YAML, which turn, what was said, what came, what was expected, and curl."""
    lines: list[str] = []
    transcript = result.transcript
    by_turn: dict[int, list[CheckResult]] = {}
    # One that could not be judged makes the scenario BROKEN, and stands before those that failed.
    for check in sorted(result.checks, key=lambda check: check.outcome is not Outcome.BROKEN):
        if check.outcome.is_bad:
            by_turn.setdefault(check.turn, []).append(check)
    shown = 0
    if transcript.stop is not None:
        # First: it is why the scenario is BROKEN, whatever failed before.
        lines += [*_stopped(result), ""]
    for number, checks in by_turn.items():
        turn = _turn(transcript, number)
        for check in checks[: MAX_SHOWN - shown]:
            lines += _check(result, check)
            shown += 1
        if turn is not None:
            lines += _said(turn)
            lines += _curl(turn.answer)
        lines.append("")
        if shown >= MAX_SHOWN:
            break
    hidden = [check for checks in by_turn.values() for check in checks][shown:]
    if hidden:
        names = Counter(check.name for check in hidden).most_common()
        listed = [f"{count} {name}" for name, count in names[:MAX_SHOWN]]
        if more := len(names) - MAX_SHOWN:
            listed += [f"and {more} other kinds"] if more > 0 else []
        lines.append(f"{counted(len(hidden), 'more check')} failed: {', '.join(listed)}")
    return printable("\n".join(lines).rstrip())


def _check(result: ScenarioResult, check: CheckResult) -> Iterator[str]:
    scenario = result.scenario
    turn = _planned(scenario, check.turn)
    place = check.place or (turn.place if turn else scenario.place)
    # A check of the whole conversation stands in the file, a broken contract does not.
    is_whole = check.turn == 0 and check.place is not None
    subject = "the whole conversation" if is_whole else _subject(scenario, check.turn)
    yield f"{place}: {subject}: {check.message}"
    excerpt = result.excerpt(place)
    if excerpt:
        yield f"{excerpt} [{check.name}]"
    else:
        yield f"      [{check.name}]"
    if check.expected:
        yield from _labelled("expected", check.expected)
    if check.actual:
        yield from _labelled("got", check.actual)
    if check.difference:
        yield from _labelled(check.lines_are, "\n".join(check.difference), MAX_DIFFERENCE)


def _stopped(result: ScenarioResult) -> Iterator[str]:
    scenario, transcript = result.scenario, result.transcript
    stop = transcript.stop
    assert stop is not None  # noqa: S101  # asked by the caller
    turn = _planned(scenario, stop.turn)
    place = turn.place if turn else scenario.place
    first, *details = str(stop.error).splitlines()
    yield f"{place}: {_subject(scenario, stop.turn)}: {first}"
    excerpt = result.excerpt(place)
    if excerpt:
        yield excerpt
    yield from details
    held = _turn(transcript, stop.turn)
    if held is not None:
        yield from _said(held)
        exchanges = held.looked_up or held.exchanges
        yield from _curl(exchanges[-1] if exchanges else None)


def _said(turn: Turn) -> Iterator[str]:
    for label, text in said(turn):
        yield from _labelled(label, text)
    attempts = [a for e in turn.exchanges if e.response for a in e.response.attempts]
    for attempt in attempts:
        status = "status " if attempt.status else ""
        yield from _labelled("retried", f"{status}{attempt.reason}")


def _curl(exchange: Exchange | None) -> Iterator[str]:
    if exchange is not None:
        yield f"  {'curl':<{LABEL}}{curl_line(exchange.request)}"


def _labelled(label: str, text: str, most: int = MAX_LINES) -> Iterator[str]:
    return labelled(label, shorten(printable(text), 1000).splitlines() or [""], most)


def _subject(scenario: Scenario, number: int) -> str:
    turn = _planned(scenario, number)
    if number > 0:
        # A conversation of a Python test has turns that no scenario plans.
        return turn_subject(number, turn.id if turn else "")
    return "closing the conversation" if number < 0 else "before the first turn"


def _planned(scenario: Scenario, number: int) -> UserTurn | None:
    return next((turn for turn in scenario.user_turns if turn.number == number), None)


def _turn(transcript: Transcript, number: int) -> Turn | None:
    return next((turn for turn in transcript.turns if turn.number == number), None)
