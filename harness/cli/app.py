"""The commands: run, lint, probe, providers, cassettes, import, emulate, schemas."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from harness import __version__
from harness.cli.cassettes import cassettes
from harness.cli.echoing import echo
from harness.cli.history import compare_runs, history
from harness.cli.importing import importing
from harness.cli.reports import report
from harness.cli.statuses import FOUND_PROBLEMS, WRONG_USE
from harness.core.errors import HarnessError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Test conversations with any chat API.",
)
providers = typer.Typer(no_args_is_help=True, help="Look at the providers of harness.yaml.")
app.add_typer(providers, name="providers")
app.add_typer(cassettes, name="cassettes")
app.add_typer(report, name="report")
app.add_typer(history, name="history")
app.command("compare")(compare_runs)
app.add_typer(importing, name="import")

Paths = Annotated[list[str] | None, typer.Argument(help="Scenario files, folders or node ids.")]


def main() -> None:
    """Run the command line. Errors that are written for the user come without a traceback."""
    try:
        app()
    except HarnessError as error:
        echo(str(error), err=True)
        sys.exit(WRONG_USE)


def _show_version(value: bool) -> None:  # noqa: FBT001  # typer calls it with the flag
    if value:
        echo(f"harness {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    *,
    version: Annotated[  # typer acts on it
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Test conversations with any chat API."""


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run(  # noqa: PLR0913  # one parameter an option
    context: typer.Context,
    paths: Paths = None,
    *,
    mode: Annotated[
        str | None,
        typer.Option(help="replay, record, refresh, live or drift; replay where left out."),
    ] = None,
    provider: Annotated[
        list[str] | None, typer.Option(help="Play against this provider; several allowed.")
    ] = None,
    tag: Annotated[
        str | None, typer.Option("-m", "--tag", help="Play scenarios with these tags only.")
    ] = None,
    concurrency: Annotated[int | None, typer.Option(help="Conversations at once.")] = None,
    fail_on: Annotated[
        str | None, typer.Option(help="In drift: kinds that fail a scenario, as in shape,state.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="In refresh: replace recordings without asking.")
    ] = False,
    update: Annotated[
        bool,
        typer.Option("--update", help="Rewrite the goldens of 'same_as' from the recordings."),
    ] = False,
    reports: Annotated[Path, typer.Option(help="Folder of the reports.")] = Path("reports"),
) -> None:
    """Play scenarios; further options go to pytest.

    Writes Allure results and JUnit below the reports folder. Ends with 0 where all passed, 1 where
    one FAILED, 7 where some are BROKEN and none FAILED, 8 where some drifted and no more, and else
    with pytest's exit status.
    """
    from harness.cli.playing import Wanted, play  # noqa: PLC0415  # only here

    if concurrency is not None and concurrency < 1:
        message = f"{concurrency} is no number of at least 1"
        raise typer.BadParameter(message, param_hint="--concurrency")
    wanted = Wanted(
        paths=paths or [],
        mode=mode,
        providers=provider or [],
        tag=tag,
        concurrency=concurrency,
        fail_on=fail_on,
        updates=update,
        is_agreed=yes,
        reports=reports,
        further=context.args,
    )
    raise typer.Exit(play(wanted))


@app.command()
def lint(
    paths: Paths = None,
    *,
    strict: Annotated[
        bool, typer.Option("--strict", help="Names that are never used are problems too.")
    ] = False,
) -> None:
    """Check scenario files without playing them; all problems of all files at once."""
    from harness.cli.linting import lint_files  # noqa: PLC0415  # as in run

    raise typer.Exit(FOUND_PROBLEMS if lint_files(paths or [], strict=strict) else 0)


@providers.command("check")
def check_provider(
    name: str,
    *,
    live: Annotated[
        bool, typer.Option("--live", help="Also open a conversation and close it again.")
    ] = False,
    message: Annotated[
        str, typer.Option(help="With --live: what to say in it; nothing where left out.")
    ] = "",
) -> None:
    """Check a provider's definition and settings, and with --live that it answers."""
    from harness.cli.checking import check  # noqa: PLC0415  # as in run

    raise typer.Exit(0 if check(name, live=live, message=message) else FOUND_PROBLEMS)


@providers.command("list")
def list_providers() -> None:
    """Name the providers of harness.yaml and the definitions that are installed."""
    from harness.cli.checking import list_all  # noqa: PLC0415  # as in run

    list_all()


@app.command()
def check(
    transcripts: Annotated[
        list[Path],
        typer.Argument(help="results.json, a stored transcript, or messages: JSON or lines."),
    ],
    *,
    scenario: Annotated[
        Path | None, typer.Option(help="Scenario file to judge by; needed but for results.json.")
    ] = None,
    messages: Annotated[
        str, typer.Option(help="JSONPath of the list of messages in a provider's own record.")
    ] = "",
) -> None:
    """Judge conversations that were held before, without playing them."""
    from harness.cli.rechecking import check_all  # noqa: PLC0415  # as in run

    raise typer.Exit(check_all(transcripts, scenario, messages))


@app.command()
def probe(
    provider: str,
    *,
    scenario: Annotated[
        list[Path] | None,
        typer.Option(help="Say what this scenario says; a second one for the other conversation."),
    ] = None,
    say: Annotated[
        list[str] | None,
        typer.Option(help="Say this, turn by turn; {marker} is the word that is looked for."),
    ] = None,
) -> None:
    """Hold two conversations side by side, live; fail where one's words turn up in the other."""
    from harness.cli.probing import probe_isolation  # noqa: PLC0415  # as in run

    is_leaking = probe_isolation(provider, scenario or [], say or [])
    raise typer.Exit(FOUND_PROBLEMS if is_leaking else 0)


@app.command()
def emulate(
    names: Annotated[list[str] | None, typer.Argument(help="All five where left out.")] = None,
    *,
    port: Annotated[
        int, typer.Option(help="Port of the first; the others follow. 0: any free ports.")
    ] = 0,
) -> None:
    """Serve emulators of chat APIs on loopback until Ctrl-C; prints what to export."""
    from harness.cli.emulating import emulate_until_stopped  # noqa: PLC0415  # as in run

    emulate_until_stopped(names or [], port)


@app.command()
def schemas(
    folder: Annotated[Path, typer.Argument(help="Where to write them.")] = Path("schemas"),
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail where a file is out of date.")
    ] = False,
) -> None:
    """Write the JSON Schemas of scenarios, harness.yaml and definitions for editors."""
    from harness.cli.editor_schemas import write_schemas  # noqa: PLC0415  # as in run

    raise typer.Exit(FOUND_PROBLEMS if write_schemas(folder, is_check=check) else 0)
