"""The parameters of `harness run`, made of the table of options of runs."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Annotated, Any

import typer

from harness.cli.command_classes import PlainCommand
from harness.cli.completion import complete_modes, complete_providers
from harness.run_options import RUN_OPTIONS, OptionValue, RunOption

REPORTS = "reports"
"""The option that has a default in `harness run`, and the default."""
_COMPLETIONS = {"mode": complete_modes, "provider": complete_providers}


class RunCommand(PlainCommand):
    """A command in which an option with an implied value takes another only after `=`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer's own context
        """Give such options their values."""
        implied = {one.of_harness: one.implied for one in RUN_OPTIONS if one.implied}
        end = args.index("--") if "--" in args else len(args)
        words = [f"{word}={implied[word]}" if word in implied else word for word in args[:end]]
        return super().parse_args(ctx, [*words, *args[end:]])


def with_run_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that takes `given` a parameter for each option of runs."""
    own = signature(command, eval_str=True)
    parameters = [one for one in own.parameters.values() if one.kind is not Parameter.VAR_KEYWORD]
    parameters += map(_parameter, RUN_OPTIONS)
    command.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]  # typer reads it
    return command


def _parameter(option: RunOption) -> Parameter:
    types: dict[OptionValue, Any] = {
        OptionValue.TEXTS: list[str] | None,
        OptionValue.NUMBER: int | None,
        OptionValue.NOTHING: bool,
    }
    defaults: dict[OptionValue, Any] = {OptionValue.NOTHING: False}
    default = REPORTS if option.name == REPORTS else defaults.get(option.takes)
    info = typer.Option(
        option.of_harness,
        help=f"{option.help[0].upper()}{option.help[1:]}.",
        metavar=f"[={option.metavar}]" if option.implied else option.metavar or None,
        min=1 if option.takes is OptionValue.NUMBER else None,
        autocompletion=_COMPLETIONS.get(option.name),
    )
    return Parameter(
        option.parameter,
        Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[types.get(option.takes, str | None), info],
    )
