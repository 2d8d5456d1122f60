"""What commands write to the terminal, ask there, and end with."""

from __future__ import annotations

import typer

from harness.core import without_commands

FOUND_PROBLEMS = 1
WRONG_USE = 2
"""Called wrongly, or a file that is needed is wrong."""
REGRESSED = 6
"""Of `harness compare`; none of pytest's. Those of `harness run` are in `reports/classes`."""


def echo(text: str = "", *, err: bool = False) -> None:
    """Write a text; bots and servers wrote parts of it, so nothing in it acts on who reads it."""
    typer.echo(without_commands(text), err=err)


def refuse(text: str) -> typer.Exit:
    """Write why a command cannot be done, and give what ends it."""
    echo(text, err=True)
    return typer.Exit(WRONG_USE)


def agrees(question: str) -> bool:
    """Whether the user says yes. Ctrl-C and the end of the input are a no."""
    try:
        return typer.confirm(question)
    except typer.Abort:
        echo()
        return False
