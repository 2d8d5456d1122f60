"""Judges the recorded replies of a conversation, as their mutants are judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from harness.conversation import Turn
from harness.evaluation.strength import RecordedConversation
from harness.evaluation.strength.answer_encoding import sent_instead
from harness.evaluation.strength.noticing import Noticing
from harness.evaluation.strength.recorded_conversation import RecordedTurn
from harness.evaluation.strength.turn_answers import contract_of, refusal_of
from harness.project.vocabulary import Vocabulary


def kills_of_unchanged(conversation: RecordedConversation, vocabulary: Vocabulary) -> list[str]:
    """What notices a reply that is read and sent again as it was; every entry is a fault."""
    noticing = Noticing(conversation, vocabulary)
    kills = list(conversation.notes)
    for turn in conversation.turns:
        kills += filter(None, (*_read_again(turn), noticing.noticed(turn.answers.turn)))
        sent = _sent_again(turn)
        kills += filter(None, (noticing.noticed(sent),) if sent is not None else ())
    return kills


def _read_again(turn: RecordedTurn) -> Iterator[str]:
    answers = turn.answers
    for number, answer in enumerate(answers.answers):
        if answers.reply_with(number, answer.payload) != answers.reply:
            yield f"turn {answers.turn.number}: another reply is read"
        yield refusal_of(answer, answer.payload)
        yield from contract_of(answer, answer.payload)


def _sent_again(turn: RecordedTurn) -> Turn | None:
    """The turn whose last answer is written again; None if it is a late one."""
    recorded, answer = turn.answers.turn, turn.answers.answers[-1]
    if answer.step is None or answer.late >= 0 or not recorded.exchanges:
        return None
    last = recorded.exchanges[-1]
    if last.response is None:
        return None
    again = replace(last, response=sent_instead(answer.step, last.response, answer.payload))
    return replace(recorded, exchanges=(*recorded.exchanges[:-1], again))
