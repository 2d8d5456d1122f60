"""`harness schemas`: writes the editor schemas; with a subcommand, infers schemas of payloads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import commands
from harness.cli.command_classes import CommandLine, PlainGroup
from harness.cli.common_options import AsJson
from harness.cli.completion import complete_providers
from harness.cli.terminal import FOUND_PROBLEMS

_DEFAULT = "write"


class _WritesByDefault(PlainGroup):
    """Without the name of a subcommand, the arguments are those of the default one."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer's own context
        """The arguments, with the name of the subcommand first."""
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)


schemas = CommandLine(
    cls=_WritesByDefault,
    help="Write the JSON Schemas of the harness's files for editors, or infer those of payloads.",
)


@schemas.command(_DEFAULT)
def write(
    folder: Annotated[Path, typer.Argument(help="Where to write them.")] = Path("schemas"),
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if a file is out of date.")
    ] = False,
) -> None:
    """Write the JSON Schemas of scenarios, harness.yaml and definitions for editors.

    This is what `harness schemas` does without a subcommand.
    """
    raise typer.Exit(FOUND_PROBLEMS if commands.write_schemas(folder, is_check=check) else 0)


@schemas.command()
def infer(
    provider: Annotated[
        str,
        typer.Argument(
            help="The provider whose recorded payloads are read.",
            autocompletion=complete_providers,
        ),
    ],
    *,
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where to write it; - prints it. Default: PROVIDER/inferred.schema.json in the"
            " folder of schemas.",
        ),
    ] = "",
    against: Annotated[
        str,
        typer.Option(
            metavar="SCHEMA",
            help="Compare this schema with all payloads; default: those that judge them, each with"
            " the payloads that it judges.",
        ),
    ] = "",
    as_json: AsJson = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a file that this command has not made.")
    ] = False,
) -> None:
    """Write the tightest schema that all recorded payloads of a provider pass.

    Shows where the schemas that judge them are too tight, and where they are loose: what passes
    although no recording ever had it. Plays nothing.
    """
    commands.infer_schemas(
        commands.InferOptions(
            provider=provider, output=output, against=against, as_json=as_json, replaces=force
        )
    )
