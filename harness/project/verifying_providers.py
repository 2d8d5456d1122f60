"""What is wrong with the providers of a project, told without asking them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.config import FILE_NAME, ProviderConfig
from harness.core.errors import AuthoringError, DefinitionError, Problem
from harness.project.project import Project
from harness.providers.catalogue import SUFFIX, definition_of, installed
from harness.providers.definition_doubts import definition_doubts
from harness.providers.provider import setting_problems


def project_problems(project: Project) -> Iterator[Problem]:
    """What is wrong with harness.yaml and with every provider in it."""
    config = project.config
    if config.schemas != config.root / "schemas" and not config.schemas.is_dir():
        message = f"'schemas' names '{config.shown(config.schemas)}', and there is no such folder"
        yield Problem(code="no-such-file", message=message, where=FILE_NAME)
    for provider in config.providers.values():
        try:
            definition = definition_of(config, provider)
        except AuthoringError as error:
            yield from error.problems
            continue
        yield from setting_problems(provider, definition)


def provider_doubts(project: Project) -> Iterator[Problem]:
    """What may have no effect, or not the one that is meant."""
    most = project.config.concurrency
    for config in project.config.providers.values():
        if config.concurrency is not None and config.concurrency > most:
            yield Problem(
                code="no-effect",
                message=f"{config.concurrency} conversations at once are never reached:"
                f" 'concurrency' of harness.yaml is {most} over all providers",
                place=config.node.at("concurrency").place,
                subject=f"provider {config.name}",
            )
        yield from doubts_on(project, config)


def doubts_on(project: Project, config: ProviderConfig) -> Iterator[Problem]:
    """What may have no effect in the definition of one provider.

    Of a definition that an installed package brings, nothing is told: its authors see to it.
    """
    name = config.definition
    folder = project.config.root / name
    if name not in installed() and (folder / "provider.yaml").is_file():
        yield from doubts_in(project, folder.resolve())
    elif name.endswith(SUFFIX) and folder.is_file():
        # Late: only lint and checks of providers ask.
        from harness.providers.class_file import class_doubts  # noqa: PLC0415

        try:
            yield from class_doubts(folder.resolve(), name)
        except DefinitionError:
            return


def doubts_in(project: Project, folder: Path) -> Iterator[Problem]:
    """What may have no effect in the definition in a folder."""
    yield from definition_doubts(folder, project.config.shown(folder))
