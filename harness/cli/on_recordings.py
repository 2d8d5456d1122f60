"""The commands that judge recorded conversations in other ways, with their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import commands
from harness.cli.completion import complete_providers, complete_scenarios, complete_tags
from harness.cli.terminal import refuse

Paths = Annotated[
    list[str] | None,
    typer.Argument(help="Scenario files or folders.", autocompletion=complete_scenarios),
]
Providers = Annotated[
    list[str] | None,
    typer.Option(
        "--provider",
        help="Only recordings of this provider; can be repeated.",
        autocompletion=complete_providers,
    ),
]
Tags = Annotated[
    list[str] | None,
    typer.Option(
        "-m",
        "--tag",
        help="Only scenarios with this tag; can be repeated.",
        autocompletion=complete_tags,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def whatif(  # noqa: PLR0913  # one parameter an option
    paths: Paths = None,
    *,
    threshold: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CHECK.KEY=VALUE,VALUE",
            help="Judge with these values in place of that of a check; can be repeated.",
        ),
    ] = None,
    schema_at: Annotated[
        str,
        typer.Option(metavar="REV", help="Judge by the schemas of this git revision as well."),
    ] = "",
    results: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Judge the conversations of these results instead of recordings;"
            " reports/results.json if no change is named.",
        ),
    ] = None,
    provider: Providers = None,
    tag: Tags = None,
    flips: Annotated[
        bool, typer.Option("--flips", help="List only checks whose verdict changes.")
    ] = False,
    fail_on_flips: Annotated[
        bool,
        typer.Option(
            "--fail-on-flips",
            help="End with 1 if a verdict changes, or a conversation cannot be judged.",
        ),
    ] = False,
    as_json: AsJson = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown, such as for a pull request.")
    ] = False,
) -> None:
    """Judge recorded conversations by other thresholds or schemas, and show changed verdicts.

    Without --threshold and --schema-at, the conversations of the last run are judged by the files
    as they are now. Plays nothing, and writes nothing. Ends with 0, also if verdicts change.
    """
    options = commands.WhatIfOptions(
        paths=paths or [],
        thresholds=threshold or [],
        schema_at=schema_at,
        results=results,
        providers=provider or [],
        tags=tag or [],
        only_flips=flips,
        as_json=as_json,
        as_markdown=as_markdown,
        fails_on_flips=fail_on_flips,
    )
    if options.fault:
        raise refuse(options.fault)
    raise typer.Exit(commands.judge_otherwise(options))


def coverage(
    paths: Paths = None, *, provider: Providers = None, tag: Tags = None, as_json: AsJson = False
) -> None:
    """Show what recorded conversations cover, by provider and by scenario.

    Fields of payloads, buttons that were never pressed, tools that were never called, and error
    branches of the definition that were never played. Plays nothing.
    """
    commands.show_coverage(
        commands.CoverageOptions(
            paths=paths or [], providers=provider or [], tags=tag or [], as_json=as_json
        )
    )


ON_RECORDINGS = (whatif, coverage)
