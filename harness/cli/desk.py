"""The commands for an author at a terminal, with their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import commands
from harness.cli.terminal import FOUND_PROBLEMS


def probe(
    provider: str,
    *,
    scenario: Annotated[
        list[Path] | None,
        typer.Option(
            help=("Send the messages of this scenario; a second one for the other conversation.")
        ),
    ] = None,
    say: Annotated[
        list[str] | None,
        typer.Option(help="Send this, turn by turn; {marker} is the word to look for."),
    ] = None,
) -> None:
    """Hold two live conversations side by side; fail if a word of one appears in the other."""
    is_leaking = commands.probe_isolation(provider, scenario or [], say or [])
    raise typer.Exit(FOUND_PROBLEMS if is_leaking else 0)


def emulate(
    names: Annotated[list[str] | None, typer.Argument(help="Default: all.")] = None,
    *,
    port: Annotated[
        int, typer.Option(help="Port of the first; the others follow. 0 uses free ports.")
    ] = 0,
) -> None:
    """Serve emulators of chat APIs on loopback until Ctrl-C; print the variables to export."""
    commands.emulate_until_stopped(names or [], port)


DESK = (emulate, probe)
"""In the order of `harness --help`."""
