"""What the answers of a judge come to: a verdict, and lines that show how it was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from harness.checks.check import Subject
from harness.checks.judge.criteria import SCALE
from harness.checks.judge.judge_plan import JudgePlan
from harness.checks.judge.votes import counted_votes
from harness.checks.text_forms import listed, text_shown
from harness.checks.verdict import PASS, Finding, Verdict
from harness.conversation import Ballot, JudgedQuestion, Outcome, Vote
from harness.core import shorten, show

_LONGEST_REASON = 300
"""Characters of a reason that a finding shows."""


def verdict_on(plan: JudgePlan, subject: Subject, ballots: Sequence[Ballot]) -> Verdict:
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
    faulty = next((ballot for ballot in ballots if ballot.code), None) if not wrong else None
    told = faulty.fault if faulty is not None else ""
    lines = tuple(answer_lines(plan.judged("", ballots), wrong or open_, told))
    expected = "\n".join(_expected(plan, name) for name in wrong or open_)
    if wrong:
        message = _said_no(plan, subject, wrong, counting)
        finding = Finding(
            message=message, expected=expected, actual=text_shown(subject), lines=lines
        )
        return Verdict(outcome=Outcome.FAILED, finding=finding)
    if faulty is not None:
        return broken(faulty.code, faulty.fault, expected, text_shown(subject), lines)
    total = len(ballots)
    found = "; ".join(f"'{name}' {_tally(counts[name], total)}" for name in open_)
    message = f"the judge '{plan.judge.name}' did not decide: {found}, and {agree} must agree"
    return broken("judge-undecided", message, expected, text_shown(subject), lines)


def uncalibrated(plan: JudgePlan, subject: Subject) -> str:
    """Why the verdict does not count, by the calibration of the judge; empty if it does."""
    judge = plan.judge
    if judge.uncalibrated or not judge.labelled or subject.transcript is None:
        return judge.uncalibrated
    turn = subject.turn.number if subject.turn is not None else 0
    for name, words in plan.criteria.items():
        place = (subject.transcript.scenario, turn, name)
        if words not in judge.labelled.get(place, (words,)) and words not in judge.known_words:
            return (
                f"the judge '{judge.name}' is not calibrated for '{name}': its words changed after"
                f" people labelled it; label it again: harness label {judge.name}"
            )
    return ""


def withheld(reason: str, verdict: Verdict) -> Verdict:
    """A verdict that does not count, with what the judge said."""
    finding = verdict.finding
    if finding is None:
        return broken("judge-uncalibrated", reason)
    return broken(
        "judge-uncalibrated", reason, finding.expected, finding.actual, finding.difference
    )


def _said_no(
    plan: JudgePlan, subject: Subject, wrong: Sequence[str], ballots: Sequence[Ballot]
) -> str:
    who = f"the judge '{plan.judge.name}'"
    if plan.scale is not None:
        levels = [str(vote.level) for vote in _votes(ballots, SCALE) if vote.level is not None]
        return f"{who} gives {subject.name} {listed_plain(levels)}, expected {plan.scale.text}"
    if len(plan.criteria) == 1:
        return f"{who} says that this is not true of {subject.name}"
    if len(wrong) == 1:
        return f"{who} says that '{wrong[0]}' is not true of {subject.name}"
    many = f"{len(wrong)} of {len(plan.criteria)} criteria"
    return f"{who} says that {many} are not true of {subject.name}: {listed(list(wrong))}"


def listed_plain(texts: Sequence[str]) -> str:
    """Texts in a sentence: `3, 4 and 3`."""
    *others, last = texts
    return f"{', '.join(others)} and {last}" if others else last


def _votes(ballots: Sequence[Ballot], name: str) -> Iterator[Vote]:
    yield from (ballot.votes[name] for ballot in ballots if name in ballot.votes)


def _expected(plan: JudgePlan, name: str) -> str:
    """What must be true of a criterion, in one line."""
    if plan.scale is None:
        return f"{name}: {plan.criteria[name]}" if len(plan.criteria) > 1 else plan.criteria[name]
    return f"{plan.scale.text} ({plan.criteria[name]})"


def _tally(count: Mapping[str, int], total: int) -> str:
    said = [f"{number} {verdict}" for verdict, number in count.items() if number]
    unread = total - sum(count.values())
    return ", ".join([*said, *([f"{unread} not counted"] if unread else [])]) or "no answer"


def answer_lines(
    judged: JudgedQuestion, names: Iterable[str] | None = None, told: str = ""
) -> Iterator[str]:
    """What every answer says about some criteria, or all, with its reason and quote.

    Answers of one model that say the same are one line. `told` is a fault that was told before.
    """
    # First, so that it is shown however many lines follow.
    yield f"prompt {judged.prompt}; {judged.calibration or 'not calibrated'}"
    ballots = judged.ballots
    indent = ""
    for name in names if names is not None else judged.criteria:
        if len(ballots) > 1 or len(judged.criteria) > 1:
            counts = counted_votes([ballot for ballot in ballots if not ballot.code], name)
            yield f"{name}: {_tally(counts, len(ballots))}"
            indent = "  "
        same: dict[tuple[str, ...], list[int]] = {}
        for ballot in ballots:
            same.setdefault((ballot.model, *_said_in(ballot, name, told)), []).append(ballot.sample)
        for (model, said, *more), samples in same.items():
            plural = "s" if len(samples) > 1 else ""
            numbers = f"answer{plural} {listed_plain([*map(str, samples)])}"
            yield f"{indent}{model}, {numbers}: {said}"
            yield from (f"{indent}  {line}" for line in more)


def _said_in(ballot: Ballot, name: str, told: str) -> Iterator[str]:
    """What an answer says about a criterion, and what it quotes."""
    if ballot.code:
        is_told = bool(told) and ballot.fault == told
        why = f"[{ballot.code}]" if is_told else shorten(ballot.fault, _LONGEST_REASON)
        yield f"not counted: {why}"
        return
    vote = ballot.votes[name]
    said = vote.verdict if vote.level is None else f"level {vote.level}"
    yield f"{said}: {shorten(vote.reason, _LONGEST_REASON)}"
    if vote.quote:
        yield f"about {show(shorten(vote.quote, _LONGEST_REASON))}"


def broken(
    code: str, reason: str, expected: str = "", actual: str = "", lines: tuple[str, ...] = ()
) -> Verdict:
    """The verdict that a judge could not decide, with its code and the reason."""
    finding = Finding(message=reason, expected=expected, actual=actual, lines=lines)
    return Verdict(outcome=Outcome.BROKEN, finding=finding, code=code)
