"""What a definition says that may have no effect, or another one than is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from harness.errors import AuthoringError
from harness.json_schema import SchemaFolder
from harness.providers.definition import PHASES, Definition, Step
from harness.providers.definition_reader import read_definition
from harness.providers.members import names_in
from harness.source import Place
from harness.yaml_reader import Document, read

_EVENTS = re.compile(r"\$(?:\.events|\[['\"]events['\"]\])")
_ONE = re.compile(rf"{_EVENTS.pattern}\[-?\d+\]")
"""Leads to one event at most."""


def definition_notes(folder: Path, shown: str) -> Iterator[str]:
    """A sentence for each; nothing for a definition that cannot be read."""
    schemas = SchemaFolder(folder / "schemas", f"{shown}/schemas")
    try:
        definition = read_definition(folder, shown, schemas)
    except AuthoringError:
        return
    document = read((folder / "provider.yaml").read_bytes(), f"{shown}/provider.yaml")
    steps = [step for phase in PHASES for step in definition.phases[phase]]
    for step in steps:
        if step_note := token_stream_note(step):
            yield f"{step.place}: {step_note}"
    yield from (f"{place}: {note}" for place, note in _unread(definition, document))
    for file in schemas.unread():
        yield f"{shown}/schemas/{file}: no step names this schema, and no schema refers to it"


def token_stream_note(step: Step) -> str:
    """Why checks of texts may not see what the stream of a step says; empty where they do."""
    plan = step.reply
    if step.stream is None or plan is None:
        return ""
    if not _EVENTS.match(plan.messages) or _ONE.match(plan.messages):
        return ""
    return (
        f"step {step.name} reads each event of its stream as a message of its own; where events"
        " are pieces of one text, such as tokens, a check of the text does not see a word that"
        " two of them share"
    )


def _unread(definition: Definition, document: Document) -> Iterator[tuple[Place, str]]:
    """Secrets and captures that no template reads."""
    top = document.at()
    taken = definition.taken.settings
    for name, node in top.entries("settings"):
        if name != "base_url" and taken is not None and name not in taken:
            note = f"no template reads the secret setting '{name}', so it is never sent"
            yield node.key_place, note
    used = names_in(document.value)
    for phase in PHASES:
        for step in top.get(phase) or ():
            for name, capture in step.entries("capture"):
                is_said = isinstance(capture.value, dict) and (
                    capture.value.get("secret") or capture.value.get("new")
                )
                if name not in used and not is_said:
                    note = f"no template reads the capture '{name}'"
                    yield capture.key_place, note
