"""The classes of commands, groups and their parameters: typer's, with a quicker start."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from typer._click import HelpFormatter
    from typer._click.core import Parameter


class CommandLine(typer.Typer):
    """Commands of the classes below.

    Help is plain text: drawing it with Rich takes longer than all else that `--help` does.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  # those of typer
        """With the options of typer."""
        super().__init__(**{"cls": PlainGroup, "rich_markup_mode": None, **options})

    def command(self, name: str | None = None, **options: Any) -> Callable[..., Any]:  # noqa: ANN401  # as above
        """Add a function as a command; as typer's."""
        return super().command(name, **{"cls": PlainCommand, **options})


class PlainCommand(TyperCommand):
    """A command whose parameters convert only what is not yet of their types."""

    def get_params(self, ctx: typer.Context) -> list[Parameter]:  # type: ignore[override]  # typer's own context
        """The parameters, with `--help`."""
        return [_converting_less(one) for one in super().get_params(ctx)]


class PlainGroup(TyperGroup):
    """A group of commands. Its help lists each with the whole first paragraph of its own help."""

    def get_params(self, ctx: typer.Context) -> list[Parameter]:  # type: ignore[override]  # as above
        """The parameters, with `--help`."""
        return [_converting_less(one) for one in super().get_params(ctx)]

    def format_commands(self, ctx: typer.Context, formatter: HelpFormatter) -> None:  # type: ignore[override]  # typer's own context
        """Write the list; typer's own cuts a paragraph off where its first line ends."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, inspect.cleandoc(command.help or "").partition("\n\n")[0])
                    for name, command in found
                    if command is not None and not command.hidden
                ]
            )


def _converting_less(parameter: Parameter) -> Parameter:
    """The parameter, which now leaves a value alone if it already is of the right type.

    From 0.29, typer imports pydantic to convert even a text to a text, which takes a sixth of the
    time of `harness lint`. It makes the parameters, and has no way to choose their classes.
    """
    if "process_value" not in vars(parameter):
        wanted = partial(_processed, parameter, parameter.process_value)
        parameter.process_value = wanted  # type: ignore[method-assign]  # as above
    return parameter


def _processed(
    parameter: Parameter,
    convert: Callable[[typer.Context, Any], Any],
    context: typer.Context,
    value: Any,  # noqa: ANN401  # as typer's
) -> Any:  # noqa: ANN401  # as above
    if not _is_converted(parameter, value):
        return convert(context, value)
    return value if parameter.callback is None else parameter.callback(context, parameter, value)


def _is_converted(parameter: Parameter, value: object) -> bool:
    if value in (None, (), []):
        return not parameter.required
    # Before 0.29 there is no such attribute, and typer converts without pydantic.
    wanted = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
    if wanted == list[str]:
        return isinstance(value, tuple | list) and all(isinstance(one, str) for one in value)
    return isinstance(wanted, type) and isinstance(value, wanted)
