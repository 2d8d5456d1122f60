"""The commands and their options. Their code is in `commands/`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from harness import __version__
from harness.cli import commands
from harness.cli.calibrating import CALIBRATING
from harness.cli.command_classes import CommandLine, PlainGroup
from harness.cli.common_options import AsJson, Providers
from harness.cli.common_options import Paths as ScenarioPaths
from harness.cli.common_options import Tags as OneOfTags
from harness.cli.completion import complete_scenarios, complete_tags
from harness.cli.desk import DESK
from harness.cli.evaluating import evaluate, flaky, freeze
from harness.cli.groups import cassettes, compare, history, importing, report
from harness.cli.on_recordings import ON_RECORDINGS, strength
from harness.cli.request_options import (
    Answer,
    FromCurl,
    FromHar,
    FromOpenapi,
    Live,
    Message,
    OpenAnswer,
    OpenCurl,
    OpenId,
    ReplyPath,
    Secrets,
    Yes,
)
from harness.cli.run_parameters import RunCommand, with_run_options
from harness.cli.schemas_group import schemas
from harness.cli.terminal import FOUND_PROBLEMS, WRONG_USE, echo, refuse
from harness.core import HarnessError

_FIRST = ("demo", "init", "chat", "run", "accept", "lint", "watch")
"""The commands that `harness --help` lists first, in the order in which they are needed."""


class _InOrder(PlainGroup):
    """Lists its commands in the order of `_FIRST`, then the others."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # typer's own context
        """The names."""
        names = super().list_commands(ctx)
        return [*_FIRST, *(name for name in names if name not in _FIRST)]


app = CommandLine(
    cls=_InOrder,
    add_completion=True,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Test conversations with any chat API.",
)
providers = CommandLine(
    no_args_is_help=True,
    help="Make, list and check the providers of harness.yaml.",
)
_GROUPS = {
    "providers": providers,
    "cassettes": cassettes,
    "report": report,
    "history": history,
    "import": importing,
    "schemas": schemas,
}
for _name, _group in _GROUPS.items():
    app.add_typer(_group, name=_name)
for _command in (*DESK, *ON_RECORDINGS, compare, flaky, freeze, *CALIBRATING):
    app.command()(_command)
# For the value of --affected, as in `run`.
app.command(cls=RunCommand)(strength)
app.command("eval")(evaluate)

Paths = Annotated[
    list[str] | None,
    typer.Argument(help="Scenario files, folders or node ids.", autocompletion=complete_scenarios),
]
Tags = Annotated[
    str | None,
    typer.Option(
        "-m",
        "--tag",
        help="Play only scenarios with these tags.",
        autocompletion=complete_tags,
    ),
]


def main() -> None:
    """Run the command line. Errors for the user are shown without a traceback."""
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


@app.command(
    cls=RunCommand,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
@with_run_options
def run(
    context: typer.Context,
    paths: Paths = None,
    *,
    tag: Tags = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="In refresh: replace recordings without asking.")
    ] = False,
    **given: Any,  # noqa: ANN401  # the options of runs, by their names
) -> None:
    """Play scenarios; other options are passed to pytest.

    Writes reports to the reports folder. Ends with 0 if all passed, 1 if one
    FAILED, 7 if some are BROKEN and none FAILED, 8 if some only drifted, and otherwise
    with pytest's exit status.
    """
    options = commands.RunOptions(
        paths=paths or [], given=given, tag=tag, is_agreed=yes, further=context.args
    )
    raise typer.Exit(commands.play(options))


@app.command()
def plan(
    paths: ScenarioPaths = None,
    *,
    provider: Providers = None,
    tag: OneOfTags = None,
    repeat: Annotated[
        str,
        typer.Option(
            metavar="TAKES",
            help="Takes of every scenario, in place of its own 'repeat': 5, 4/5 or decided.",
        ),
    ] = "",
    parts: Annotated[
        int, typer.Option(min=1, max=1000, help="Parts that take about as long as each other.")
    ] = 1,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, help="Write the plan for 'run --plan'."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what there is to play, how long it took when it was recorded, and divide it into parts.

    Plays nothing. `harness run --part 3/10` plays one part, with `--plan FILE` one of that plan.
    """
    options = commands.PlanOptions(
        paths=paths or [],
        providers=provider or [],
        tags=tag or [],
        repeat=repeat,
        parts=parts,
        out=out,
        as_json=as_json,
    )
    commands.show_plan(options)


@app.command()
def lint(
    paths: Paths = None,
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Turn warnings into errors.")] = False,
) -> None:
    """Check scenario files without playing them, and report all problems at once."""
    raise typer.Exit(FOUND_PROBLEMS if commands.lint_files(paths or [], strict=strict) else 0)


@providers.command("check")
def check_provider(
    name: str,
    *,
    live: Annotated[
        bool, typer.Option("--live", help="Also open a conversation and close it again.")
    ] = False,
    message: Annotated[
        str, typer.Option(help="With --live: the message to send; default: none.")
    ] = "",
) -> None:
    """Check a provider's definition and settings and, with --live, that it answers."""
    raise typer.Exit(
        0 if commands.check_provider(name, live=live, message=message) else FOUND_PROBLEMS
    )


@providers.command("new")
def new_provider(  # noqa: PLR0913  # one parameter an option
    name: Annotated[str, typer.Argument(help="The name of the new provider and definition.")],
    *,
    from_curl: FromCurl = "",
    from_har: FromHar = None,
    from_openapi: FromOpenapi = None,
    operation: Annotated[
        str,
        typer.Option(help="With --from-openapi: 'POST /chat' or an id; default: the likeliest."),
    ] = "",
    entry: Annotated[
        int,
        typer.Option(help="With --from-har: the number of the request; default: the likeliest."),
    ] = 0,
    message: Message = "",
    reply: ReplyPath = "",
    secret: Secrets = None,
    answer: Answer = None,
    open_curl: OpenCurl = "",
    open_answer: OpenAnswer = None,
    open_id: OpenId = "",
    live: Live = False,
    yes: Yes = False,
) -> None:
    """Make a provider from a request that works: definition, schema, entry and first scenario.

    Asks what the request does not say. Secrets become environment variables. No existing
    file is replaced.
    """
    options = commands.NewOptions(
        curl=from_curl,
        har=from_har,
        openapi=from_openapi,
        operation=operation,
        entry=entry,
        message=message,
        reply=reply,
        secrets=secret or [],
        answer=answer,
        open_curl=open_curl,
        open_answer=open_answer,
        open_id=open_id,
        is_live=live,
        is_agreed=yes,
    )
    if options.fault:
        raise refuse(options.fault)
    commands.create_provider(name, options)


@providers.command("list")
def list_providers() -> None:
    """List the providers of harness.yaml and the installed definitions."""
    commands.list_providers()


@app.command()
def check(
    transcripts: Annotated[
        list[Path],
        typer.Argument(help="results.json, a stored transcript, or messages: JSON or JSON lines."),
    ],
    *,
    scenario: Annotated[
        Path | None,
        typer.Option(help=("Scenario file to judge by; required unless the file is results.json.")),
    ] = None,
    messages: Annotated[
        str, typer.Option(help="JSONPath of the list of messages in a provider's own record.")
    ] = "",
) -> None:
    """Judge stored conversations without playing them."""
    raise typer.Exit(commands.check_stored(transcripts, scenario, messages))
