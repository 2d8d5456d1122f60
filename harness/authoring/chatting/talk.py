"""What a chat is about: the provider, and what the conversation begins with."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from harness.authoring.chatting.beginning import Beginning
from harness.authoring.chatting.metadata import metadata_of
from harness.core import ConfigurationError, Json, Problem, ScenarioError, Source, quote
from harness.formats.template import compile_template, literal
from harness.project.fitting_providers import unknown_session_keys
from harness.project.plan import Play
from harness.project.project import Project
from harness.providers.catalogue import definition_of
from harness.providers.definition import Definition
from harness.scenario import MatrixRow, Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What every conversation of one chat has in common."""

    project: Project
    scenario: Scenario
    """What it begins with; its id names the journal."""
    row: MatrixRow
    play: Play
    beginning: Beginning | None = None
    metadata: Mapping[str, Json] = field(default_factory=dict)
    """Sent with every message of the person, until the person changes it."""

    @property
    def definition(self) -> Definition:
        """That of the provider. Raises `ConfigurationError` for settings that are wrong."""
        return self.project.provider(
            self.play.provider, credentials=self.scenario.credentials
        ).definition


def provider_named(project: Project, name: str, beginning: Beginning | None) -> str:
    """The provider of a name, or the only one whose definition has this name.

    Without a name, that of the file, of harness.yaml, or the only one. Raises
    `ConfigurationError`.
    """
    config = project.config
    if name in config.providers:
        return name
    if not name:
        named = beginning.scenario.providers if beginning is not None else ()
        known = (*named, *filter(None, (config.provider,)))
        if known or len(config.providers) == 1:
            return known[0] if known else next(iter(config.providers))
        raise _fault("no provider is named", f"write one: {', '.join(config.providers)}")
    using = [one.name for one in config.providers.values() if one.definition == name]
    if len(using) == 1:
        return using[0]
    if using:
        message = f"{quote(name)} is the definition of {len(using)} providers"
        raise _fault(message, f"write one of them: {', '.join(using)}")
    raise ConfigurationError(project.unknown_provider(name))


def talk_of(
    project: Project,
    provider: str,
    beginning: Beginning | None,
    session: Mapping[str, Json],
    metadata: Sequence[str] = (),
) -> Talk:
    """What every conversation of a chat has in common.

    `metadata` are texts `KEY=VALUE`. Raises `AuthoringError` for settings of the provider, and for
    keys of `session` and `metadata`, that are wrong.
    """
    identifier = f"chat-{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}"
    place = Source(path="chat", text="").place()
    if beginning is not None:
        scenario, row = replace(beginning.scenario, id=identifier), beginning.row
    else:
        scenario = Scenario(
            id=identifier, session=compile_template(literal(dict(session))), turns=(), place=place
        )
        row = MatrixRow(name="")
    definition = definition_of(project.config, project.provider_config(provider))
    keys = [
        (key, Source(path="--session", text=f"{key}={value}").place(1, 1, len(key)))
        for key, value in session.items()
    ]
    if problems := list(unknown_session_keys({provider: definition}, keys)):
        raise ScenarioError(problems)
    project.provider(provider, credentials=scenario.credentials)
    file = project.config.scenarios / f"{identifier}.yaml"
    play = Play(file=file, scenario=identifier, provider=provider)
    return Talk(
        project=project,
        scenario=scenario,
        row=row,
        play=play,
        beginning=beginning,
        metadata=metadata_of(metadata, provider, definition),
    )


def _fault(message: str, hint: str) -> ConfigurationError:
    problem = Problem(code="unknown-provider", message=message, where="harness chat", hint=hint)
    return ConfigurationError(problem)
