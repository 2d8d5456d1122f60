"""The commands for an author at a terminal, with their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import commands
from harness.cli.common_options import Paths, Providers, Tags
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
from harness.cli.terminal import FOUND_PROBLEMS, refuse


def chat(
    name: Annotated[
        str, typer.Argument(help="A provider; default: that of the file, or the project's.")
    ] = "",
    *,
    file: Annotated[
        Path | None, typer.Option("--from", help="Say the turns of this scenario before --turn.")
    ] = None,
    turn: Annotated[
        int, typer.Option(help="With --from: the turn at which you go on, from 1.")
    ] = 0,
    row: Annotated[str, typer.Option(help="With --from: a row of its matrix.")] = "",
    session: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Sent when the conversation opens; repeatable."),
    ] = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE", help="Sent with every message that you type; repeatable."
        ),
    ] = None,
) -> None:
    """Talk to a provider by hand, and save what was said as a scenario with its recording.

    /help in the chat lists its commands. If the input is not a terminal, each of its lines is
    said. A turn that breaks, a message that is refused, a check that fails or a wrong command then
    ends with 1; a refusal on which a /check passes is expected.
    """
    if (file is None) != (turn == 0):
        raise refuse(
            "--from needs --turn: the number of the turn at which you go on, such as --turn 3"
            if turn == 0
            else "--turn needs --from: the scenario's file"
        )
    if file is None and row:
        raise refuse("--row needs --from: the scenario's file")
    if file is not None and session:
        raise refuse("--session is not used with --from: the file has its own 'session:'")
    options = commands.ChatOptions(
        file=file, turn=turn, row=row, session=session or [], metadata=metadata or []
    )
    is_bad = commands.hold_chat(name, options)
    raise typer.Exit(FOUND_PROBLEMS if is_bad else 0)


def demo(
    folder: Annotated[Path, typer.Argument(help="The new folder.")] = Path("harness-demo"),
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the bot; 0 uses a free one.")
    ] = 0,
    yes: Annotated[
        bool, typer.Option("--yes", help="Accept the new answer without asking.")
    ] = False,
) -> None:
    """Show a first red and a first green, with a bot on loopback. Needs no network and no key.

    Writes a project into a new folder, records a conversation, changes the bot, and plays again.
    Without a terminal, the new answer is accepted without asking. Ends with 1 if a step did not
    end as shown.
    """
    raise typer.Exit(commands.play_demo(folder, port=port, is_agreed=yes))


def init(  # noqa: PLR0913  # one parameter an option
    folder: Annotated[Path, typer.Argument(help="Default: the current one.")] = Path(),
    *,
    api: Annotated[str, typer.Option(help="An installed definition, such as openai-chat.")] = "",
    from_curl: FromCurl = "",
    from_har: FromHar = None,
    from_openapi: FromOpenapi = None,
    name: Annotated[
        str, typer.Option(help="Name of the provider; default: that of --api, or bot.")
    ] = "",
    variable: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SETTING=VARIABLE",
            help="With --api: the variable that has a setting; can be repeated.",
        ),
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="SETTING=VALUE",
            help="With --api: the value of a setting that is not secret; can be repeated.",
        ),
    ] = None,
    secret: Secrets = None,
    message: Message = "",
    reply: ReplyPath = "",
    answer: Answer = None,
    open_curl: OpenCurl = "",
    open_answer: OpenAnswer = None,
    open_id: OpenId = "",
    live: Live = False,
    ci: Annotated[str, typer.Option(help="Workflow for CI: github, gitlab or none.")] = "",
    yes: Yes = False,
) -> None:
    """Start a project: harness.yaml, a first scenario, and files for git, editors and CI.

    Asks which chat API the bot has, and where its secrets come from. Files that exist are left as
    they are.
    """
    request = commands.NewOptions(
        curl=from_curl,
        har=from_har,
        openapi=from_openapi,
        message=message,
        reply=reply,
        secrets=secret or [],
        answer=answer,
        open_curl=open_curl,
        open_answer=open_answer,
        open_id=open_id,
        is_live=live,
    )
    options = commands.InitOptions(
        api=api,
        name=name,
        request=request,
        variables=variable or [],
        values=values or [],
        ci=ci,
        is_agreed=yes,
    )
    if options.fault:
        raise refuse(options.fault)
    commands.start_project(folder, options)


def accept(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE[:LINE]]...", help="Scenario, fragment or defaults.yaml."),
    ] = None,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Every file with a failure in the last run's results.")
    ] = False,
    provider: Annotated[
        list[str] | None,
        typer.Option(help="Judge with this provider, too; can be repeated."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    reports: Annotated[Path, typer.Option(help="Folder of the reports.")] = Path("reports"),
) -> None:
    """Rewrite failed expectations to what the bot says now, if it holds in all recordings.

    Without a LINE, all failed expectations of the file. Shows the changes and asks. Ends with 0 if
    all that failed was rewritten, and 1 if not.
    """
    options = commands.AcceptOptions(
        paths=paths or [], every=every, providers=provider or [], is_agreed=yes, reports=reports
    )
    raise typer.Exit(0 if commands.accept_failures(options) else FOUND_PROBLEMS)


def probe(
    provider: str,
    *,
    scenario: Annotated[
        list[Path] | None,
        typer.Option(
            help=("Send the messages of this scenario; a second one for the other conversation.")
        ),
    ] = None,
    say: Annotated[
        list[str] | None,
        typer.Option(help="Send this, turn by turn; {marker} is the word to look for."),
    ] = None,
) -> None:
    """Hold two live conversations side by side; fail if a word of one appears in the other."""
    is_leaking = commands.probe_isolation(provider, scenario or [], say or [])
    raise typer.Exit(FOUND_PROBLEMS if is_leaking else 0)


def emulate(
    names: Annotated[list[str] | None, typer.Argument(help="Default: all.")] = None,
    *,
    port: Annotated[
        int, typer.Option(help="Port of the first; the others follow. 0 uses free ports.")
    ] = 0,
) -> None:
    """Serve emulators of chat APIs on loopback until Ctrl-C; print the variables to export."""
    commands.emulate_until_stopped(names or [], port)


Plain = Annotated[bool, typer.Option("--plain", help="Print Markdown, as outside a terminal.")]


def docs(
    page: Annotated[
        str, typer.Argument(help="Its name, or PAGE#SECTION; default: list all pages.")
    ] = "",
    *,
    search: Annotated[str, typer.Option(help="List the lines that contain these words.")] = "",
    plain: Plain = False,
) -> None:
    """Show the documentation, without a network."""
    if page and search:
        raise refuse("give a page, or --search WORDS")
    commands.show_docs(page, search, is_plain=plain)


def explain(
    codes: Annotated[
        list[str] | None,
        typer.Argument(help="Codes at the end of messages; default: list all codes."),
    ] = None,
    *,
    plain: Plain = False,
) -> None:
    """Explain the code at the end of a message, such as no-such-button, or a failed check."""
    commands.explain(codes or [], is_plain=plain)


def watch(
    paths: Paths = None,
    *,
    provider: Providers = None,
    tag: Tags = None,
    last_failed: Annotated[
        bool,
        typer.Option("--last-failed", help="Begin with the scenarios that failed last time."),
    ] = False,
) -> None:
    """Play scenarios, and again what each change of a file can touch, until Ctrl-C."""
    commands.watch_until_stopped(paths or [], provider or [], tag or [], only_failed=last_failed)


DESK = (demo, init, chat, accept, watch, docs, explain, probe, emulate)
