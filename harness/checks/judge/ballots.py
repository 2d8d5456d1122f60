"""Asks a judge for its ballots: looks up what each model answered, and reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.checks.judge.criteria import Scale
from harness.checks.judge.judge_question import Evidence, repair_text
from harness.checks.judge.judge_settings import JudgeSettings
from harness.checks.judge.votes import Ballot, Unreadable, Vote, is_quoted, votes_in
from harness.conversation import Opinions, ProviderAnswer, Question
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
) -> list[Ballot]:
    """The ballot of every sample of every model. Raises `Unasked`.

    All questions are looked up first, so that all of them can be asked together.
    """
    questions = [
        Question(provider=provider, text=text, schema=schema, sample=sample, judge=judge.name)
        for provider in judge.providers
        for sample in range(1, judge.samples + 1)
    ]
    answers = [opinions.of(question) for question in questions]
    found = list(map(_read, questions, answers))
    repairs = [
        opinions.of(_repair(question, answer, fault))
        for question, answer, (_, fault) in zip(questions, answers, found, strict=True)
        if answer is not None and fault and not answer.code
    ]
    if None in answers or None in repairs:
        raise Unasked
    again = iter(repairs)
    return [
        _ballot(question, answer, next(again) if fault and not answer.code else None, seen, scale)
        for question, answer, (_, fault) in zip(questions, answers, found, strict=True)
        if answer is not None
    ]


Votes = Mapping[str, Mapping[str, Json]]


def _read(question: Question, answer: ProviderAnswer | None) -> tuple[Votes, str]:
    """The votes in an answer, and why it cannot be read; empty if it can."""
    if answer is None or answer.code:
        return {}, answer.reason if answer is not None else ""
    try:
        return votes_in(answer.text, question.schema), ""
    except Unreadable as error:
        return {}, str(error)


def _repair(question: Question, answer: ProviderAnswer, fault: str) -> Question:
    return Question(
        provider=question.provider,
        text=repair_text(question.text, answer.text, fault),
        schema=question.schema,
        sample=question.sample,
        judge=question.judge,
    )


def _ballot(
    question: Question,
    answer: ProviderAnswer,
    repaired: ProviderAnswer | None,
    seen: Evidence,
    scale: Scale | None,
) -> Ballot:
    last = repaired or answer
    votes, fault = _read(question, last)
    if repaired is not None and fault and not last.code:
        fault = f"two answers of the judge cannot be read: {fault}: {shorten(last.text, 200)!r}"
    read = {name: _vote(one, scale) for name, one in votes.items()}
    misquoted = "" if fault else next(_misquoted(read, seen), "")
    code = last.code or _fault_code(is_unreadable=bool(fault), is_misquoted=bool(misquoted))
    model = f"{question.provider}{f' ({last.model})' if last.model else ''}"
    return Ballot(
        model=model, sample=question.sample, votes=read, code=code, fault=fault or misquoted
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
