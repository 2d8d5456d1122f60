"""Tries what a scenario says of a bot that only repeats the user's words."""

from __future__ import annotations

from dataclasses import replace

from harness.conversation import Turn
from harness.core import ProtocolError
from harness.evaluation.strength.answer_encoding import NotEncodable, as_sent
from harness.evaluation.strength.mutant import Mutator
from harness.evaluation.strength.noticing import Noticing
from harness.evaluation.strength.recorded_conversation import RecordedTurn
from harness.evaluation.strength.reply_changes import drafts_of
from harness.evaluation.strength.text_changes import NOT_UNDERSTOOD
from harness.evaluation.strength.turn_answers import contract_of, refusal_of


def echo_passes(turn: RecordedTurn, noticing: Noticing) -> bool:
    """Whether a wrong reply is noticed, but not one that is the user's own message.

    False if the bot did answer with that message, and if the definition cannot read such replies.
    """
    said, reply = turn.answers.turn.user.text, turn.answers.reply.text
    if not said.strip() or said.strip() == reply.strip():
        return False
    echo, wrong = _saying(turn, said), _saying(turn, NOT_UNDERSTOOD)
    if echo is None or wrong is None:
        return False
    return bool(noticing.noticed(wrong)) and not noticing.noticed(echo)


def _saying(turn: RecordedTurn, text: str) -> Turn | None:
    """The turn with another text in its reply; None if it has no text, or cannot be read so."""
    for number, answer in enumerate(turn.answers.answers):
        try:
            drafts = drafts_of(answer, text)
            draft = next((one for one in drafts if one.change is Mutator.OTHER_REPLY), None)
            if draft is None:
                continue
            payload = draft.payload
            if answer.step is not None and answer.late < 0:
                payload = as_sent(answer.step, answer.payload, payload)
            if refusal_of(answer, payload) or contract_of(answer, payload):
                return None
            reply = turn.answers.reply_with(number, payload)
        except (NotEncodable, ProtocolError):
            return None
        return replace(turn.answers.turn, reply=reply)
    return None
