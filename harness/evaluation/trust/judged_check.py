"""A check of a scenario, with everything that it judged in a conversation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from harness.checks.finder import finder
from harness.conversation import Outcome
from harness.core import Json, Place
from harness.evaluation.strength import RecordedConversation
from harness.formats.template import TemplateError
from harness.play.judged_subjects import JudgedSubject, judged_in
from harness.play.judging import verdict_of
from harness.project.vocabulary import Vocabulary
from harness.scenario import Expectation, Scenario, Scope, UserTurn, turn_subject
from harness.scenario.check_place import CheckPlace, place_of_check

_OF_NONE = frozenset(("none",))
_OF_ORDER = frozenset(("unique", "sorted"))


@dataclass(slots=True, kw_only=True)
class JudgedCheck:
    """A check of a scenario, in one conversation."""

    expectation: Expectation
    subject: str
    """The turn in the reader's terms; empty for the whole conversation."""
    in_history: CheckPlace
    """What a history of runs knows it by."""
    judged: list[JudgedSubject] = field(default_factory=list)
    """What it judged."""
    has_run: bool = False
    skipped: str = ""
    """Why it was skipped."""
    can_fail: bool = False
    """Whether it fails for another reply."""

    @property
    def place(self) -> Place:
        """Of its name."""
        return self.expectation.place

    @property
    def name(self) -> str:
        """As results have it."""
        return self.expectation.result_name


def judged_checks(
    conversation: RecordedConversation, vocabulary: Vocabulary
) -> dict[str, JudgedCheck]:
    """The checks of a conversation by their places, in the order of its results."""
    planned = {turn.number: turn for turn in conversation.scenario.user_turns}
    checks: dict[str, JudgedCheck] = {}
    for one in judged_in(conversation.scenario, conversation.result.transcript):
        turn = planned.get(one.turn.number)
        is_of_turn = turn is not None and one.expectation.scope not in (Scope.NEVER, Scope.ALWAYS)
        subject = turn_subject(turn.number, turn.id) if turn is not None and is_of_turn else ""
        check = checks.setdefault(
            str(one.expectation.place),
            JudgedCheck(
                expectation=one.expectation,
                subject=subject,
                in_history=_in_history(conversation.scenario, turn, one),
            ),
        )
        check.judged.append(one)
        verdict = verdict_of(one, vocabulary)
        if verdict.outcome is Outcome.SKIPPED:
            check.skipped = check.skipped or verdict.reason
        else:
            check.has_run = True
    return checks


def _in_history(scenario: Scenario, turn: UserTurn | None, judged: JudgedSubject) -> CheckPlace:
    expectation = judged.expectation
    path, own = expectation.place.source.path, scenario.place.source.path
    place = place_of_check(
        expectation.path,
        judged.turn.number,
        turn.id if turn is not None else "",
        path if path != own else "",
    )
    return CheckPlace(scenario.id, place, expectation.result_name)


def value_of(judged: JudgedSubject) -> Json:
    """The value of an expectation, with its variables filled in; None if one is missing."""
    try:
        value: Json = judged.expectation.value.render(judged.turn.variables)
    except TemplateError:
        return None
    return value


def vain_paths(check: JudgedCheck) -> list[str]:
    """The paths of a check of JSON at which it only judged lists that pass in any case.

    Nothing is in an empty list, and a list of one item is sorted and has no item twice.
    """
    first, *others = [list(_vain(one)) for one in check.judged] or [[]]
    return [path for path in first if all(path in paths for paths in others)]


def _vain(judged: JudgedSubject) -> Iterator[str]:
    value = value_of(judged)
    if judged.expectation.name != "json" or not isinstance(value, Mapping):
        return
    for path, wanted in value.items():
        if not isinstance(wanted, Mapping) or not wanted.keys() <= _OF_NONE | _OF_ORDER:
            continue
        if any(wanted[key] is False for key in wanted):
            continue
        where = finder(path)
        nodes = [one for _, one in where.find(judged.subject.payload)]
        items = nodes[0] if where.is_single and nodes else nodes
        if isinstance(items, list | tuple) and len(items) <= (not wanted.keys() & _OF_NONE):
            yield path
