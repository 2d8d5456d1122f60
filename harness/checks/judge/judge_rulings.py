"""What the answers of a judge decide about each criterion, and the plan that asks it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.checks.judge.criteria import Scale
from harness.checks.judge.judge_plan import JudgePlan
from harness.checks.judge.judge_question import Evidence
from harness.checks.judge.judge_settings import JudgeSettings
from harness.checks.judge.votes import counted_votes
from harness.conversation import Ballot
from harness.conversation.rulings import NO, YES, JudgedCriterion, Ruling
from harness.core import Json


def rulings_of(plan: JudgePlan, seen: Evidence, ballots: Sequence[Ballot]) -> Iterator[Ruling]:
    """What the answers decide about each criterion."""
    counting = [ballot for ballot in ballots if not ballot.code]
    for name in plan.criteria:
        counts = counted_votes(counting, name)
        verdicts = (one for one in (YES, NO) if counts[one] >= plan.judge.agree)
        yield Ruling(
            judge=plan.judge.name,
            asked=JudgedCriterion(
                criterion=name,
                criteria=plan.criteria,
                scale=None if plan.scale is None else _stored(plan.scale),
                seen=seen.words,
                data=seen.data,
                reference=plan.reference,
            ),
            verdict=next(verdicts, ""),
            answers=tuple("" if ballot.code else ballot.votes[name].verdict for ballot in ballots),
        )


def plan_again(judge: JudgeSettings, asked: JudgedCriterion) -> JudgePlan:
    """The plan that asks a judge what was asked before."""
    return JudgePlan(
        judge=judge,
        criteria=asked.criteria,
        scale=stored_scale(asked.scale) if asked.scale is not None else None,
        reference=asked.reference,
    )


def _stored(scale: Scale) -> Mapping[str, Json]:
    levels: Json = {str(level): scale.levels[level] for level in sorted(scale.levels)}
    return {"levels": levels, "at_least": scale.at_least, "at_most": scale.at_most}


def stored_scale(stored: Mapping[str, Json]) -> Scale:
    """The scale that was asked about."""
    levels, least, most = stored["levels"], stored["at_least"], stored["at_most"]
    return Scale(
        levels={int(level): str(words) for level, words in dict(levels).items()},  # type: ignore[arg-type]  # by the format
        at_least=int(least),  # type: ignore[arg-type]  # as above
        at_most=int(most),  # type: ignore[arg-type]  # as above
    )
