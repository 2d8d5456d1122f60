"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

from harness.cli.completion import complete_providers, complete_scenarios, complete_tags
from harness.cli.terminal import refuse
from harness.core import parse_age

Paths = Annotated[
    list[str] | None,
    typer.Argument(help="Scenario files or folders.", autocompletion=complete_scenarios),
]
Providers = Annotated[
    list[str] | None,
    typer.Option(
        "--provider",
        metavar="NAME",
        help="Only with this provider of harness.yaml; can be repeated.",
        autocompletion=complete_providers,
    ),
]
Tags = Annotated[
    list[str] | None,
    typer.Option(
        "-m",
        "--tag",
        metavar="TAG",
        help="Only scenarios with this tag; can be repeated.",
        autocompletion=complete_tags,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
HistoryUrl = Annotated[
    str,
    typer.Option(
        "--history", metavar="URL", help="File or PostgreSQL URL; default: that of the project."
    ),
]


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
