"""One changed reply as a failure is shown."""

from __future__ import annotations

from collections.abc import Iterator

from harness.core import printable
from harness.evaluation.strength import ChangedReply, Fate, RecordedConversation
from harness.reports.labelled_lines import labelled
from harness.scenario import turn_subject

MOST_LINES = 12
"""Lines that are shown behind one label."""


def mutant_screen(conversation: RecordedConversation, changed: ChangedReply) -> str:
    """Where it is, what was changed in which way, and what notices it."""
    return printable("\n".join(_lines(conversation, changed)))


def _lines(conversation: RecordedConversation, changed: ChangedReply) -> Iterator[str]:
    mutant = changed.mutant
    turn = next(one for one in conversation.turns if one.planned.number == mutant.turn)
    place = turn.planned.place
    subject = turn_subject(mutant.turn, turn.planned.id)
    yield f"{place}: {subject}: {mutant.change.value}: {_verdict(mutant.fate)}"
    yield f"{place.excerpt()} [{mutant.id}]"
    before, recorded = turn.answers.turn, turn.answers.reply
    yield from _labelled("user", before.user.display_text or before.user.text)
    for message in recorded.messages:
        yield from _labelled("recorded", message.text)
    after = changed.turn.reply.messages if changed.turn and changed.turn.reply else ()
    if [one.text for one in after] != [one.text for one in recorded.messages]:
        for message in after:
            yield from _labelled("instead", message.text or "(no text)")
    yield from _labelled("at", ", ".join(mutant.paths))
    yield from _labelled("was", mutant.before or "(nothing)")
    yield from _labelled("is", mutant.after or "(nothing)")
    if mutant.reason:
        yield from _labelled("by", mutant.reason)


def _labelled(label: str, text: str) -> Iterator[str]:
    return labelled(label, text.splitlines() or [""], MOST_LINES)


def _verdict(fate: Fate) -> str:
    match fate:
        case Fate.SURVIVED:
            return "no expectation notices it"
        case Fate.KILLED:
            return "the scenario notices it"
        case Fate.CONTRACT:
            return "only the provider's definition notices it"
        case Fate.LEFT_OUT:
            return "it is left out"
