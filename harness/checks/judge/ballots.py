"""Asks a judge for its ballots: looks up what each model answered, and reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from harness.checks.judge.criteria import Scale
from harness.checks.judge.judge_question import Evidence, repair_text
from harness.checks.judge.judge_settings import JudgeSettings
from harness.checks.judge.votes import Unreadable, Votes, is_quoted, votes_in
from harness.conversation import Ballot, Opinion, Opinions, Question, Vote
from harness.core import Json, shorten


class Unasked(Exception):
    """A question has no answer yet."""


def ballots_of(
    text: str,
    schema: Mapping[str, Json],
    judge: JudgeSettings,
    opinions: Opinions,
    seen: Evidence,
    scale: Scale | None,
    first: int = 1,
) -> list[Ballot]:
    """The ballot of every sample of every model; samples have numbers from `first` on.

    Raises `Unasked` if a question has no answer.
    """
    questions = [
        Question(provider=provider, text=text, schema=schema, sample=sample, judge=judge.name)
        for provider in judge.providers
        for sample in range(first, first + judge.samples)
    ]
    asked = [_asked(question, opinions) for question in questions]
    if not all(asked):
        raise Unasked
    return [_ballot(one, seen, scale) for one in asked]


def _asked(question: Question, opinions: Opinions) -> tuple[Opinion, ...]:
    """A question with its answer, and the further one if that answer cannot be read.

    Empty if one of them has no answer yet.
    """
    answer = opinions.of(question)
    if answer is None:
        return ()
    first = Opinion(question=question, answer=answer)
    _, fault = _read(first)
    if answer.code or not fault:
        return (first,)
    again = replace(question, text=repair_text(question.text, answer.text, fault))
    answer = opinions.of(again)
    return () if answer is None else (first, Opinion(question=again, answer=answer))


def _read(opinion: Opinion) -> tuple[Votes, str]:
    """The votes in an answer, and why it cannot be read; empty if it can."""
    answer = opinion.answer
    if answer.code:
        return {}, answer.reason
    try:
        return votes_in(answer.text, opinion.question.schema), ""
    except Unreadable as error:
        return {}, str(error)


def _ballot(opinions: tuple[Opinion, ...], seen: Evidence, scale: Scale | None) -> Ballot:
    question, last = opinions[-1].question, opinions[-1].answer
    votes, fault = _read(opinions[-1])
    if len(opinions) > 1 and fault and not last.code:
        fault = f"two answers of the judge cannot be read: {fault}: {shorten(last.text, 200)!r}"
    read = {name: _vote(one, scale) for name, one in votes.items()}
    misquoted = "" if fault else next(_misquoted(read, seen), "")
    return Ballot(
        model=f"{question.provider}{f' ({last.model})' if last.model else ''}",
        sample=question.sample,
        votes=read,
        code=last.code or _fault_code(is_unreadable=bool(fault), is_misquoted=bool(misquoted)),
        fault=fault or misquoted,
        opinions=opinions,
    )


def _fault_code(*, is_unreadable: bool, is_misquoted: bool) -> str:
    """Why an answer does not count; empty if it does."""
    if is_unreadable:
        return "judge-unreadable"
    return "judge-misquoted" if is_misquoted else ""


def _vote(one: Mapping[str, Json], scale: Scale | None) -> Vote:
    reason, quote = str(one["reason"]), str(one["quote"])
    if scale is None:
        return Vote(verdict=str(one["verdict"]), reason=reason, quote=quote)
    level = one["level"]
    if level is None:
        return Vote(verdict="unknown", reason=reason, quote=quote)
    number = int(level)  # type: ignore[arg-type]  # a whole number by the schema
    verdict = "yes" if scale.at_least <= number <= scale.at_most else "no"
    return Vote(verdict=verdict, level=number, reason=reason, quote=quote)


def _misquoted(votes: Mapping[str, Vote], seen: Evidence) -> Iterator[str]:
    for name, vote in votes.items():
        if not is_quoted(vote.quote, seen.texts):
            quote = shorten(vote.quote, 100)
            yield f"for '{name}', the judge quotes {quote!r}, which does not occur there"
