"""Finds what is wrong with the simulated user of a scenario in its project."""

from __future__ import annotations

from collections.abc import Iterator

from harness.core import DefinitionError, Problem, quote
from harness.formats.yaml import Document
from harness.project.fitting_providers import expectations_of
from harness.project.project import Project
from harness.providers.catalogue import definition_of
from harness.scenario import Scenario, Scope

_ON_SOCKET = frozenset(("socket", "frame", "receive"))
"""Kinds of steps that use a WebSocket."""


def simulation_problems(
    project: Project, scenario: Scenario, document: Document
) -> Iterator[Problem]:
    """A provider that cannot be asked, and checks that cannot decide what a user does."""
    simulation = scenario.simulation
    if simulation is None:
        return
    if simulation.by:
        yield from _model_problems(project, simulation.by, document)
    for subject, expectation in expectations_of(scenario):
        kind = project.vocabulary.kinds_of(expectation.scope).get(expectation.name)
        is_known = expectation.value.is_constant or (kind is not None and kind.asks)
        if (
            expectation.scope is Scope.SIMULATE
            and is_known
            and project.vocabulary.asks(expectation)
        ):
            yield Problem(
                code="not-checked",
                message=f"'{expectation.name}' asks a model, which cannot decide what a user does",
                place=expectation.place,
                subject=subject,
                hint="use checks on the reply itself, and the judge in the scenario's 'expect:'",
            )


def _model_problems(project: Project, by: str, document: Document) -> Iterator[Problem]:
    place = document.at("simulate", "by").place
    config = project.config.providers.get(by)
    if config is None:
        yield project.unknown_provider(by, place)
        return
    try:
        definition = definition_of(project.config, config)
    except DefinitionError:
        # Lint reports what is wrong with it.
        project.lacks_definitions = True
        return
    if any(step.kind in _ON_SOCKET for step in definition.steps):
        yield Problem(
            code="wrong-value",
            message=f"{quote(by)} uses a WebSocket, over which the model of a user cannot be asked",
            place=place,
            subject="simulate",
            hint="name a provider that is asked over HTTP",
        )
