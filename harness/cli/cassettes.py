"""The commands below `harness cassettes`."""

from __future__ import annotations

from typing import Annotated

import typer

from harness.cli.ages import age
from harness.cli.statuses import FOUND_PROBLEMS

cassettes = typer.Typer(no_args_is_help=True, help="Look at recordings, and tidy them.")

Paths = Annotated[
    list[str] | None, typer.Argument(help="Scenarios, cassettes or folders; all where left out.")
]


@cassettes.command()
def check(
    paths: Paths = None,
    *,
    max_age: Annotated[
        float | None,
        typer.Option(
            parser=age,
            metavar="AGE",
            help="Tell recordings that are older: 90d, 12w; else max_age of harness.yaml.",
        ),
    ] = None,
) -> None:
    """Tell which recordings are missing, stale, orphaned, unused in part, foreign or too old.

    Sends nothing. Ends with 1 where there is anything to mend.
    """
    from harness.cli.recordings import check_all  # noqa: PLC0415  # only here

    raise typer.Exit(FOUND_PROBLEMS if check_all(paths or [], max_age) else 0)


@cassettes.command()
def show(
    paths: Annotated[list[str], typer.Argument(help="Cassettes, scenarios or folders.")],
) -> None:
    """Print recordings as the conversations that they hold."""
    from harness.cli.recordings import show_all  # noqa: PLC0415  # as in check

    raise typer.Exit(FOUND_PROBLEMS if show_all(paths) else 0)


@cassettes.command()
def prune(
    paths: Paths = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Remove without asking.")] = False,
) -> None:
    """Remove recordings that no scenario plays, and files that killed runs did not finish."""
    from harness.cli.recordings import prune_all  # noqa: PLC0415  # as in check

    prune_all(paths or [], is_agreed=yes)


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
    from harness.cli.recordings import recover_all  # noqa: PLC0415  # as in check

    left = recover_all(paths or [], is_discarded=discard, takes_broken=broken)
    raise typer.Exit(FOUND_PROBLEMS if left else 0)


@cassettes.command()
def scan(
    paths: Annotated[list[str], typer.Argument(help="Files of any kind, or folders.")],
) -> None:
    """Look for secrets in files; their values are not shown. Ends with 1 where there is one."""
    from harness.cli.recordings import scan_all  # noqa: PLC0415  # as in check

    raise typer.Exit(FOUND_PROBLEMS if scan_all(paths) else 0)
