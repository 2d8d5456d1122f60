"""What is made from a recording: a scenario and its cassette, and the schemas that it can name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.conversation import Turn
from harness.project.project import Project
from harness.providers.definition import Definition


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is made from a recording."""

    provider: str
    scenario: str
    """The id of the new scenario."""
    out: Path
    """Its file."""
    path: Path
    """The new cassette."""


def reply_schemas(
    project: Project, provider: str, definition: Definition, turns: Mapping[int, Turn]
) -> dict[int, str]:
    """For each turn the project's schema of a reply, if there is one and the reply fits it."""
    known = project.schemas.names()
    names = (f"{provider}/reply", f"{definition.name}/reply")
    name = next((name for name in names if name in known), "")
    if not name:
        return {}
    schema = project.schemas.schema(name)
    return {
        number: name
        for number, turn in turns.items()
        if turn.reply is not None and schema.is_valid(turn.reply.payload)
    }
