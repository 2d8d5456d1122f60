"""Finds what is wrong or doubtful about the providers of a project, without calling them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from harness.config import FILE_NAME, ProviderConfig
from harness.config.env_file import env_file_doubts
from harness.conversation import Phase
from harness.core import AuthoringError, DefinitionError, Problem
from harness.formats.json_schema import SchemaFolder
from harness.formats.yaml import Document, Node, read
from harness.project.project import Project
from harness.providers.catalogue import SUFFIX, definition_of, is_of_project
from harness.providers.conversation_paths import conversation_in
from harness.providers.definition import Definition, Step
from harness.providers.definition_reader import read_definition
from harness.providers.definition_rules import reads_each_event
from harness.providers.filling_in import network_problems, setting_problems
from harness.providers.members import names_in
from harness.secrets.secret_names import QUERY_KEYS, is_secret_key


def project_problems(project: Project) -> Iterator[Problem]:
    """What is wrong with harness.yaml and with every provider in it."""
    config = project.config
    if config.schemas != config.root / "schemas" and not config.schemas.is_dir():
        yield Problem(
            code="no-such-file",
            message=f"'schemas' names '{config.shown(config.schemas)}',"
            " and there is no such folder",
            where=FILE_NAME,
        )
    for provider in config.providers.values():
        try:
            definition = definition_of(config, provider)
        except AuthoringError as error:
            yield from error.problems
            continue
        yield from setting_problems(provider, definition)
        yield from network_problems(provider, definition, project.environment)


def provider_doubts(project: Project) -> Iterator[Problem]:
    """What may have no effect, or an effect that is not meant."""
    yield from env_file_doubts(project.config.root)
    most = project.config.concurrency
    for config in project.config.providers.values():
        if config.concurrency is not None and config.concurrency > most:
            yield Problem(
                code="no-effect",
                message=f"{config.concurrency} concurrent conversations are never reached:"
                f" 'concurrency' of harness.yaml is {most} over all providers",
                place=config.node.at("concurrency").place,
                subject=f"provider {config.name}",
            )
        yield from doubts_on(project, config)


def doubts_on(project: Project, config: ProviderConfig) -> Iterator[Problem]:
    """What may have no effect in the definition of one provider.

    The definitions of installed packages are left to their authors.
    """
    name = config.definition
    folder = project.config.root / name
    if not is_of_project(name):
        return
    if (folder / "provider.yaml").is_file():
        yield from doubts_in(project, folder.resolve())
    elif name.endswith(SUFFIX) and folder.is_file():
        # Late: only lint and checks of providers need it.
        from harness.providers.python_class import class_doubts  # noqa: PLC0415

        with suppress(DefinitionError):
            yield from class_doubts(folder.resolve(), name)


def doubts_in(project: Project, folder: Path) -> Iterator[Problem]:
    """What may have no effect in the definition in a folder.

    Yields nothing for a definition that cannot be read.
    """
    shown = project.config.shown(folder)
    schemas = SchemaFolder(folder / "schemas", f"{shown}/schemas")
    try:
        definition = read_definition(folder, shown, schemas)
    except AuthoringError:
        return
    document = read((folder / "provider.yaml").read_bytes(), f"{shown}/provider.yaml")
    for phase in Phase:
        for step, node in zip(
            definition.phases[phase], document.at().get(phase) or (), strict=True
        ):
            yield from _token_streams(step, node)
            yield from _fixed_conversation(step, node)
    yield from _open_secrets(definition, document)
    yield from _unread(definition, document)
    yield from schemas.doubts()
    for file in schemas.unread():
        yield Problem(
            code="no-effect",
            message="no step and no other schema uses this schema",
            where=f"{shown}/schemas/{file}",
            hint="name it in 'schema:', or remove it",
        )


def _token_streams(step: Step, node: Node) -> Iterator[Problem]:
    """Streams whose events may be parts of a message, so that checks miss words across events."""
    if not reads_each_event(step):
        return
    whole = node.at("reply").get("whole")
    if whole is None or not whole.value:
        yield Problem(
            code="token-stream",
            message=f"step {step.name} reads each event of its stream as a separate message",
            place=node.at("reply", "messages").place,
            hint="a check does not see a word that is split over two events; if each event "
            "is a whole message,"
            " write 'whole: true'",
        )


def _fixed_conversation(step: Step, node: Node) -> Iterator[Problem]:
    """A path that contains the id of one conversation."""
    part = conversation_in(step.request.written_path)
    if part is not None:
        key = node.at(step.kind).get(step.request.method.lower())
        yield Problem(
            code="fixed-conversation",
            message=f"step {step.name}: {part.doubt}",
            place=(key or node).place,
            hint="capture it from the request that opens a conversation, or make it a setting",
        )


def _open_secrets(definition: Definition, document: Document) -> Iterator[Problem]:
    """Settings that have the name of a secret, but would be recorded and shown."""
    for name, node in document.at().entries("settings"):
        has_secret_name = is_secret_key(name) or name in QUERY_KEYS
        if has_secret_name and not definition.settings[name].is_secret:
            yield Problem(
                code="open-secret",
                message=f"the setting '{name}' has the name of a secret, but is recorded and shown",
                place=node.key_place,
                hint="add 'secret: true', or rename it",
            )


def _unread(definition: Definition, document: Document) -> Iterator[Problem]:
    """Secrets and captures that no template reads."""
    top = document.at()
    taken = definition.taken.settings
    for name, node in top.entries("settings"):
        if name != "base_url" and taken is not None and name not in taken:
            yield _unused(f"no template uses the secret setting '{name}'", node)
    used = names_in(document.value)
    for phase in Phase:
        for step in top.get(phase) or ():
            for name, capture in step.entries("capture"):
                is_said = isinstance(capture.value, dict) and (
                    capture.value.get("secret") or capture.value.get("new")
                )
                if name not in used and not is_said:
                    yield _unused(f"no template uses the capture '{name}'", capture)


def _unused(message: str, node: Node) -> Problem:
    return Problem(
        code="no-effect", message=message, place=node.key_place, hint="use it, or remove it"
    )
