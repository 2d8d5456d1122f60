"""Finds what is wrong with a scenario in its project, without playing it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from harness.checks import BadExpectation
from harness.checks.regular_expression import Pattern
from harness.config import unknown_tag
from harness.conversation import Phase
from harness.core import DefinitionError, Place, Problem, did_you_mean, quote
from harness.formats.yaml import Document
from harness.project.fitting_providers import definitions_for, expectations_of, untold_problems
from harness.project.plan import amount_problem
from harness.project.project import Project
from harness.project.verifying_simulation import simulation_problems
from harness.scenario import (
    Credentials,
    Expectation,
    Scenario,
    Scope,
    UserTurn,
    WaiverKind,
    named_in,
    turn_subject,
)
from harness.scenario.names import FEWER_ROWS


def problems_of(
    project: Project, scenario: Scenario, documents: Sequence[Document]
) -> Iterator[Problem]:
    """Names that the project does not have, and expectations that make no sense.

    `documents` are all that the scenario was read from, its own first.
    """
    own = documents[0].source.path
    problems = chain(
        _provider_problems(project, scenario, documents),
        simulation_problems(project, scenario, documents[0]),
        _amount_problems(project, scenario, documents[0]),
        _definition_problems(project, scenario, documents),
        _tag_problems(project, documents),
        _waiver_problems(project, scenario, documents[0]),
        _check_problems(
            project, scenario, {document.source.path: document for document in documents}
        ),
    )
    for problem in problems:
        if problem.place is None or problem.place.source.path == own:
            yield problem
        else:
            subject = ", ".join(filter(None, (problem.subject, f"for {own}")))
            yield replace(problem, subject=subject)


def _provider_problems(
    project: Project, scenario: Scenario, documents: Sequence[Document]
) -> Iterator[Problem]:
    for document in documents:
        named = document.at().get("provider")
        nodes = (named,) if named and not isinstance(named.value, list) else named
        for node in nodes or ():
            if str(node.value) not in project.config.providers:
                yield project.unknown_provider(str(node.value), node.place)
    if not scenario.providers and not project.config.provider:
        yield Problem(
            code="no-provider",
            message="the scenario names no provider, and harness.yaml has no default",
            place=scenario.place,
            hint=f"add 'provider:', one of {', '.join(project.config.providers)}",
        )


def _definition_problems(
    project: Project, scenario: Scenario, documents: Sequence[Document]
) -> Iterator[Problem]:
    """What the definitions of the scenario's providers do not support.

    A definition that is wrong itself is reported by lint, and only breaks plays of its provider.
    """
    try:
        yield from [
            *_credential_problems(project, scenario, documents),
            *_history_problems(project, scenario),
            *untold_problems(project, scenario, documents),
        ]
    except DefinitionError:
        project.lacks_definitions = True


def _credential_problems(
    project: Project, scenario: Scenario, documents: Sequence[Document]
) -> Iterator[Problem]:
    """Other credentials for providers that have none."""
    if scenario.credentials is Credentials.VALID:
        return
    definitions = definitions_for(project, scenario).values()
    settings = [setting for definition in definitions for setting in definition.settings.values()]
    if not definitions or any(setting.is_secret for setting in settings):
        return
    nodes = (document.at().get("credentials") for document in documents)
    place = next((node.place for node in nodes if node is not None), scenario.place)
    yield Problem(
        code="no-effect",
        message="no setting of the provider is a secret, so there are no credentials to change",
        place=place,
        hint="remove it, or write 'secret: true' for the setting in the definition",
    )


def _amount_problems(project: Project, scenario: Scenario, document: Document) -> Iterator[Problem]:
    """More conversations than can be planned."""
    takes = scenario.repeat.takes if scenario.repeat else 1
    providers = project.providers_of(scenario.providers, ())
    message = amount_problem(len(scenario.rows), takes, len(providers))
    if message:
        place = document.at("scenario").place
        yield Problem(code="too-many-conversations", message=message, place=place, hint=FEWER_ROWS)


def _history_problems(project: Project, scenario: Scenario) -> Iterator[Problem]:
    """Uses of a provider's own record that its definition does not say how to get."""
    places = [place for turn in scenario.user_turns for place in _looks_at_history(turn)]
    for name, definition in definitions_for(project, scenario).items() if places else ():
        if definition.client is None and not definition.phases[Phase.HISTORY]:
            turn, place = places[0]
            yield Problem(
                code="no-history",
                message=f"the definition of the provider '{name}' has no history",
                place=place,
                subject=turn_subject(turn.number, turn.id),
                hint="add 'history' steps to the definition, or remove the check",
            )


def _looks_at_history(turn: UserTurn) -> Iterator[tuple[UserTurn, Place]]:
    yield from (
        (turn, expectation.place)
        for expectation in turn.expectations
        if expectation.scope is Scope.HISTORY
    )
    yield from ((turn, capture.place) for capture in turn.captures.values() if capture.history)


def _tag_problems(project: Project, documents: Sequence[Document]) -> Iterator[Problem]:
    known = project.config.tags
    for node in (tag for document in documents for tag in document.at().get("tags") or ()):
        if known is not None and node.value not in known:
            yield unknown_tag(str(node.value), known, place=node.place)


def _waiver_problems(project: Project, scenario: Scenario, document: Document) -> Iterator[Problem]:
    """Providers and rows that a `when:` names and that do not exist."""
    rows = [row.name for row in scenario.rows if row.name]
    played = project.providers_of(scenario.providers, ())
    always = {waiver.kind for waiver in scenario.waivers if not waiver.is_conditional}
    if WaiverKind.SKIP in always and len(scenario.waivers) > 1:
        yield Problem(
            code="no-effect",
            message="the scenario is always skipped, so 'xfail:' never applies",
            place=document.at(WaiverKind.XFAIL.value).key_place,
            hint="keep one of them, or write 'when:' it is skipped",
        )
    for waiver in scenario.waivers:
        for key, node in named_in(document.at(waiver.kind.value)):
            name = str(node.value)
            if key == "provider" and name not in project.config.providers:
                yield project.unknown_provider(name, node.place)
            elif key == "provider" and name not in played:
                yield Problem(
                    code="no-effect",
                    message=f"the scenario is not played against {quote(name)}",
                    place=node.place,
                    hint=f"played against: {', '.join(played)}",
                )
            if key == "row" and name not in rows:
                yield Problem(
                    code="unknown-row",
                    message=f"the scenario has no row {quote(name)}",
                    place=node.place,
                    hint=did_you_mean(name, rows) or "rows are made by 'matrix:'",
                )


def _check_problems(
    project: Project, scenario: Scenario, documents: Mapping[str, Document]
) -> Iterator[Problem]:
    """What is wrong with expectations, whatever the reply: patterns, paths, names of schemas."""
    for turn in scenario.user_turns:
        for capture in turn.captures.values():
            try:
                Pattern(capture.matches)
            except BadExpectation as error:
                yield _wrong(error, capture.place, turn_subject(turn.number, turn.id))
    for subject, expectation in _constant_checks(scenario):
        try:
            project.vocabulary.judge_for(expectation, expectation.constant)
        except BadExpectation as error:
            place = _place_of(error, expectation, documents[expectation.place.source.path])
            yield _wrong(error, place, subject)


def _wrong(error: BadExpectation, place: Place, subject: str) -> Problem:
    return Problem(
        code=error.code, message=error.message, place=place, subject=subject, hint=error.hint
    )


def _constant_checks(scenario: Scenario) -> Iterator[tuple[str, Expectation]]:
    """The expectations whose value is known before they are played; see `expectations_of`."""
    return (check for check in expectations_of(scenario) if check[1].value.is_constant)


def doubts_about(project: Project, scenario: Scenario) -> Iterator[Problem]:
    """Checks that cannot fail on anything that a bot is likely to say.

    The scenario has no problems. Values that are only known when it is played are left out.
    """
    for subject, expectation in _constant_checks(scenario):
        for doubt in project.vocabulary.doubts_of(expectation, expectation.constant):
            if isinstance(doubt, Problem):
                yield replace(doubt, place=doubt.place or expectation.place)
                continue
            yield Problem(
                code="cannot-fail",
                message=f"'{expectation.name}' almost always passes: {doubt.message}",
                place=expectation.place,
                subject=subject,
                hint=doubt.hint,
            )


def _place_of(error: BadExpectation, expectation: Expectation, document: Document) -> Place:
    """The place of an error in a check's value: an unknown name, or else the value."""
    path = (*expectation.path, *error.path)
    is_name = bool(error.path) and (error.is_of_key or error.code in _NAMES)
    return document.key_place(path) if is_name else document.place(path)


_NAMES = ("unknown-check", "unknown-key", "unknown-matcher", "invalid-path")
"""Codes of errors about a key, not about its value."""
