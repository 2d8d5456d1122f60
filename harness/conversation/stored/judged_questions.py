"""What judges were asked and answered, as JSON that answers the same questions again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harness.conversation.opinions import Ballot, JudgedQuestion, Opinion, ProviderAnswer, Vote
from harness.core import Json


def judged_json(judged: JudgedQuestion, *, has_texts: bool = True) -> dict[str, Json]:
    """A question with its answers, without empty values.

    An answer that was read is in its votes; its own text is left out unless it `has_texts`.
    """
    return _without_empty(
        {
            "judge": judged.judge,
            "prompt": judged.prompt,
            "calibration": judged.calibration,
            "agree": judged.agree,
            "seen": judged.seen,
            "criteria": dict(judged.criteria),
            "scale": judged.scale,
            "reference": judged.reference,
            "question": judged.text,
            "answers": [_ballot_json(one, has_text=has_texts) for one in judged.ballots],
        }
    )


def answers_in(checks: Iterable[Mapping[str, Any]]) -> dict[str, ProviderAnswer]:
    """The answers that stored checks contain, by the keys of their questions."""
    return {
        answer["key"]: _answer(answer, is_scale="scale" in judged)
        for check in checks
        for judged in check.get("judged", ())
        for ballot in judged["answers"]
        for answer in _asked(ballot)
    }


def _asked(ballot: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "unread" in ballot:
        yield {**ballot["unread"], "model": ballot.get("model", "")}
    yield ballot


def _ballot_json(ballot: Ballot, *, has_text: bool) -> dict[str, Json]:
    *unread, last = ballot.opinions
    answer = last.answer
    has_text = has_text or not ballot.votes
    return _without_empty(
        {
            "provider": last.question.provider,
            "model": answer.model,
            "sample": ballot.sample,
            **_opinion_json(last),
            "text": answer.text if has_text else "",
            "votes": {name: _vote_json(vote) for name, vote in ballot.votes.items()},
            "code": ballot.code,
            "fault": ballot.fault,
            "failed": bool(answer.code),
            "unread": next(({**_opinion_json(one), "text": one.answer.text} for one in unread), {}),
        }
    )


def _opinion_json(opinion: Opinion) -> dict[str, Json]:
    answer = opinion.answer
    usage: dict[str, Json] = dict(answer.usage or {})
    stored: dict[str, Json] = {
        "key": opinion.question.key,
        "recorded": answer.is_recorded,
        "usage": usage,
    }
    return _without_empty(stored)


def _vote_json(vote: Vote) -> dict[str, Json]:
    return _without_empty(
        {
            "verdict": vote.verdict,
            "level": vote.level,
            "reason": vote.reason,
            "quote": vote.quote,
        }
    )


def _answer(stored: Mapping[str, Any], *, is_scale: bool) -> ProviderAnswer:
    is_failed = stored.get("failed", False)
    text = stored.get("text", "")
    if not text and "votes" in stored:
        votes = {name: _voted(vote, is_scale=is_scale) for name, vote in stored["votes"].items()}
        text = json.dumps({"criteria": votes}, ensure_ascii=False)
    return ProviderAnswer(
        text=text,
        code=stored["code"] if is_failed else "",
        reason=stored.get("fault", "") if is_failed else "",
        model=stored.get("model", ""),
        usage=stored.get("usage"),
        is_recorded=True,
    )


def _voted(vote: Mapping[str, Any], *, is_scale: bool) -> dict[str, Json]:
    """A vote as a judge writes it."""
    said = {"level": vote.get("level")} if is_scale else {"verdict": vote["verdict"]}
    return {"reason": vote.get("reason", ""), "quote": vote.get("quote", ""), **said}


def _without_empty(stored: dict[str, Json]) -> dict[str, Json]:
    return {
        name: value
        for name, value in stored.items()
        if value is not None and value is not False and value not in ("", {}, [])
    }
