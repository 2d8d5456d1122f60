"""`harness import cassette`: makes a scenario from a recording."""

from __future__ import annotations

from pathlib import Path

from harness.authoring.importing.importing import (
    import_cassette,
    require_room,
    target_of,
    write_imported,
)
from harness.cli.here import project_here
from harness.cli.terminal import echo
from harness.core import CassetteError, counted
from harness.transport.cassette import Cassette, read_cassette
from harness.transport.journal import read_leftover


def import_recording(
    file: Path, *, provider: str, scenario: str, out: Path | None, replaces: bool
) -> None:
    """Write the scenario and its cassette, and print what was written and left out.

    Raises `CassetteError` and `AuthoringError`.
    """
    project = project_here()
    shown = project.config.shown
    target = target_of(project, file, provider, scenario, out)
    if not replaces:
        require_room(project, target)
    imported = import_cassette(project, _recording(file), target)
    write_imported(imported, target, shown(target.path))
    echo(f"{shown(target.out)}: written, {counted(imported.turns, 'turn')}")
    interactions = counted(len(imported.cassette.interactions), "interaction")
    echo(f"{shown(target.path)}: written, {interactions}")
    for note in imported.notes:
        echo(f"note: {note}")


def _recording(file: Path) -> Cassette:
    """A cassette or, of a recording or a chat that was killed, its journal.

    Raises `CassetteError`.
    """
    if file.suffixes[-1:] != [".journal"]:
        return read_cassette(file, str(file))
    leftover = read_leftover(file)
    if leftover.damaged:
        message = f"{file}: line {leftover.damaged} was changed, so the journal is not used"
        raise CassetteError("journal-damaged", message)
    return Cassette(path=str(file), head=leftover.head, interactions=leftover.interactions)
