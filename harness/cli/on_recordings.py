"""The commands that judge recorded conversations in other ways, with their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import commands
from harness.cli.common_options import AsJson, HistoryUrl, Paths, Providers, Tags, read_age
from harness.cli.terminal import FOUND_PROBLEMS, refuse

Processes = Annotated[
    int | None,
    typer.Option(min=1, help="Processes that measure together; default: at most 4."),
]
Reports = Annotated[Path, typer.Option(help="Folder of the reports.")]


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
    paths: Paths = None,
    *,
    provider: Providers = None,
    tag: Tags = None,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Count fields, but do not try which of them a check notices."),
    ] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with all fields as well.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what recorded conversations cover, by provider and by scenario.

    Fields of payloads that no check notices, buttons that were never pressed, tools that were
    never called, and error branches of the definition that were never played. Plays nothing.
    """
    commands.show_coverage(
        commands.CoverageOptions(
            paths=paths or [],
            providers=provider or [],
            tags=tag or [],
            is_quick=quick,
            html=html,
            as_json=as_json,
        )
    )


def strength(  # noqa: PLR0913  # one parameter an option
    paths: Paths = None,
    *,
    provider: Providers = None,
    tag: Tags = None,
    affected: Annotated[
        str,
        typer.Option(
            metavar="[=REV]",
            help="Measure only scenarios that a change since this git revision can touch;"
            " default: HEAD.",
        ),
    ] = "",
    show: Annotated[
        str,
        typer.Option(metavar="ID", help="Show one changed reply, such as 'turn 2 / negated / 1'."),
    ] = "",
    fail_under: Annotated[
        float | None,
        typer.Option(min=0, max=100, help="End with 9 if 'said' is lower, in percent."),
    ] = None,
    fail_brittle_over: Annotated[
        float | None,
        typer.Option(min=0, max=100, help="End with 9 if 'brittle' is higher, in percent."),
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write the proposed checks into the scenario files.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --write: do not ask.")] = False,
    processes: Processes = None,
    reports: Reports = Path("reports"),
) -> None:
    """Change recorded replies, and show which changes no expectation notices.

    Sends nothing, and asks no model. Writes strength.html, strength.md and strength.json to the
    reports folder. Ends with 9 if what is said is noticed less than --fail-under, or harmless
    changes more than --fail-brittle-over.
    """
    if yes and not write:
        raise refuse("--yes has no effect without --write")
    _refuse_idle("--fail-under", fail_under, idle=0, bound="above 0")
    _refuse_idle("--fail-brittle-over", fail_brittle_over, idle=100, bound="below 100")
    has_limit = fail_under is not None or fail_brittle_over is not None
    if show and (write or has_limit):
        raise refuse(
            "--show only shows one changed reply; leave --write, --fail-under and"
            " --fail-brittle-over out"
        )
    options = commands.StrengthOptions(
        paths=paths or [],
        providers=provider or [],
        tags=tag or [],
        affected=affected,
        fail_under=fail_under,
        fail_brittle_over=fail_brittle_over,
        writes=write,
        is_agreed=yes,
        processes=processes,
        reports=reports,
    )
    if show:
        raise typer.Exit(FOUND_PROBLEMS if commands.show_mutant(options, show) else 0)
    raise typer.Exit(commands.measure_strength(options))


def trust(  # noqa: PLR0913  # one parameter an option
    paths: Paths = None,
    *,
    provider: Providers = None,
    tag: Tags = None,
    fail_under: Annotated[
        float | None,
        typer.Option(min=0, max=100, help="End with 9 if the figure of a scenario is lower."),
    ] = None,
    max_age: Annotated[
        float | None,
        typer.Option(
            parser=read_age,
            metavar="AGE",
            help="Older recordings are a finding: 90d, 12w; default: max_age of harness.yaml.",
        ),
    ] = None,
    url: HistoryUrl = "",
    processes: Processes = None,
    as_json: AsJson = False,
    reports: Reports = Path("reports"),
) -> None:
    """Show how much a green run of each scenario proves, and what makes it prove less.

    Sends nothing, and asks no model. Writes trust.html, trust.md and trust.json to the reports
    folder. Ends with 9 if the figure of a scenario is lower than --fail-under.
    """
    _refuse_idle("--fail-under", fail_under, idle=0, bound="above 0")
    options = commands.TrustOptions(
        paths=paths or [],
        providers=provider or [],
        tags=tag or [],
        fail_under=fail_under,
        max_age=max_age,
        history=url,
        processes=processes,
        as_json=as_json,
        reports=reports,
    )
    raise typer.Exit(commands.show_trust(options))


def _refuse_idle(option: str, limit: float | None, *, idle: float, bound: str) -> None:
    """Refuse a limit that no figure is beyond, so that nobody takes it for a condition."""
    if limit == idle:
        raise refuse(f"{option} {limit:g} never fails; write a figure {bound}, or remove it")


ON_RECORDINGS = (whatif, coverage, trust)
