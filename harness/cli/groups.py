"""The commands in groups, with their options: cassettes, history, report, import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import commands
from harness.cli.command_classes import CommandLine
from harness.cli.common_options import AsJson, HistoryUrl, read_age, require_worse
from harness.cli.terminal import FOUND_PROBLEMS, REGRESSED, refuse

cassettes = CommandLine(no_args_is_help=True, help="Check, show and clean up recordings.")

Paths = Annotated[
    list[str] | None, typer.Argument(help="Scenarios, cassettes or folders; default: all.")
]


@cassettes.command("check")
def check_cassettes(
    paths: Paths = None,
    *,
    max_age: Annotated[
        float | None,
        typer.Option(
            parser=read_age,
            metavar="AGE",
            help="Report older recordings: 90d, 12w; default: max_age of harness.yaml.",
        ),
    ] = None,
) -> None:
    """Report recordings that are missing, stale, orphaned, partly unused, foreign or too old.

    Sends nothing. Ends with 1 if there is anything to fix.
    """
    raise typer.Exit(FOUND_PROBLEMS if commands.check_cassettes(paths or [], max_age) else 0)


@cassettes.command()
def show(
    paths: Annotated[list[str], typer.Argument(help="Cassettes, scenarios or folders.")],
) -> None:
    """Print recordings as conversations."""
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
        typer.Argument(help="Journals or cassettes; default: every journal."),
    ] = None,
    *,
    discard: Annotated[
        bool, typer.Option("--discard", help="Remove the journals instead.")
    ] = False,
    broken: Annotated[
        bool,
        typer.Option(
            "--broken",
            help=(
                "Also recover conversations that the network "
                "interrupted; the replay fails there too."
            ),
        ),
    ] = False,
) -> None:
    """Make cassettes of what killed runs recorded, if the conversation is complete."""
    left = commands.recover_journals(paths or [], is_discarded=discard, takes_broken=broken)
    raise typer.Exit(FOUND_PROBLEMS if left else 0)


@cassettes.command()
def scan(
    paths: Annotated[list[str], typer.Argument(help="Files of any kind, or folders.")],
) -> None:
    """Look for secrets in files; their values are not shown. Ends with 1 if there is one."""
    raise typer.Exit(FOUND_PROBLEMS if commands.scan_files(paths) else 0)


history = CommandLine(
    invoke_without_command=True,
    help=("Show trends over past runs, flaky scenarios and slower scenarios."),
)

ProjectName = Annotated[
    str,
    typer.Option(help="Runs of this project; default in a server's database: the current one."),
]
RunName = Annotated[
    str | None,
    typer.Argument(
        help="A run's id or its first characters, last, previous, or a results file; default: the"
        " previous run, then the last."
    ),
]


@history.callback()
def show_history(  # noqa: PLR0913  # one parameter an option
    context: typer.Context,
    *,
    scenario: Annotated[str, typer.Option(help="Show this scenario run by run.")] = "",
    last: Annotated[int, typer.Option(min=1, help="Number of latest runs to show.")] = 20,
    branch: Annotated[str, typer.Option(help="Only runs of this branch.")] = "",
    mode: Annotated[str, typer.Option(help="Only runs in this mode.")] = "",
    project: ProjectName = "",
    url: HistoryUrl = "",
    as_json: AsJson = False,
) -> None:
    """Show trends over past runs, flaky scenarios and slower scenarios."""
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
    keep: Annotated[int | None, typer.Option(min=0, help="Number of latest runs to keep.")] = None,
    older: Annotated[
        float | None,
        typer.Option(parser=read_age, metavar="AGE", help="Remove older runs: 90d, 12w."),
    ] = None,
    project: ProjectName = "",
    url: HistoryUrl = "",
) -> None:
    """Remove old runs."""
    if keep is None and older is None:
        raise refuse("choose the runs to remove: --keep 200 or --older 90d")
    commands.prune_history(keep=keep, older=older, project=project, url=url)


def compare(  # noqa: PLR0913  # one parameter an option
    before: RunName = None,
    after: RunName = None,
    *,
    providers: Annotated[
        str,
        typer.Option(
            metavar="A,B",
            help="Compare two providers of one run, which is the first argument; default: last.",
        ),
    ] = "",
    html: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            help="Also write a page with the conversations side by side; needs results files.",
        ),
    ] = None,
    fail_if: Annotated[
        str,
        typer.Option(
            metavar="worse",
            help="End with 6 only if the second passes fewer takes, beyond chance; needs results"
            " files with several takes.",
        ),
    ] = "",
    project: ProjectName = "",
    url: HistoryUrl = "",
    as_json: AsJson = False,
) -> None:
    """Compare two runs, or two providers: regressions, repairs, drifts and slower scenarios.

    Ends with 6 if there is a regression: a conversation that passed before and does not now.
    """
    is_gate = require_worse(fail_if)
    names = [name.strip() for name in providers.split(",")] if providers else []
    if providers and (len(set(names)) != len(names) or len(names) != 2 or not all(names)):  # noqa: PLR2004  # a pair
        raise refuse(f"--providers takes two different names, such as shop,bank; not '{providers}'")
    if names and after is not None:
        raise refuse("--providers compares within one run; remove the second run")
    has_regression = commands.compare_runs(
        commands.CompareOptions(
            before=before,
            after=after,
            providers=names,
            html=html,
            project=project,
            url=url,
            as_json=as_json,
            is_gate=is_gate,
        )
    )
    raise typer.Exit(REGRESSED if has_regression else 0)


report = CommandLine(no_args_is_help=True, help="Build, merge and serve reports of runs.")


@report.command("build")
def build_reports(
    results: Annotated[Path, typer.Argument(help="results.json of a run.")] = Path(
        "reports/results.json"
    ),
    *,
    into: Annotated[
        Path | None, typer.Option(help="Folder of the reports; default: that of the results.")
    ] = None,
) -> None:
    """Build the reports of a run from its results, even if the run was killed."""
    commands.build_reports(results, into or results.parent)


@report.command("merge")
def merge_results(
    files: Annotated[list[Path], typer.Argument(help="Results files, as written by runs.")],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")] = Path(
        "reports/results.json"
    ),
) -> None:
    """Merge the results of several runs, or of the parts of a suite.

    If a conversation is in several files, the last one counts. Parts are merged only if each is
    there once, whole, and of the same plan; their JUnit and Allure reports are merged as well.
    """
    commands.merge_results(files, out)


@report.command("serve")
def serve_report(
    folder: Annotated[Path, typer.Argument(help="Folder of the reports.")] = Path("reports"),
    *,
    port: Annotated[int, typer.Option(help="0 uses a free port.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open the report in the browser.")] = True,
) -> None:
    """Serve report.html until Ctrl-C. Only this machine can access it."""
    commands.serve_report(folder, port, opens_browser=browser)


importing = CommandLine(no_args_is_help=True, help="Make scenarios from files of other tools.")


@importing.callback()
def _group() -> None:
    """Make scenarios from files of other tools."""


@importing.command()
def cassette(
    file: Annotated[
        Path, typer.Argument(help="A cassette of the harness or of vcrpy, or a HAR file.")
    ],
    *,
    provider: Annotated[
        str, typer.Option(help=("The provider of harness.yaml that the recording is of."))
    ],
    scenario: Annotated[
        str, typer.Option(help="The new scenario's id; default: the file's name.")
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(help="The new scenario's file; default: scenarios/PROVIDER/ID.yaml."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
) -> None:
    """Turn a recorded conversation into a scenario and a cassette that it replays."""
    commands.import_recording(file, provider=provider, scenario=scenario, out=out, replaces=force)
