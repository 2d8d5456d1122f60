"""The commands `harness history` and `harness compare`."""

from __future__ import annotations

from typing import Annotated

import typer

from harness.cli.ages import age
from harness.cli.echoing import echo
from harness.cli.statuses import REGRESSED, WRONG_USE

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
    from harness.cli.runs import Asked, tell_history  # noqa: PLC0415  # only here

    asked = Asked(url=url, project=project, last=last, branch=branch, mode=mode)
    tell_history(asked, scenario=scenario, as_json=as_json)


@history.command("prune")
def prune_history(
    *,
    keep: Annotated[int | None, typer.Option(min=0, help="Runs that stay, the newest.")] = None,
    older: Annotated[
        float | None,
        typer.Option(parser=age, metavar="AGE", help="Remove runs that are older: 90d, 12w."),
    ] = None,
    project: ProjectName = "",
    url: Url = "",
) -> None:
    """Remove old runs."""
    from harness.cli.runs import Asked, prune_runs  # noqa: PLC0415  # only here

    if keep is None and older is None:
        echo("say which runs to remove: --keep 200 or --older 90d", err=True)
        raise typer.Exit(WRONG_USE)
    prune_runs(Asked(url=url, project=project), keep=keep, older=older)


def compare_runs(
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
    from harness.cli.comparing import tell_comparison  # noqa: PLC0415  # only here
    from harness.cli.runs import Asked  # noqa: PLC0415  # as above

    asked = Asked(url=url, project=project)
    has_regression = tell_comparison(asked, before, after, as_json=as_json)
    raise typer.Exit(REGRESSED if has_regression else 0)
