"""Files that a person attaches to a message."""

from __future__ import annotations

import base64
from pathlib import Path

from harness.authoring.chatting.slash_commands import WrongCommand
from harness.authoring.chatting.talk import Talk
from harness.conversation import Attachment
from harness.core import ScenarioError, Source
from harness.project.fitting_providers import unsent_parts

MOST_BYTES = 1_000_000
"""Of a file that can be attached: it becomes a part of the scenario's file."""


def attachment_of(text: str, talk: Talk) -> Attachment:
    """The attachment for `FILE`, or for `NAME URL`.

    Raises `WrongCommand`, and `ScenarioError` if the provider's definition sends no files.
    """
    name, _, content = text.partition(" ")
    if not name:
        raise WrongCommand("write /attach FILE, or /attach NAME URL")
    place = Source(path="/attach", text=f"/attach {text}").place(1, 9, len(text))
    problems = list(
        unsent_parts(
            {talk.play.provider: talk.definition},
            {"attachments": [(part, place) for part in ("name", "content")]},
            place,
            "",
        )
    )
    if problems:
        raise ScenarioError(problems[:1])
    if content:
        return Attachment(name=name, content=content.strip())
    file = Path(name).expanduser()
    return Attachment(name=file.name, content=_base64_of(file))


def _base64_of(file: Path) -> str:
    try:
        size = file.stat().st_size
        if size > MOST_BYTES:
            raise WrongCommand(f"{file} has {size:,} bytes, more than {MOST_BYTES:,}; attach a URL")
        return base64.b64encode(file.read_bytes()).decode()
    except OSError as error:
        raise WrongCommand(f"{file} cannot be read: {error.strerror}") from error
