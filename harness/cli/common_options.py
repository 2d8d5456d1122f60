"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

from harness.cli.terminal import refuse
from harness.core import parse_age

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def read_age(text: str) -> float:
    """The seconds of an age, such as 90d. Raises `BadParameter`, which typer shows."""
    try:
        return parse_age(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def require_worse(fail_if: str) -> bool:
    """Whether the option `--fail-if` is given. Its only value is `worse`."""
    if fail_if not in ("", "worse"):
        raise refuse(f"--fail-if takes 'worse', not '{fail_if}'")
    return bool(fail_if)
