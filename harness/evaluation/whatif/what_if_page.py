"""The page of `harness whatif`: verdicts side by side, and what each change would flip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from harness.conversation import Outcome
from harness.core import counted, on_one_line, shorten
from harness.core.sections import Section
from harness.evaluation.whatif.verdicts import (
    ABSENT,
    ComparedCheck,
    ComparedConversation,
    Comparison,
    NotJudged,
)

LONGEST = 200
"""Characters of a reason."""
_WORDS = {Outcome.FAILED.value: "FAILED", Outcome.BROKEN.value: "BROKEN"}


def what_if_page(comparison: Comparison, *, only_flips: bool) -> list[Section]:
    """The page. With `only_flips`, only checks whose verdict differs are listed."""
    sections = [
        section
        for one in comparison.conversations
        if (section := _conversation(comparison, one, only_flips=only_flips)).rows
    ]
    if not sections:
        sections.append(Section(title=_nothing(comparison, only_flips=only_flips)))
    sections.append(_summary(comparison))
    if comparison.not_judged:
        sections.append(_not_judged(comparison.not_judged))
    return sections


def _nothing(comparison: Comparison, *, only_flips: bool) -> str:
    return "no verdict changes" if only_flips or not comparison.flips else "nothing to compare"


def _conversation(
    comparison: Comparison, conversation: ComparedConversation, *, only_flips: bool
) -> Section:
    checks = [one for one in conversation.checks if one.flips or not only_flips]
    return Section(
        title=conversation.id,
        heads=("check", "line", *comparison.columns),
        rows=[
            (
                _name(check),
                _place(check, conversation),
                *(_WORDS.get(one, one) for one in check.outcomes),
            )
            for check in checks
        ],
        lines=[line for check in checks for line in _reasons(comparison, check)],
    )


def _name(check: ComparedCheck) -> str:
    return f"turn {check.turn} {check.name}" if check.turn else f"conversation {check.name}"


def _place(check: ComparedCheck, conversation: ComparedConversation) -> str:
    """The line of a check; with its file if that is not the scenario's."""
    is_own = conversation.id.partition("::")[0] == check.file
    line = str(check.line) if is_own else f"{check.file}:{check.line}"
    return line if check.file else ""


def _reasons(comparison: Comparison, check: ComparedCheck) -> Iterator[str]:
    """Why the verdicts that differ are bad, each reason once."""
    told: set[str] = set()
    for column in (0, *check.flips) if check.flips else ():
        reason = shorten(on_one_line(check.messages[column]), LONGEST)
        if reason and reason not in told:
            told.add(reason)
            yield f"{_name(check)}, {comparison.columns[column]}: {reason}"


def _summary(comparison: Comparison) -> Section:
    skipped = f", {comparison.skipped} skipped by their scenario" if comparison.skipped else ""
    lines = [
        f"{name}: {_applied(comparison, name)}"
        f"{_flips(comparison.flips_of(column), 'verdict')}"
        f"{_flips(comparison.conversations_of(column), 'conversation', or_none=False)}"
        for column, name in enumerate(comparison.columns)
        if column
    ]
    return Section(
        title=f"{counted(comparison.judged, 'conversation')} judged{skipped}",
        lines=[*lines, *(f"note: {note}" for note in comparison.notes)],
    )


def _applied(comparison: Comparison, name: str) -> str:
    count = comparison.numbers.get(name)
    return "" if count is None else f"{counted(count, 'check')} judged otherwise, "


def _flips(flips: Counter[tuple[str, str]], noun: str, *, or_none: bool = True) -> str:
    count = sum(flips.values())
    if not count:
        return f"no {noun} changes" if or_none else ""
    kinds = ", ".join(
        f"{number} {_word(before)} → {_word(after)}"
        for (before, after), number in sorted(flips.items())
    )
    verb = "changes" if count == 1 else "change"
    return f"{'' if or_none else '; '}{counted(count, noun)} {verb}: {kinds}"


def _word(outcome: str) -> str:
    return "not made" if outcome == ABSENT else outcome


def _not_judged(conversations: Sequence[NotJudged]) -> Section:
    return Section(
        title=f"{counted(len(conversations), 'conversation')} not judged",
        lines=[f"{one.id}: {on_one_line(one.reason)}" for one in conversations],
    )
