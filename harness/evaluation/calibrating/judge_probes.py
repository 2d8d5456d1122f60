"""Tries how easily a judge changes its mind: asks the same in another way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import cycle

from harness.conversation.rulings import NO, YES, JudgedCriterion
from harness.core import Json, value_class
from harness.evaluation.calibrating.asking_again import AskingAgain
from harness.statistics.intervals import TakeCounts

PADDING = (
    "I am glad to help you with this.",
    "Please take your time to read it.",
    "If there is anything else, just write to me here.",
    "I am here for you at any time of the day.",
)
"""Sentences that add nothing; repeated until a reply has twice its length."""
NEGATION = "This is not true: {}"


@value_class(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """How often a judge changed its mind, asked in another way."""

    name: str
    meaning: str
    """What a change means, in a few words."""
    changed: TakeCounts
    """How many verdicts were not as they must be, of those that were decided both times."""
    undecided: int
    """How many were not decided, or not asked."""
    reason: str = ""
    """Why nothing could be tried; empty if something was."""


def run_probes(asking: AskingAgain, questions: Iterable[JudgedCriterion]) -> list[ProbeResult]:
    """Ask each question in every way."""
    asked = tuple(questions)
    return [
        _tried(
            asking,
            "order of criteria",
            "the verdict changed",
            asked,
            _reversed_order,
            reason="every question has one criterion",
        ),
        _tried(asking, "reply of double length", "the verdict changed", asked, _padded),
        _tried(asking, "criterion negated", "the verdict stayed", asked, _negated, turns=True),
        _tried(asking, "same question again", "the verdict changed", asked, _same, again=True),
    ]


def _tried(  # noqa: PLR0913  # what a probe is
    asking: AskingAgain,
    name: str,
    meaning: str,
    questions: Sequence[JudgedCriterion],
    other: Callable[[JudgedCriterion], JudgedCriterion | None],
    *,
    turns: bool = False,
    again: bool = False,
    reason: str = "it fits no question",
) -> ProbeResult:
    """One probe. With `turns`, the verdict must be the other one."""
    tried = [(one, changed) for one in questions if (changed := other(one)) is not None]
    undecided = wrong = decided = 0
    for before, after in tried:
        first, second = asking.ruling(before), asking.ruling(after, again=again)
        if first is None or second is None or not (first.verdict and second.verdict):
            undecided += 1
            continue
        decided += 1
        wrong += (first.verdict == second.verdict) is turns
    return ProbeResult(
        name=name,
        meaning=meaning,
        changed=TakeCounts(wrong, decided),
        undecided=undecided,
        reason="" if tried else reason,
    )


def _same(asked: JudgedCriterion) -> JudgedCriterion:
    return asked


def _reversed_order(asked: JudgedCriterion) -> JudgedCriterion | None:
    if len(asked.criteria) == 1:
        return None
    return replace(asked, criteria=dict(reversed([*asked.criteria.items()])))


def _negated(asked: JudgedCriterion) -> JudgedCriterion | None:
    if asked.scale is not None:
        return None
    words = NEGATION.format(asked.words)
    return replace(asked, criteria={**asked.criteria, asked.criterion: words})


def _padded(asked: JudgedCriterion) -> JudgedCriterion | None:
    """The same about a last reply that is twice as long; None if there is no text."""
    data = _with_padding(asked.data)
    return None if data is None else replace(asked, data=data)


def _with_padding(data: Json) -> Json:
    if not isinstance(data, dict):
        return None
    if isinstance(turns := data.get("turns"), list):
        last = _with_padding(turns[-1]) if turns else None
        return None if last is None else {**data, "turns": [*turns[:-1], last]}
    reply = data.get("reply")
    if not isinstance(reply, dict) or not reply.get("text"):
        return None
    text = str(reply["text"])
    return {**data, "reply": {**reply, "text": " ".join((text, *_sentences(len(text))))}}


def _sentences(length: int) -> Iterator[str]:
    """Sentences with at least so many characters."""
    sentences = cycle(PADDING)
    while length > 0:
        sentence = next(sentences)
        yield sentence
        length -= len(sentence) + 1


def probed(questions: Iterable[tuple[JudgedCriterion, str]], count: int) -> list[JudgedCriterion]:
    """So many questions, of which each has a verdict: half yes and half no, as far as possible."""
    by_verdict: dict[str, list[JudgedCriterion]] = {YES: [], NO: []}
    for asked, verdict in questions:
        if verdict in by_verdict:
            by_verdict[verdict].append(asked)
    of_no = by_verdict[NO][: max(count // 2, count - len(by_verdict[YES]))]
    return [*by_verdict[YES][: count - len(of_no)], *of_no]
