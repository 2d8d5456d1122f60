"""Finds checks of a scenario that no reply can pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.checks import KIND_NAMED, Claim, Options, Subject
from harness.checks.matcher import counts_around, first_complaint
from harness.checks.matchers import compile_count
from harness.conversation import Outcome
from harness.core import Json, Problem
from harness.project.fitting_providers import definitions_for, says
from harness.project.project import Project
from harness.scenario import Expectation, Scenario, Scope, UserTurn, turn_subject

_OF_A_WHOLE = (Claim.PART, Claim.LIMIT, Claim.OTHER)
"""Claims that contradict a check of the whole text."""


def impossible_checks(project: Project, scenario: Scenario) -> Iterator[Problem]:
    """Checks that can never pass, with the reason. Raises `DefinitionError`."""
    for turn in scenario.user_turns:
        checks = [
            one for one in turn.expectations if one.scope is Scope.REPLY and one.value.is_constant
        ]
        yield from _without_messages(project, scenario, turn, checks)
        yield from _against_each_other(project, turn, checks)


def _without_messages(
    project: Project, scenario: Scenario, turn: UserTurn, checks: Sequence[Expectation]
) -> Iterator[Problem]:
    for check in checks:
        if not any(map(_wants_none, _required(check.name, check.constant))):
            continue
        for provider, definition in definitions_for(project, scenario).items():
            if definition.client is None and not says(definition, "may_have_no_message"):
                yield _problem(
                    turn,
                    check,
                    f"a reply of '{provider}' always has a message: its definition reads nothing"
                    " else, so an answer without one is BROKEN",
                    "add 'messages_optional: true' to the 'reply:' of the definition, or remove it",
                )


def _required(name: str, value: Json) -> Iterator[Json]:
    """The values of all checks of messages that must pass, also within `all_of`."""
    if name == "messages":
        yield value
    elif name == "all_of":
        for _, inner, one in KIND_NAMED[name].inner_checks(value):
            yield from _required(inner, one)


def _wants_none(messages: Json) -> bool:
    """Whether a check of messages only accepts that there are none."""
    return isinstance(messages, Mapping) and "count" in messages and _is_none(messages["count"])


def _is_none(count: Json) -> bool:
    """Whether a count only accepts 0."""
    wanted = compile_count(count, Options())
    some = (number for number in counts_around(count) if number)
    return all(first_complaint(wanted, number, ()) for number in some)


def _against_each_other(
    project: Project, turn: UserTurn, checks: Sequence[Expectation]
) -> Iterator[Problem]:
    claims = [(one, KIND_NAMED[one.name].claim) for one in checks if one.name in KIND_NAMED]
    for said, others in ((Claim.WHOLE, _OF_A_WHOLE), (Claim.PART, (Claim.LIMIT,))):
        for first in (one for one, claim in claims if claim is said):
            value = first.constant
            given = value if isinstance(value, list) else [value]
            texts = [one for one in given if isinstance(one, str)]
            for check in (one for one, claim in claims if claim in others):
                judge = project.vocabulary.judge_for(check, check.constant)
                if any(judge(Subject(text=one)).outcome is Outcome.FAILED for one in texts):
                    yield _problem(
                        turn,
                        check,
                        f"'{check.name}' cannot pass together with '{first.name}'",
                        "remove one of the two",
                    )


def _problem(turn: UserTurn, check: Expectation, message: str, hint: str) -> Problem:
    return Problem(
        code="matches-nothing",
        message=message,
        place=check.place,
        subject=turn_subject(turn.number, turn.id),
        hint=hint,
    )
