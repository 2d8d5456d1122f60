"""The commands that evaluate bots over many takes, with their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import commands
from harness.cli.common_options import AsJson, Paths, Providers, Tags, require_worse
from harness.cli.completion import complete_modes, complete_scenarios
from harness.cli.terminal import REGRESSED, refuse
from harness.project_file import Mode
from harness.run_options import MODES

FailIf = Annotated[
    str,
    typer.Option(
        metavar="worse",
        help="End with 6 if the second is worse than the first, beyond chance.",
    ),
]


def evaluate(  # noqa: PLR0913  # one parameter an option
    paths: Paths = None,
    *,
    provider: Providers = None,
    takes: Annotated[int, typer.Option(min=1, max=1000, help="Takes of each scenario.")] = 5,
    tag: Tags = None,
    mode: Annotated[
        str, typer.Option(help="Where answers come from.", autocompletion=complete_modes)
    ] = "replay",
    concurrency: Annotated[
        int | None, typer.Option(min=1, help="Concurrent scenarios, in all modes except replay.")
    ] = None,
    processes: Annotated[
        int, typer.Option(min=1, help="Processes that replay scenarios together.")
    ] = 1,
    html: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Also write the table as a page.")
    ] = None,
    reports: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            file_okay=False,
            help="Also write results.json and the reports of a run to this folder.",
        ),
    ] = None,
    fail_if: FailIf = "",
    as_json: AsJson = False,
) -> None:
    """Play all takes of scenarios and show pass rates, pass^k and which provider is better.

    Replays recordings, unless --mode says otherwise, and says how to record takes that are missing.
    In the other modes, a terminal shows how far it is.
    """
    if mode not in MODES:
        raise refuse(f"--mode takes {', '.join(MODES)}, not '{mode}'")
    if mode == Mode.REPLAY and concurrency is not None:
        raise refuse("--concurrency has no effect in mode 'replay'; use --processes")
    if mode != Mode.REPLAY and processes > 1:
        raise refuse(f"--processes has no effect in mode '{mode}'; use --concurrency")
    is_worse = commands.evaluate(
        commands.EvalOptions(
            paths=paths or [],
            providers=provider or [],
            tags=tag or [],
            takes=takes,
            mode=mode,
            concurrency=concurrency,
            processes=processes,
            html=html,
            reports=reports,
            as_json=as_json,
            is_gate=require_worse(fail_if),
        )
    )
    raise typer.Exit(REGRESSED if is_worse else 0)


def flaky(
    scenario: Annotated[
        str,
        typer.Argument(help="A scenario's id or file.", autocompletion=complete_scenarios),
    ],
    *,
    provider: Providers = None,
    row: Annotated[str, typer.Option(help="A row of its matrix; default: all.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the turn in which the recorded takes of a scenario part, and the reply that fails."""
    commands.find_flaky_turns(scenario, providers=provider or [], row=row, as_json=as_json)


def freeze(
    scenario: Annotated[
        str,
        typer.Argument(help="A scenario's id or file.", autocompletion=complete_scenarios),
    ],
    *,
    take: Annotated[int, typer.Option(min=1, help="The recorded take.")] = 1,
    row: Annotated[str, typer.Option(help="A row of its matrix.")] = "",
    provider: Providers = None,
    name: Annotated[
        str, typer.Option("--as", metavar="NAME", help="The new id; default: the id and -frozen.")
    ] = "",
) -> None:
    """Write a recorded conversation of a simulated user as a plain scenario, with its recording."""
    commands.freeze_simulation(
        scenario, take=take, row=row, providers=provider or [], new_name=name
    )
