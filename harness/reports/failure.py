"""One screen that says why a scenario failed or broke, or a repeated one over its takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from harness.checks.judge import answer_lines
from harness.conversation import Exchange, Outcome, Transcript, Turn
from harness.core import Place, counted, printable, shorten
from harness.play.result import ANSWERS, CheckResult, ScenarioResult
from harness.reports.labelled_lines import labelled, said_in_short
from harness.scenario import Scenario, UserTurn, turn_subject
from harness.statistics.intervals import wilson_interval
from harness.transport.curl import curl_line

if TYPE_CHECKING:
    from harness.evaluation import Takes

LABEL = 12
MAX_SHOWN = 5
"""Failed checks of one scenario that are shown in full."""
MAX_LINES = 6
"""Lines that are shown behind one label."""
MAX_DIFFERENCE = 14
"""Lines of a difference or a traceback that are shown."""
MOST_LISTED = 20
"""Takes that have a line of their own."""


def failure_screen(result: ScenarioResult | Takes) -> str:
    """Where in the YAML, which turn, what was said, expected against actual, and curl.

    Of a repeated scenario: how many takes passed, a line for each, and the screen of the first
    that explains the outcome.
    """
    if isinstance(result, ScenarioResult):
        return printable("\n".join(_screen(result)).rstrip())
    lines = [*_verdict(result), *takes_listed(result)]
    if result.outcome.is_bad:
        number, shown = tuple(result.numbered)[result.shown - 1]
        lines += ["", f"take {number}", failure_screen(shown)]
    return "\n".join(lines)


def failure_headline(result: ScenarioResult | Takes) -> str:
    """The first line of the failure screen; empty if the result is not bad."""
    return failure_screen(result).partition("\n")[0] if result.outcome.is_bad else ""


def takes_listed(takes: Takes) -> Iterator[str]:
    """A line for each take: its number, its outcome, and codes of what went wrong."""
    return lines_of_takes(
        [(number, result.outcome.value, result.codes) for number, result in takes.numbered]
    )


def lines_of_takes(takes: Sequence[tuple[int, str, Sequence[str]]]) -> Iterator[str]:
    """The same, given number, outcome and codes of each."""
    for number, outcome, codes in takes[:MOST_LISTED]:
        yield f"  {f'take {number}':<{LABEL}}{outcome:<{LABEL}}{', '.join(codes)}".rstrip()
    hidden = Counter(outcome for _, outcome, _ in takes[MOST_LISTED:])
    if hidden:
        counts = ", ".join(f"{count} {outcome}" for outcome, count in hidden.items())
        yield f"  … {counted(hidden.total(), 'more take')}: {counts}"


def _verdict(takes: Takes) -> Iterator[str]:
    """`3 of 5 takes passed, 4 required (95 % interval 0.23 to 0.88)`, with its place."""
    place = place_of_takes(takes)
    verdict = counted_takes(takes.passed, takes.judged, takes.skipped, len(takes.results))
    yield f"{place}: {verdict}, {_required(takes)}"
    yield f"{takes.results[0].excerpt(place)} [repeat]"


def place_of_takes(takes: Takes) -> Place:
    """The key `repeat` of the scenario; the scenario if the command line says how often."""
    scenario, own = takes.scenario, takes.scenario.repeat
    is_own = own is not None and own.as_json() == takes.repeat.as_json()
    return own.place if own is not None and is_own and own.place else scenario.place


def counted_takes(passed: int, judged: int, skipped: int, played: int) -> str:
    """How many takes passed, and how many say nothing of the bot."""
    if not judged:
        return (
            "its take could not be judged"
            if played == 1
            else (f"none of {played} takes could be judged")
        )
    broken = played - judged - skipped
    verdict = f"{passed} of {counted(judged, 'take')} passed"
    verdict += f" and {broken} could not be judged" if broken else ""
    return f"{verdict} and {skipped} skipped" if skipped else verdict


def _required(takes: Takes) -> str:
    """What is required of the takes, and how sure that is."""
    repeat, played = takes.repeat, len(takes.results)
    if takes.wanted:
        required = f"{takes.wanted} {'required' if takes.judged else 'must pass'}"
    elif takes.outcome is Outcome.FAILED:
        required = f"fewer than a bot of {repeat.good:.0%} does".replace("%", " %")
    else:
        required = f"which does not decide between {repeat.bad:.0%} and {repeat.good:.0%}"
        required = required.replace("%", " %")
    if takes.is_stopped and played < repeat.takes:
        return f"{required}; stopped after {played} of {repeat.takes}"
    return f"{required}{_interval(takes.passed, takes.judged)}"


def required_takes(wanted: int, passed: int, judged: int) -> str:
    """What is required of takes that are all played, and how sure that is."""
    required = f"{wanted} {'required' if judged else 'must pass'}"
    return f"{required}{_interval(passed, judged)}"


def _interval(passed: int, judged: int) -> str:
    return f" (95 % interval {wilson_interval(passed, judged)})" if judged else ""


def _screen(result: ScenarioResult) -> Iterator[str]:
    by_turn: dict[int, list[CheckResult]] = {}
    # One that could not be judged makes the scenario BROKEN, so it precedes those that failed.
    for check in sorted(result.checks, key=lambda check: check.outcome is not Outcome.BROKEN):
        if check.outcome.is_bad:
            by_turn.setdefault(check.turn, []).append(check)
    if result.transcript.stop is not None:
        # First: it is why the scenario is BROKEN, whatever failed before.
        yield from _stopped(result)
        yield ""
    shown = 0
    for number, checks in by_turn.items():
        for check in checks[: MAX_SHOWN - shown]:
            yield from _check(result, check)
            shown += 1
        turn = _turn(result.transcript, number)
        if turn is not None:
            yield from _said(turn)
            yield from _curl(turn.answer)
        yield ""
        if shown >= MAX_SHOWN:
            break
    hidden = [check for checks in by_turn.values() for check in checks][shown:]
    if hidden:
        names = Counter(check.name for check in hidden).most_common()
        listed = [f"{count} {name}" for name, count in names[:MAX_SHOWN]]
        if len(names) > MAX_SHOWN:
            listed.append(f"and {len(names) - MAX_SHOWN} other kinds")
        yield f"{counted(len(hidden), 'more check')} failed: {', '.join(listed)}"


def _check(result: ScenarioResult, check: CheckResult) -> Iterator[str]:
    scenario = result.scenario
    turn = _planned(scenario, check.turn)
    place = check.place or (turn.place if turn else scenario.place)
    # A check of the whole conversation has a place in the file, a broken contract has none.
    is_whole = check.turn == 0 and check.place is not None
    subject = "the whole conversation" if is_whole else _subject(scenario, check.turn)
    yield f"{place}: {subject}: {check.message}"
    name = f"{check.name}, {check.code}" if check.judged and check.code else check.name
    yield f"{result.excerpt(place) or '     '} [{name}]"
    if check.expected:
        yield from _labelled("expected", check.expected)
    if check.actual:
        yield from _labelled("got", check.actual)
    if check.difference:
        yield from _labelled(check.lines_are, "\n".join(check.difference), MAX_DIFFERENCE)
    if answers := nested_answers(check):
        yield from _labelled(ANSWERS, "\n".join(answers), MAX_DIFFERENCE)


def nested_answers(check: CheckResult) -> tuple[str, ...]:
    """What judges answered to checks inside a red check; the lines of `judge` itself say so."""
    if check.lines_are == ANSWERS or not check.outcome.is_bad:
        return ()
    return tuple(line for judged in check.judged for line in answer_lines(judged))


def _stopped(result: ScenarioResult) -> Iterator[str]:
    scenario, stop = result.scenario, result.transcript.stop
    assert stop is not None  # noqa: S101  # checked by the caller
    turn = _planned(scenario, stop.turn)
    place = turn.place if turn else scenario.place
    first, *details = str(stop.error).splitlines()
    yield f"{place}: {_subject(scenario, stop.turn)}: {first}"
    excerpt = result.excerpt(place)
    yield from (excerpt, *details) if excerpt else details
    played = _turn(result.transcript, stop.turn)
    if played is not None:
        yield from _said(played)
        yield from _curl(next(reversed(played.looked_up or played.exchanges), None))


def _said(turn: Turn) -> Iterator[str]:
    for label, text in said_in_short(turn):
        yield from _labelled(label, text)
    for attempt in (a for e in turn.exchanges if e.response for a in e.response.attempts):
        yield from _labelled("retried", f"{'status ' if attempt.status else ''}{attempt.reason}")


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
