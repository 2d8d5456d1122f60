"""Asks before something is lost."""

from __future__ import annotations

import typer


def agrees(question: str) -> bool:
    """Whether the user says yes. Ctrl-C and the end of the input are a no."""
    try:
        return typer.confirm(question)
    except typer.Abort:
        typer.echo()
        return False
