"""Asks before something is lost."""

from __future__ import annotations

import typer

from harness.cli.echoing import echo


def agrees(question: str) -> bool:
    """Whether the user says yes. Ctrl-C and the end of the input are a no."""
    try:
        return typer.confirm(question)
    except typer.Abort:
        echo()
        return False
