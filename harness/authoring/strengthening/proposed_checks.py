"""The cheapest checks that would notice the surviving changes of a turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from harness.authoring.strengthening.candidate_checks import Candidate, candidates_for
from harness.checks import BadExpectation, Judge, subject_of
from harness.conversation import Outcome, Reply, Turn
from harness.core import Json, Path, PlayError
from harness.evaluation.strength import (
    Aspect,
    ChangedReply,
    CheapestCheck,
    Fate,
    MeasuredPlay,
    Mutant,
    StrengthMeter,
    seen_reply,
)
from harness.evaluation.strength.json_changes import MOST_FIELDS, at, fields_in, pattern_text
from harness.evaluation.strength.recorded_conversation import CannotMeasure, RecordedTurn
from harness.formats.template import TemplateError, compile_template
from harness.project.plan import Play
from harness.project.vocabulary import Vocabulary
from harness.scenario import Expectation

MOST_CHECKS = 8
"""That are proposed for one turn."""
HARMLESS = 2.0
"""What noticing a harmless change costs, in changes that should be noticed."""
BASE = 4
"""What any check costs, in words."""
OF_FIGURES = 1.5
OF_PAYLOAD = 0.5
"""The worth of a change that no person sees, against one that a person gets."""


class Strengthener:
    """Measures plays, and proposes checks for what survives."""

    def __init__(self, meter: StrengthMeter, vocabulary: Vocabulary) -> None:
        self._meter = meter
        self._vocabulary = vocabulary

    def measured(self, play: Play) -> MeasuredPlay:
        """All mutants of a play, with proposed checks. Raises `AuthoringError`."""
        try:
            conversation = self._meter.conversation(play)
        except CannotMeasure as reason:
            return MeasuredPlay.without(play, reason)
        changes: dict[int, list[ChangedReply]] = {}
        for changed in self._meter.changes(conversation):
            changes.setdefault(changed.mutant.turn, []).append(changed)
        turns = [(turn, changes.get(turn.planned.number, [])) for turn in conversation.turns]
        return self._meter.summed_up(
            conversation,
            tuple(one.mutant for _, ones in turns for one in ones),
            tuple(check for turn, ones in turns for check in self._proposed(turn, ones)),
            tuple(seen_reply(turn, ones) for turn, ones in turns),
        )

    def _proposed(
        self, turn: RecordedTurn, changes: Sequence[ChangedReply]
    ) -> Iterator[CheapestCheck]:
        survivors = [one for one in changes if one.mutant.fate is Fate.SURVIVED]
        if any(not one.mutant.is_harmless for one in survivors):
            checks = list(cheapest_checks(turn, survivors, self._vocabulary))
            yield from sorted(_without_parts(checks), key=lambda one: -len(one.kills))


def cheapest_checks(
    turn: RecordedTurn, survivors: Sequence[ChangedReply], vocabulary: Vocabulary
) -> Iterator[CheapestCheck]:
    """Checks that pass on the recorded reply, and together notice as many survivors as they can.

    The first notices most for what it costs: words that a bot may say otherwise, and harmless
    changes that it would notice.
    """
    made = [(one.mutant, one.turn) for one in survivors if one.turn is not None]
    bad = {mutant.id: turn for mutant, turn in made if not mutant.is_harmless}
    worth = {m.id: 1.0 if m.aspect is Aspect.SAID else OF_PAYLOAD for m, _ in made}
    harmless = [turn for mutant, turn in made if mutant.is_harmless]
    judges = list(_judges(turn, made, vocabulary))
    for _ in range(MOST_CHECKS):
        best: tuple[float, Candidate, tuple[str, ...]] | None = None
        for candidate, notices in judges:
            kills = tuple(name for name, changed in bad.items() if notices(changed))
            lost = sum(map(notices, harmless)) if kills else 0
            gain = sum(worth[name] for name in kills) - HARMLESS * lost
            figure = gain * _preference(candidate) / (_words(candidate[1]) + BASE)
            if gain > 0 and (best is None or figure > best[0]):
                best = figure, candidate, kills
        if best is None:
            return
        _, (name, value), kills = best
        yield CheapestCheck(turn=turn.planned.number, name=name, value=value, kills=kills)
        bad = {one: changed for one, changed in bad.items() if one not in kills}


def _without_parts(checks: list[CheapestCheck]) -> Iterator[CheapestCheck]:
    """The checks without phrases that are a part of another one, which notices what they do."""
    texts = {one.value: one for one in checks if one.name == "contains"}
    for check in checks:
        wholes = [str(value) for value in texts if str(check.value) in str(value)]
        if check.name != "contains" or len(wholes) == 1:
            parts = [one for value, one in texts.items() if str(value) in str(check.value)]
            kills = (name for one in parts for name in one.kills)
            is_whole = check.name == "contains" and len(parts) > 1
            yield replace(check, kills=tuple(kills)) if is_whole else check


def _judges(
    turn: RecordedTurn, made: Sequence[tuple[Mutant, Turn]], vocabulary: Vocabulary
) -> Iterator[tuple[Candidate, Callable[[Turn], bool]]]:
    """The candidates that pass on the recorded reply, each with whether it notices a turn."""
    pairs = [
        (mutant, changed.reply)
        for mutant, changed in made
        if changed.reply is not None and not mutant.is_harmless
    ]
    reply = turn.answers.reply
    for candidate in candidates_for(reply, pairs, _scalars(reply)):
        judge = _compiled(candidate, turn, vocabulary)
        if judge is not None and _passes(judge, turn.answers.turn):
            yield candidate, lambda changed, judge=judge: not _passes(judge, changed)  # type: ignore[misc]  # one a candidate


def _scalars(reply: Reply) -> dict[str, tuple[Path, Json]]:
    """The first place and the value of each scalar field that can be changed, by its path."""
    fields = islice(fields_in(reply.payload).items(), MOST_FIELDS)
    first = {pattern_text(pattern): places[0] for pattern, places in fields}
    values = {path: (place, at(reply.payload, place)) for path, place in first.items()}
    return {
        path: (place, value)
        for path, (place, value) in values.items()
        if isinstance(value, str | int | float | bool)
    }


def _compiled(candidate: Candidate, turn: RecordedTurn, vocabulary: Vocabulary) -> Judge | None:
    name, value = candidate
    try:
        template = compile_template(value)
        expectation = Expectation(name=name, value=template, place=turn.planned.place)
        rendered = template.render({})
        if vocabulary.doubts_of(expectation, rendered):
            return None
        return vocabulary.judge_for(expectation, rendered)
    except (BadExpectation, TemplateError):
        return None


def _passes(judge: Judge, turn: Turn) -> bool:
    try:
        return judge(subject_of(turn, is_recorded=True)).outcome is Outcome.PASSED
    except PlayError:
        return False


def _preference(candidate: Candidate) -> float:
    """How much more a check is worth: figures first, since the bot may not say them otherwise."""
    name, value = candidate
    return OF_FIGURES if name == "contains" and any(map(str.isdigit, str(value))) else 1.0


def _words(value: Json) -> int:
    """How much of a reply a check expects, in words."""
    if isinstance(value, str):
        return len(value.split())
    if isinstance(value, dict):
        return sum(1 + _words(one) for one in value.values())
    return sum(map(_words, value)) if isinstance(value, list) else 1
