"""A conversation in lines of text, as the terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from harness.conversation import Turn
from harness.core.printable import on_one_line
from harness.core.source import shorten
from harness.play.result import CheckResult, ScenarioResult

if TYPE_CHECKING:
    from harness.evaluation import Takes

LABEL = 11
LONGEST = 160
"""Characters of a message that are shown."""
RED = "✗"

Line = tuple[str, bool]
"""A line, and whether it tells of something red."""


def conversation_lines(result: ScenarioResult) -> Iterator[Line]:
    """What was said turn by turn, with what is wrong below the turn in which it is."""
    transcript = result.transcript
    bad: dict[int, list[CheckResult]] = {}
    for check in result.checks:
        if check.outcome.is_bad:
            bad.setdefault(check.turn, []).append(check)
    for turn in transcript.turns:
        yield from _said(turn)
        for check in bad.pop(turn.number, ()):
            yield _wrong(check)
    for check in (one for checks in bad.values() for one in checks):
        yield _wrong(check)
    if transcript.stop is not None:
        error = transcript.stop.error
        yield f"    {RED} {_line(error.message)} [{error.code}]", True


def takes_lines(takes: Takes) -> Iterator[Line]:
    """A line for each take, and the conversation of the one that explains the outcome."""
    # Late: only a repeated scenario needs it.
    from harness.reports.takes import takes_listed  # noqa: PLC0415

    for row in takes_listed(takes):
        yield f"  {row}", False
    yield f"    take {takes.shown}", False
    yield from conversation_lines(takes.results[takes.shown - 1])


def _said(turn: Turn) -> Iterator[Line]:
    yield _labelled("user", turn.user.display_text or turn.user.text), False
    if turn.reply is not None:
        for message in turn.reply.messages:
            yield _labelled("assistant", message.text or "(no text)"), False
    elif turn.refusal is not None:
        yield _labelled("refused", turn.refusal.message), False


def _wrong(check: CheckResult) -> Line:
    place = f" {check.place}" if check.place is not None else ""
    return f"    {RED} {check.name}: {_line(check.message)}{place}", True


def _labelled(label: str, text: str) -> str:
    return f"    {label:<{LABEL}}{_line(text)}"


def _line(text: str) -> str:
    return shorten(on_one_line(text), LONGEST)
