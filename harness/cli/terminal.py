"""Output to the terminal, questions to the user, and exit statuses."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from harness.core import ConfigurationError, Problem, without_commands
from harness.core.sections import Section, plain, safe
from harness.project_file import FILE_NAME

FOUND_PROBLEMS = 1
WRONG_USE = 2
"""A command was used wrongly, or a required file is wrong."""
REGRESSED = 6
"""Of `harness compare`; pytest does not use it. Those of `harness run` are in `reports/classes`."""
TOO_WEAK = 9
"""A figure is below `--fail-under`, or over `--fail-brittle-over`."""


def echo(text: str = "", *, err: bool = False) -> None:
    """Write a text. Bots and servers wrote parts of it, so control characters are replaced."""
    typer.echo(without_commands(text), err=err)


def clear() -> None:
    """Clear the terminal, with what was scrolled out of it."""
    typer.echo("\x1b[2J\x1b[3J\x1b[H", nl=False)


def echo_coloured(text: str, colour: str) -> None:
    """Write a line, in a colour if this is a terminal; see `echo`."""
    typer.secho(without_commands(text), fg=colour or None)


def echo_above(text: str, *, colour: str = "", line: str = "") -> None:
    """Write a text above the line that is being typed: its prompt and what it has so far."""
    shown = without_commands(text)
    if colour:
        shown = typer.style(shown, fg=colour)
    if line:
        typer.echo(f"\r\x1b[K{shown}\n{line}", nl=False, color=True)
    else:
        typer.echo(shown, color=bool(colour))


def refuse(text: str) -> typer.Exit:
    """Write why a command cannot run, and return the exception that ends it."""
    echo(text, err=True)
    return typer.Exit(WRONG_USE)


def agrees(question: str) -> bool:
    """Whether the user says yes. Ctrl-C and the end of the input mean no."""
    try:
        return typer.confirm(question)
    except typer.Abort:
        echo()
        return False


def ask_or_stop(question: str, default: str = "") -> str:
    """What the user types; the default for an empty line.

    Raises `typer.Exit` after Ctrl-C and at the end of the input. For commands that write only when
    everything is answered.
    """
    try:
        return str(typer.prompt(question, default=default, show_default=bool(default))).strip()
    except typer.Abort:
        echo("\nNot answered; nothing was written.", err=True)
        raise typer.Exit(FOUND_PROBLEMS) from None


def ask(question: str, default: str = "") -> str:
    """What the user types; the default for an empty line. Empty at the end of the input."""
    return ask_if_open(question, default) or ""


def ask_if_open(question: str, default: str = "") -> str | None:
    """What the user types; the default for an empty line. None at the end of the input."""
    try:
        return str(typer.prompt(question, default=default, show_default=bool(default))).strip()
    except typer.Abort:
        echo()
        return None


def show(sections: Iterable[Section]) -> None:
    """Print a page: tables in a terminal, plain text elsewhere."""
    if not sys.stdout.isatty():
        echo(plain(sections))
        return
    # Late: Rich takes 100 ms to import, and only a terminal needs it.
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415  # as above
    from rich.table import Table  # noqa: PLC0415  # as above
    from rich.text import Text  # noqa: PLC0415  # as above

    console = Console(highlight=False)
    for section in sections:
        console.print(Text(safe(section.title), style="bold"))
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for at in section.columns:
            table.add_column(
                section.heads[at],
                justify="right" if section.is_right(at) else "left",
                overflow="fold",
            )
        for row in section.rows:
            table.add_row(*(Text(safe(row[at])) for at in section.columns))
        if section.rows:
            console.print(table)
        for line in section.lines:
            console.print(Text(f"  {safe(line)}"))
        console.print()


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raise `ConfigurationError` `not-written` for an `OSError` while a file is written."""
    try:
        yield
    except OSError as error:
        message = f"the file could not be written: {error.strerror}"
        raise ConfigurationError(
            Problem(code="not-written", where=str(path), message=message)
        ) from error


def no_project() -> ConfigurationError:
    """For a command that needs a project where there is none."""
    return ConfigurationError(
        Problem(
            code="no-project",
            message=f"there is no {FILE_NAME} here or in a folder above",
            where=Path.cwd().name,
            hint="change into a project, or start one: harness init",
        )
    )
