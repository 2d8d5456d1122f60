"""Redacts what models were asked about a conversation, and what they answered.

A test fails for a field that is not handled here.
"""

from __future__ import annotations

from dataclasses import replace

from harness.conversation import Ballot, JudgedQuestion, Opinion
from harness.secrets.redaction import Redactor


def redact_opinion(opinion: Opinion, redactor: Redactor) -> Opinion:
    """What a model was asked and answered, without secrets."""
    question, answer = opinion.question, opinion.answer
    return Opinion(
        question=replace(question, text=redactor.text(question.text)),
        answer=replace(
            answer,
            text=redactor.text(answer.text),
            # A check has read it; a result needs no thousand numbers.
            payload=None,
            reason=redactor.text(answer.reason),
            model=redactor.text(answer.model),
            settings={name: redactor.json(value) for name, value in answer.settings.items()},
        ),
    )


def redact_judged(judged: JudgedQuestion, redactor: Redactor) -> JudgedQuestion:
    """What a judge was asked and answered, without secrets."""
    return replace(
        judged,
        criteria={name: redactor.text(words) for name, words in judged.criteria.items()},
        reference=redactor.text(judged.reference),
        ballots=tuple(_redact_ballot(ballot, redactor) for ballot in judged.ballots),
    )


def _redact_ballot(ballot: Ballot, redactor: Redactor) -> Ballot:
    return replace(
        ballot,
        model=redactor.text(ballot.model),
        fault=redactor.shortened(ballot.fault),
        votes={
            name: replace(vote, reason=redactor.text(vote.reason), quote=redactor.text(vote.quote))
            for name, vote in ballot.votes.items()
        },
        opinions=tuple(redact_opinion(one, redactor) for one in ballot.opinions),
    )
