"""The commands that work on results of runs: `harness report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.echoing import echo
from harness.cli.statuses import WRONG_USE
from harness.core.counted import counted

report = typer.Typer(no_args_is_help=True, help="Make and put together reports of runs.")

Results = Annotated[list[Path], typer.Argument(help="Files of results, as runs write them.")]


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
    from harness.cli.here import history_here  # noqa: PLC0415  # only here
    from harness.history.adding import HistoryReport  # noqa: PLC0415  # as above
    from harness.reports.building import ReportCrashed  # noqa: PLC0415  # as above
    from harness.reports.results import NoResults, read_results  # noqa: PLC0415  # as above
    from harness.reports.standard import build_standard  # noqa: PLC0415  # as above

    folder = into or results.parent
    history = history_here(folder)
    try:
        found = read_results(_results_or_parts(results))
        folder.mkdir(parents=True, exist_ok=True)
        further = [HistoryReport(history, found.head)] if history else []
        made = build_standard(found, folder, *further)
    except ReportCrashed as error:
        for path in error.made:
            echo(str(path))
        echo(str(error), err=True)
        raise typer.Exit(WRONG_USE) from error
    except (NoResults, OSError) as error:
        raise _wrong(error) from error
    if not found.is_whole:
        echo("the run was killed before its end; these are the conversations that ended")
    for path in made:
        echo(str(path))
    for problem in filter(None, (report.problem for report in further)):
        echo(problem, err=True)


@report.command("merge")
def merge_results(
    files: Results,
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")] = Path(
        "reports/results.json"
    ),
) -> None:
    """Put results of several runs together, such as those of CI's shards.

    Of a conversation that stands in several files the last counts.
    """
    from harness.reports.results import NoResults, read_results  # noqa: PLC0415  # only here
    from harness.reports.results.merging import merge  # noqa: PLC0415  # as above

    try:
        count = merge([read_results(file) for file in files], out)
    except (NoResults, OSError, ValueError) as error:
        raise _wrong(error) from error
    echo(f"{out}: {counted(count, 'conversation')} of {len(files)} files")


@report.command("serve")
def serve_report(
    folder: Annotated[Path, typer.Argument(help="Folder of the reports.")] = Path("reports"),
    *,
    port: Annotated[int, typer.Option(help="0 takes one that is free.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open the report in the browser.")] = True,
) -> None:
    """Show report.html in the browser, until Ctrl-C. Only this machine can reach it."""
    from harness.cli.serving import serve_until_stopped  # noqa: PLC0415  # only here

    try:
        serve_until_stopped(folder, port, opens_browser=browser)
    except FileNotFoundError as error:
        echo(
            f"{error.filename}: there is no such file; `harness report build` makes it of a "
            "results.json [no-report]",
            err=True,
        )
        raise typer.Exit(WRONG_USE) from error
    except OSError as error:
        echo(f"the report cannot be served: {error.strerror} [no-report]", err=True)
        raise typer.Exit(WRONG_USE) from error


def _results_or_parts(path: Path) -> Path:
    """The file, or where a run under xdist was killed, one that is put together of its parts."""
    from harness.reports.results import read_results  # noqa: PLC0415  # only here
    from harness.reports.results.merging import PARTS, gather_parts  # noqa: PLC0415  # as above

    parts = sorted((path.parent / PARTS).glob("*.json"))
    if parts:
        gather_parts([read_results(part) for part in parts], path).abandon()
    return path


def _wrong(error: Exception) -> typer.Exit:
    echo(f"{error} [no-results]", err=True)
    return typer.Exit(WRONG_USE)
