"""The commands that find out how far to believe a judge, with their options."""

from __future__ import annotations

from typing import Annotated

import typer

from harness.cli import commands
from harness.cli.common_options import AsJson
from harness.cli.completion import complete_judges
from harness.cli.terminal import refuse
from harness.project_file import JudgeMode

PROBES = 20
"""Verdicts that `harness calibrate --probe` tries."""
JudgeName = Annotated[
    str,
    typer.Argument(
        help="A judge of harness.yaml; default: that of the project.",
        autocompletion=complete_judges,
    ),
]


def label(
    judge: JudgeName = "",
    *,
    labeller: Annotated[
        str, typer.Option(metavar="NAME", help="Who labels; default: it is asked.")
    ] = "",
    model: Annotated[
        bool,
        typer.Option("--model", help="The labeller is a model; its labels are counted apart."),
    ] = False,
    count: Annotated[
        int | None,
        typer.Option(min=1, help="Verdicts to label; default: what 'require:' says, or 50."),
    ] = None,
) -> None:
    """Label what a judge decided, without seeing its verdicts, to find out how good it is.

    Shows recorded conversations with a criterion, half of them with the verdict yes and half with
    no, in a random order, and asks whether it is true. Each answer is written at once; what you
    have labelled is not asked again. If the input is not a terminal, its lines are the answers.
    """
    options = commands.LabelOptions(judge=judge, labeller=labeller, is_model=model, count=count)
    raise typer.Exit(commands.label_verdicts(options))


def calibrate(
    judge: JudgeName = "",
    *,
    judging: Annotated[
        str,
        typer.Option(
            "--judge",
            help="Where answers come from that no run recorded: replay, record, refresh or live.",
        ),
    ] = "replay",
    probe: Annotated[
        bool, typer.Option("--probe", help="Ask again in other ways, and count changed verdicts.")
    ] = False,
    probes: Annotated[
        int, typer.Option(min=1, help="With --probe: how many verdicts are tried.")
    ] = PROBES,
    write: Annotated[
        bool, typer.Option("--write", help="Write what the judge says now next to the labels.")
    ] = False,
    built_in: Annotated[
        bool,
        typer.Option(
            "--built-in",
            help="Compare with labelled conversations of the package, for the built-in criteria.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare what a judge says with the labels of people, and say how far to believe it.

    Shows agreement, Cohen's kappa, false yes and false no, and the share of yes corrected by the
    labels. Asks a model only with --judge record, refresh or live. Ends with 1 if 'require:' of the
    judge is not met, or nothing is labelled.
    """
    modes = [one.value for one in JudgeMode if one is not JudgeMode.OFF]
    if judging not in modes:
        raise refuse(f"--judge takes {', '.join(modes)}, not '{judging}'")
    if probes != PROBES and not probe:
        raise refuse("--probes has no effect without --probe")
    if built_in and write:
        raise refuse("--write has no effect with --built-in: its labels are not in your project")
    options = commands.CalibrateOptions(
        judge=judge,
        mode=JudgeMode(judging),
        probes=probes if probe else 0,
        writes=write,
        is_built_in=built_in,
        as_json=as_json,
    )
    raise typer.Exit(commands.calibrate(options))


CALIBRATING = (label, calibrate)
