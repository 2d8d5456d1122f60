"""The commands below `harness import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.echoing import echo
from harness.core.counted import counted

importing = typer.Typer(no_args_is_help=True, help="Make scenarios of what other tools wrote.")


@importing.callback()
def _group() -> None:
    """Make scenarios of what other tools wrote."""


@importing.command()
def cassette(
    file: Annotated[Path, typer.Argument(help="A cassette of vcrpy's format, or one of ours.")],
    *,
    provider: Annotated[str, typer.Option(help="The provider of harness.yaml that was asked.")],
    scenario: Annotated[
        str, typer.Option(help="The new scenario's id; the file's name where left out.")
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(help="The new scenario's file; scenarios/PROVIDER/ID.yaml where left out."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Make a scenario of a recorded conversation, and a cassette that it replays."""
    from harness.authoring.importing.importing import (  # noqa: PLC0415  # as above
        import_cassette,
        require_room,
        target_of,
        write_imported,
    )
    from harness.cli.here import project_here  # noqa: PLC0415  # only here
    from harness.transport.cassette import read_cassette  # noqa: PLC0415  # as above

    project = project_here()
    shown = project.config.shown
    target = target_of(project, file, provider, scenario, out)
    if not force:
        require_room(project, target)
    imported = import_cassette(project, read_cassette(file, str(file)), target)
    write_imported(imported, target, shown(target.path))
    echo(f"{shown(target.out)}: written, {counted(imported.turns, 'turn')}")
    held = counted(len(imported.cassette.interactions), "interaction")
    echo(f"{shown(target.path)}: written, {held}")
    for note in imported.notes:
        echo(f"note: {note}")
