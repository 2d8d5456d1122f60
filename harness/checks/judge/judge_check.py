"""`judge`: whether a model says that criteria are true of what was said."""

from __future__ import annotations

from collections.abc import Mapping

from harness.checks.check import Judge, Kind, Options, Subject
from harness.checks.judge.ballots import Unasked
from harness.checks.judge.criteria import BUILT_IN
from harness.checks.judge.judge_doubts import doubt_criteria
from harness.checks.judge.judge_finding import broken, uncalibrated, verdict_on, withheld
from harness.checks.judge.judge_plan import plan_of
from harness.checks.judge.judge_question import Sees, seen_by
from harness.checks.judge.judge_rulings import rulings_of
from harness.checks.judge.judge_settings import NO_JUDGES
from harness.checks.verdict import Verdict, skipped
from harness.core import Json


def _compile(value: Json, options: Options) -> Judge:
    plan = plan_of(value, options.judges or NO_JUDGES)
    if plan.scale is None:
        doubt_criteria(plan.criteria, options)

    def judge(subject: Subject) -> Verdict:
        opinions = subject.transcript.opinions if subject.transcript is not None else None
        if opinions is not None and opinions.unasked:
            return skipped(opinions.unasked)
        if opinions is None:
            return broken("judge-failed", "no judge is asked where this check is made")
        seen = seen_by(plan.sees, subject)
        try:
            ballots = plan.ballots(seen, opinions)
        except Unasked:
            return broken("judge-failed", "the judge was not asked")
        opinions.note(plan.judged(seen.words, ballots))
        opinions.rule(rulings_of(plan, seen, ballots))
        verdict = verdict_on(plan, subject, ballots)
        # It was asked, so that people can label what it says.
        reason = uncalibrated(plan, subject)
        return withheld(reason, verdict) if reason else verdict

    return judge


_WORDS: Mapping[str, Json] = {"type": "string", "minLength": 1}
_CRITERIA: Json = {
    "description": "What must be true: a sentence, sentences by name, or built-in criteria.",
    "oneOf": [
        _WORDS,
        {"type": "array", "items": {"enum": [*BUILT_IN]}, "minItems": 1, "uniqueItems": True},
        {"type": "object", "additionalProperties": _WORDS, "minProperties": 1},
    ],
}

JUDGE = Kind(
    name="judge",
    schema={
        "description": (
            "A model, which harness.yaml names under 'judges:', says that this is true."
            " Its answer is recorded; an answer that does not count makes the scenario BROKEN."
        ),
        "examples": [
            "The reply says from which amount shipping is free.",
            {"criteria": ["polite@1", "complete@1"]},
            {"scale": {"1": "rude", "3": "neutral", "5": "warm"}, "at_least": 4},
        ],
        "oneOf": [
            _WORDS,
            {
                "type": "object",
                "additionalProperties": False,
                "minProperties": 1,
                "properties": {
                    "by": {"type": "string", "description": "The judge; else the default one."},
                    "sees": {
                        "enum": [*map(str, Sees)],
                        "description": "What the judge is shown; default: turn.",
                    },
                    "criteria": _CRITERIA,
                    "scale": {
                        "type": "object",
                        "minProperties": 2,
                        "additionalProperties": _WORDS,
                        "description": "Levels by number, with what the lowest and highest mean.",
                    },
                    "at_least": {"type": "integer", "description": "The lowest level that passes."},
                    "at_most": {"type": "integer", "description": "The highest level that passes."},
                    "reference": {**_WORDS, "description": "A reply that would be right."},
                },
            },
        ],
    },
    compile=_compile,
    is_caseless=True,
    asks=True,
    other_words="llm-rubric llm_rubric g-eval model-graded rubric criteria llm",
)
