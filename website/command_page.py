"""The page of all commands, made from the options of the command line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from harness.cli.app import app


def command_page() -> str:
    """A section for each command: what it does, its arguments and its options."""
    lines = ["# Commands", "", "What `harness --help` says, on one page.", ""]
    for name, command in _commands("harness", typer.main.get_command(app)):
        lines += [f"## {name}", "", _paragraphs(command.help or ""), ""]
        rows = [_row(parameter) for parameter in command.params if not parameter.hidden]
        if rows:
            lines += ["| argument or option | meaning |", "|---|---|", *rows, ""]
    return "\n".join(lines)


def _commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  # typer's own click
    """A command and all below it."""
    yield name, command
    for below, further in getattr(command, "commands", {}).items():
        yield from _commands(f"{name} {below}", further)


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _row(parameter: Any) -> str:  # noqa: ANN401  # as above
    if parameter.param_type_name == "argument":
        shown = (parameter.metavar or parameter.name).upper()
    else:
        shown = ", ".join(sorted(parameter.opts, key=len, reverse=True))
        if not parameter.is_flag:
            shown += f" {parameter.metavar or parameter.name.upper()}"
    meaning = parameter.help or ""
    has_default = parameter.default not in (None, "", False) and not callable(parameter.default)
    if has_default and "efault" not in meaning:
        meaning = f"{meaning} Default: {parameter.default}."
    return f"| `{shown}` | {meaning.strip()} |"
