"""What the commands write to the terminal."""

from __future__ import annotations

import typer

from harness.core.printable import without_commands


def echo(text: str = "", *, err: bool = False) -> None:
    """Write a text; bots and servers wrote parts of it, so nothing in it acts on who reads it."""
    typer.echo(without_commands(text), err=err)
