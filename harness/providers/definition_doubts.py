"""What a definition says that may have no effect, or another one than is meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.core.errors import AuthoringError, Problem
from harness.formats.json_schema import SchemaFolder
from harness.formats.yaml import Document, Node, read
from harness.providers.definition import PHASES, Definition, Step
from harness.providers.definition_reader import read_definition
from harness.providers.definition_rules import reads_each_event
from harness.providers.members import names_in
from harness.secrets.secret_names import QUERY_KEYS, is_secret_key


def definition_doubts(folder: Path, shown: str) -> Iterator[Problem]:
    """A warning for each; nothing for a definition that cannot be read."""
    schemas = SchemaFolder(folder / "schemas", f"{shown}/schemas")
    try:
        definition = read_definition(folder, shown, schemas)
    except AuthoringError:
        return
    document = read((folder / "provider.yaml").read_bytes(), f"{shown}/provider.yaml")
    for phase in PHASES:
        for step, node in zip(
            definition.phases[phase], document.at().get(phase) or (), strict=True
        ):
            yield from _token_streams(step, node)
    yield from _open_secrets(definition, document)
    yield from _unread(definition, document)
    yield from schemas.doubts()
    for file in schemas.unread():
        yield Problem(
            code="no-effect",
            message="no step names this schema, and no schema refers to it",
            where=f"{shown}/schemas/{file}",
            hint="name it behind 'schema:', or take it out",
        )


def _token_streams(step: Step, node: Node) -> Iterator[Problem]:
    """Streams whose texts may be in pieces, so that checks do not see words that events share."""
    if not reads_each_event(step):
        return
    whole = node.at("reply").get("whole")
    if whole is None or not whole.value:
        yield Problem(
            code="token-stream",
            message=f"step {step.name} reads each event of its stream as a message of its own",
            place=node.at("reply", "messages").place,
            hint="a check sees no word that two events share; where each is a whole message,"
            " say 'whole: true'",
        )


def _open_secrets(definition: Definition, document: Document) -> Iterator[Problem]:
    """Settings that are named as a secret is, and would be recorded and shown."""
    for name, node in document.at().entries("settings"):
        is_telling = is_secret_key(name) or name in QUERY_KEYS
        if is_telling and not definition.settings[name].is_secret:
            yield Problem(
                code="open-secret",
                message=f"the setting '{name}' is named as a secret is, and is recorded and shown",
                place=node.key_place,
                hint="add 'secret: true', or name it otherwise",
            )


def _unread(definition: Definition, document: Document) -> Iterator[Problem]:
    """Secrets and captures that no template reads."""
    top = document.at()
    taken = definition.taken.settings
    for name, node in top.entries("settings"):
        if name != "base_url" and taken is not None and name not in taken:
            yield _unused(f"no template reads the secret setting '{name}'", node)
    used = names_in(document.value)
    for phase in PHASES:
        for step in top.get(phase) or ():
            for name, capture in step.entries("capture"):
                is_said = isinstance(capture.value, dict) and (
                    capture.value.get("secret") or capture.value.get("new")
                )
                if name not in used and not is_said:
                    yield _unused(f"no template reads the capture '{name}'", capture)


def _unused(message: str, node: Node) -> Problem:
    hint = "use it, or take it out"
    return Problem(code="no-effect", message=message, place=node.key_place, hint=hint)
