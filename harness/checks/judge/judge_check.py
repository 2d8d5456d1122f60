"""`judge`: whether a model says that criteria are true of what was said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.checks.arguments import OptionalKeys, unlike
from harness.checks.check import BadExpectation, Judge, Kind, Options, Subject
from harness.checks.judge.ballots import Unasked, ballots_of
from harness.checks.judge.criteria import BUILT_IN, SCALE, Scale, criteria_of, scale_of
from harness.checks.judge.judge_doubts import doubt_criteria
from harness.checks.judge.judge_question import Sees, answer_schema, question_text, seen_by
from harness.checks.judge.judge_settings import (
    NO_JUDGES,
    Judges,
    JudgeSettings,
    Prompt,
    built_in_prompt,
)
from harness.checks.judge.votes import Ballot, Vote, counted_votes
from harness.checks.text_forms import listed, text_shown
from harness.checks.verdict import PASS, Finding, Verdict, skipped
from harness.conversation import Outcome
from harness.core import Json, did_you_mean, quote, shorten, show, value_class

_KEYS = ("by", "sees", "criteria", "scale", "at_least", "at_most", "reference")
_SCALE_PROMPT = "scale@1"
_LONGEST_REASON = 300
"""Characters of a reason that a finding shows."""


@value_class(frozen=True, slots=True, kw_only=True)
class _JudgePlan:
    """A `judge` check, as it was read."""

    judge: JudgeSettings
    sees: Sees
    criteria: Mapping[str, str]
    """By name; for a scale, one whose words are its levels."""
    scale: Scale | None
    reference: str

    @property
    def prompt(self) -> Prompt:
        return self.judge.prompt if self.scale is None else built_in_prompt(_SCALE_PROMPT)


def _compile(value: Json, options: Options) -> Judge:
    plan = _read(value, options.judges or NO_JUDGES)
    if plan.scale is None:
        doubt_criteria(plan.criteria, options)
    names = list(plan.criteria)
    schema = answer_schema(names, plan.scale)

    def judge(subject: Subject) -> Verdict:
        opinions = subject.transcript.opinions if subject.transcript is not None else None
        if opinions is not None and opinions.unasked:
            return skipped(opinions.unasked)
        if plan.judge.uncalibrated:
            return _broken("judge-uncalibrated", plan.judge.uncalibrated)
        if opinions is None:
            return _broken("judge-failed", "no judge is asked where this check is made")
        seen = seen_by(plan.sees, subject)
        criteria = plan.scale or plan.criteria
        text = question_text(plan.prompt.text, seen, criteria, names, plan.reference)
        try:
            ballots = ballots_of(text, schema, plan.judge, opinions, seen, plan.scale)
        except Unasked:
            return _broken("judge-failed", "the judge was not asked")
        return _verdict(plan, subject, ballots)

    return judge


def _verdict(plan: _JudgePlan, subject: Subject, ballots: Sequence[Ballot]) -> Verdict:
    """Passed if enough answers say yes to every criterion, failed if they say no to one.

    An answer that could not be read, or whose quote does not occur, says nothing.
    """
    counting = [ballot for ballot in ballots if not ballot.code]
    counts = {name: counted_votes(counting, name) for name in plan.criteria}
    agree = plan.judge.agree
    wrong = [name for name, count in counts.items() if count["no"] >= agree]
    open_ = [name for name in counts if max(counts[name]["yes"], counts[name]["no"]) < agree]
    if not wrong and not open_:
        return PASS
    lines = tuple(_lines(plan, ballots, counts, wrong or open_))
    expected = "\n".join(_expected(plan, name) for name in wrong or open_)
    if wrong:
        message = _said_no(plan, subject, wrong, counting)
        finding = Finding(
            message=message, expected=expected, actual=text_shown(subject), lines=lines
        )
        return Verdict(outcome=Outcome.FAILED, finding=finding)
    faulty = next((ballot for ballot in ballots if ballot.code), None)
    if faulty is not None:
        return _broken(faulty.code, faulty.fault, expected, text_shown(subject), lines)
    total = len(ballots)
    found = "; ".join(f"'{name}' {_tally(counts[name], total)}" for name in open_)
    message = f"the judge '{plan.judge.name}' did not decide: {found}, and {agree} must agree"
    return _broken("judge-undecided", message, expected, text_shown(subject), lines)


def _said_no(
    plan: _JudgePlan, subject: Subject, wrong: Sequence[str], ballots: Sequence[Ballot]
) -> str:
    who = f"the judge '{plan.judge.name}'"
    if plan.scale is not None:
        levels = [str(vote.level) for vote in _votes(ballots, SCALE) if vote.level is not None]
        return f"{who} gives {subject.name} {listed_plain(levels)}, expected {plan.scale.text}"
    if len(plan.criteria) == 1:
        return f"{who} says that this is not true of {subject.name}"
    many = f"{len(wrong)} of {len(plan.criteria)} criteria"
    return f"{who} says that {many} are not true of {subject.name}: {listed(list(wrong))}"


def listed_plain(texts: Sequence[str]) -> str:
    """Texts in a sentence: `3, 4 and 3`."""
    *others, last = texts
    return f"{', '.join(others)} and {last}" if others else last


def _votes(ballots: Sequence[Ballot], name: str) -> Iterator[Vote]:
    yield from (ballot.votes[name] for ballot in ballots if name in ballot.votes)


def _expected(plan: _JudgePlan, name: str) -> str:
    """What must be true of a criterion, in one line."""
    if plan.scale is None:
        return f"{name}: {plan.criteria[name]}" if len(plan.criteria) > 1 else plan.criteria[name]
    return f"{plan.scale.text} ({plan.criteria[name]})"


def _tally(count: Mapping[str, int], total: int) -> str:
    said = [f"{number} {verdict}" for verdict, number in count.items() if number]
    unread = total - sum(count.values())
    return ", ".join([*said, *([f"{unread} not counted"] if unread else [])]) or "no answer"


def _lines(
    plan: _JudgePlan,
    ballots: Sequence[Ballot],
    counts: Mapping[str, Mapping[str, int]],
    names: Sequence[str],
) -> Iterator[str]:
    """What every answer says about some criteria, with its reason and quote."""
    for name in names:
        if len(ballots) > 1 or len(plan.criteria) > 1:
            yield f"{name}: {_tally(counts[name], len(ballots))}"
        for ballot in ballots:
            who = f"{ballot.model}, answer {ballot.sample}"
            if ballot.code:
                yield f"  {who}: not counted, {shorten(ballot.fault, _LONGEST_REASON)}"
                continue
            vote = ballot.votes[name]
            said = vote.verdict if vote.level is None else f"level {vote.level}"
            yield f"  {who}: {said}: {shorten(vote.reason, _LONGEST_REASON)}"
            if vote.quote:
                yield f"    about {show(shorten(vote.quote, _LONGEST_REASON))}"
    calibration = plan.judge.calibration or "not calibrated"
    yield f"prompt {plan.prompt.name}; {calibration}"


def _broken(
    code: str, reason: str, expected: str = "", actual: str = "", lines: tuple[str, ...] = ()
) -> Verdict:
    finding = Finding(message=reason, expected=expected, actual=actual, lines=lines)
    return Verdict(outcome=Outcome.BROKEN, finding=finding, code=code)


def _read(value: Json, judges: Judges) -> _JudgePlan:
    if isinstance(value, str):
        value = {"criteria": value}
    if not isinstance(value, Mapping):
        raise unlike(value, "a sentence, or a mapping with 'criteria' or 'scale'")
    parts = OptionalKeys(value, _KEYS)
    criteria = parts.make("criteria", criteria_of)
    if (criteria is None) == ("scale" not in value):
        message = "'judge' takes either 'criteria' or 'scale'"
        hint = "write what must be true, as 'criteria: {name: sentence}'"
        raise BadExpectation("wrong-value" if criteria else "missing-key", message, hint)
    scale = None
    if criteria is None:
        scale = scale_of(value["scale"], value.get("at_least"), value.get("at_most"))
        words = ", ".join(f"{level} {scale.levels[level]}" for level in sorted(scale.levels))
        criteria = {SCALE: words}
    else:
        for key in ("at_least", "at_most"):
            if key in value:
                message = f"'{key}' is about levels, but there is no 'scale'"
                raise BadExpectation("no-effect", message, "remove it", (key,), is_of_key=True)
    sees = parts.make("sees", _sees) or Sees.TURN
    if sees is not Sees.CONVERSATION and BUILT_IN["remembers@1"] in criteria.values():
        message = "'remembers@1' compares with what was said before"
        raise BadExpectation("wrong-value", message, "add 'sees: conversation'")
    return _JudgePlan(
        judge=parts.make("by", lambda name: _named(name, judges)) or _default(judges),
        sees=sees,
        criteria=criteria,
        scale=scale,
        reference=parts.make("reference", _reference) or "",
    )


def _sees(value: Json) -> Sees:
    try:
        return Sees(str(value))
    except ValueError as error:
        hint = did_you_mean(str(value), list(Sees))
        raise BadExpectation("wrong-value", f"a judge cannot see {show(value)}", hint) from error


def _reference(value: Json) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise unlike(value, "a text that would be right")


def _named(name: Json, judges: Judges) -> JudgeSettings:
    found = judges.named.get(str(name))
    if found is not None:
        return found
    hint = did_you_mean(str(name), judges.named) or "add it under 'judges:' in harness.yaml"
    raise BadExpectation("no-judge", f"there is no judge {quote(str(name))}", hint)


def _default(judges: Judges) -> JudgeSettings:
    if judges.default:
        return judges.named[judges.default]
    if judges.named:
        hint = f"write 'by: {next(iter(judges.named))}', or 'judge: NAME' in harness.yaml"
        raise BadExpectation("no-judge", "the check does not name one of several judges", hint)
    raise BadExpectation(
        "no-judge",
        "the project has no judge that could be asked",
        "add 'judges: {careful: {provider: NAME}}' to harness.yaml",
    )


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
