"""The commands that stand in groups, with their options: cassettes, history, report, import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import commands
from harness.cli.terminal import FOUND_PROBLEMS, REGRESSED, refuse
from harness.core.durations import parse_age


def _age(text: str) -> float:
    """Seconds. Raises `BadParameter`, which typer shows."""
    try:
        return parse_age(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


cassettes = typer.Typer(no_args_is_help=True, help="Look at recordings, and tidy them.")

Paths = Annotated[
    list[str] | None, typer.Argument(help="Scenarios, cassettes or folders; all where left out.")
]


@cassettes.command("check")
def check_cassettes(
    paths: Paths = None,
    *,
    max_age: Annotated[
        float | None,
        typer.Option(
            parser=_age,
            metavar="AGE",
            help="Tell recordings that are older: 90d, 12w; else max_age of harness.yaml.",
        ),
    ] = None,
) -> None:
    """Tell which recordings are missing, stale, orphaned, unused in part, foreign or too old.

    Sends nothing. Ends with 1 where there is anything to mend.
    """
    raise typer.Exit(FOUND_PROBLEMS if commands.check_cassettes(paths or [], max_age) else 0)


@cassettes.command()
def show(
    paths: Annotated[list[str], typer.Argument(help="Cassettes, scenarios or folders.")],
) -> None:
    """Print recordings as the conversations that they hold."""
    raise typer.Exit(FOUND_PROBLEMS if commands.show_cassettes(paths) else 0)


@cassettes.command()
def prune(
    paths: Paths = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Remove without asking.")] = False,
) -> None:
    """Remove recordings that no scenario plays, and files that killed runs did not finish."""
    commands.prune_cassettes(paths or [], is_agreed=yes)


@cassettes.command()
def recover(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Journals or cassettes; every journal where left out."),
    ] = None,
    *,
    discard: Annotated[
        bool, typer.Option("--discard", help="Remove the journals instead.")
    ] = False,
    broken: Annotated[
        bool,
        typer.Option("--broken", help="Also take up what the network broke; a replay breaks too."),
    ] = False,
) -> None:
    """Make cassettes of what killed runs had heard, where that is the whole conversation."""
    left = commands.recover_journals(paths or [], is_discarded=discard, takes_broken=broken)
    raise typer.Exit(FOUND_PROBLEMS if left else 0)


@cassettes.command()
def scan(
    paths: Annotated[list[str], typer.Argument(help="Files of any kind, or folders.")],
) -> None:
    """Look for secrets in files; their values are not shown. Ends with 1 where there is one."""
    raise typer.Exit(FOUND_PROBLEMS if commands.scan_files(paths) else 0)


history = typer.Typer(
    invoke_without_command=True, help="Tell what came of earlier runs: trends, flips, slowness."
)

Url = Annotated[
    str,
    typer.Option(
        "--history", metavar="URL", help="File or PostgreSQL URL; that of the project if left out."
    ),
]
ProjectName = Annotated[
    str,
    typer.Option(
        help="Runs of this project; in a server's database, of the current one if left out."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")]
RunName = Annotated[
    str,
    typer.Argument(help="A run's id or how it begins, last, previous, or a file of results."),
]


@history.callback()
def show_history(  # noqa: PLR0913  # one parameter an option
    context: typer.Context,
    *,
    scenario: Annotated[str, typer.Option(help="Show this scenario run by run.")] = "",
    last: Annotated[int, typer.Option(min=1, help="So many runs, the newest.")] = 20,
    branch: Annotated[str, typer.Option(help="Runs of this branch only.")] = "",
    mode: Annotated[str, typer.Option(help="Runs in this mode only.")] = "",
    project: ProjectName = "",
    url: Url = "",
    as_json: AsJson = False,
) -> None:
    """Tell what came of earlier runs: trends, flaky scenarios, and what got slower."""
    if context.invoked_subcommand is not None:
        return
    commands.show_history(
        scenario=scenario,
        last=last,
        branch=branch,
        mode=mode,
        project=project,
        url=url,
        as_json=as_json,
    )


@history.command("prune")
def prune_history(
    *,
    keep: Annotated[int | None, typer.Option(min=0, help="Runs that stay, the newest.")] = None,
    older: Annotated[
        float | None,
        typer.Option(parser=_age, metavar="AGE", help="Remove runs that are older: 90d, 12w."),
    ] = None,
    project: ProjectName = "",
    url: Url = "",
) -> None:
    """Remove old runs."""
    if keep is None and older is None:
        raise refuse("say which runs to remove: --keep 200 or --older 90d")
    commands.prune_history(keep=keep, older=older, project=project, url=url)


def compare(
    before: RunName = "previous",
    after: RunName = "last",
    *,
    project: ProjectName = "",
    url: Url = "",
    as_json: AsJson = False,
) -> None:
    """Hold one run against another: regressions, repairs, drifts, and what got slower.

    Ends with 6 where there is a regression: something that passed and does not any more.
    """
    has_regression = commands.compare_runs(before, after, project=project, url=url, as_json=as_json)
    raise typer.Exit(REGRESSED if has_regression else 0)


report = typer.Typer(no_args_is_help=True, help="Make and put together reports of runs.")


@report.command("build")
def build_reports(
    results: Annotated[Path, typer.Argument(help="results.json of a run.")] = Path(
        "reports/results.json"
    ),
    *,
    into: Annotated[
        Path | None, typer.Option(help="Folder of the reports; that of the results if left out.")
    ] = None,
) -> None:
    """Make the reports of a run from its results alone, also of a run that was killed."""
    commands.build_reports(results, into or results.parent)


@report.command("merge")
def merge_results(
    files: Annotated[list[Path], typer.Argument(help="Files of results, as runs write them.")],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")] = Path(
        "reports/results.json"
    ),
) -> None:
    """Put results of several runs together, such as those of CI's shards.

    Of a conversation that stands in several files the last counts.
    """
    commands.merge_results(files, out)


@report.command("serve")
def serve_report(
    folder: Annotated[Path, typer.Argument(help="Folder of the reports.")] = Path("reports"),
    *,
    port: Annotated[int, typer.Option(help="0 takes one that is free.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open the report in the browser.")] = True,
) -> None:
    """Show report.html in the browser, until Ctrl-C. Only this machine can reach it."""
    commands.serve_report(folder, port, opens_browser=browser)


importing = typer.Typer(no_args_is_help=True, help="Make scenarios of what other tools wrote.")


@importing.callback()
def _group() -> None:
    """Make scenarios of what other tools wrote."""


@importing.command()
def cassette(
    file: Annotated[Path, typer.Argument(help="A cassette of vcrpy's format, or one of ours.")],
    *,
    provider: Annotated[str, typer.Option(help="The provider of harness.yaml that was asked.")],
    scenario: Annotated[
        str, typer.Option(help="The new scenario's id; the file's name where left out.")
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(help="The new scenario's file; scenarios/PROVIDER/ID.yaml where left out."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Make a scenario of a recorded conversation, and a cassette that it replays."""
    commands.import_recording(file, provider=provider, scenario=scenario, out=out, replaces=force)
