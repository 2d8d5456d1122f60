"""`harness providers`: their definitions, their settings, and whether they answer."""

from __future__ import annotations

from collections.abc import Sequence

from harness.authoring.provider_check.live_check import check_live
from harness.authoring.provider_check.step_doubts import doubts_in_check
from harness.authoring.provider_check.step_lines import step_lines
from harness.cli.here import project_here
from harness.cli.terminal import echo
from harness.conversation import Exchange, Reply
from harness.core import ConfigurationError, Problem, counted
from harness.play.judging import contracts
from harness.project.project import Project
from harness.project.verifying_providers import doubts_on
from harness.providers.catalogue import definition_of, installed
from harness.secrets.conversation_redaction import redact_error, redact_reply
from harness.secrets.redaction import Redactor
from harness.transport.curl import curl_line


def check_provider(name: str, *, live: bool, message: str) -> bool:
    """Print a provider's definition and settings. With `live`, returns whether it answers.

    Raises `AuthoringError` if the definition or a setting is wrong, or if a message is given
    without `live`.
    """
    if message and not live:
        raise ConfigurationError(
            Problem(
                code="no-effect",
                where="--message",
                message="a message is only sent with --live",
                hint="add --live, or remove --message",
            )
        )
    project = project_here()
    config = project.provider_config(name)
    definition = definition_of(project.config, config)
    echo(f"{name}: {definition.title}")
    for step in definition.steps:
        asked = f"{step.request.method} {step.request.written_path}"
        echo(f"  {step.name:<10} {step.kind:<8} {asked}".rstrip())
    if definition.forks:
        echo("  forks      branches share their beginning")
    provider = project.provider(name)
    for setting, value in provider.settings.items():
        is_secret = definition.settings[setting].is_secret
        shown = "(secret, set)" if is_secret and value else value
        echo(f"  {setting} = {'(not set)' if value is None else shown}")
    for doubt in (*provider.short_secrets, *doubts_on(project, config)):
        echo(f"warning: {doubt}")
    if provider.unverified:
        echo(f"warning: {provider.unverified}")
    return not live or _answers(project, name, message)


def list_providers() -> None:
    """Print the providers of the project and the installed definitions."""
    project = project_here()
    for name, config in project.config.providers.items():
        default = " (default)" if name == project.config.provider else ""
        echo(f"{name}: definition {config.definition}{default}")
    echo(f"installed definitions: {', '.join(sorted(installed()))}")


def _answers(project: Project, name: str, message: str) -> bool:
    check = check_live(project, name, message)
    for run in check.runs:
        for line in step_lines(run, check.redactor):
            echo(line)
    if check.reply is not None:
        _print_turn(message, check.reply, check.redactor)
    for doubt in doubts_in_check(check):
        echo(f"warning: {check.redactor.text(str(doubt))}")
    exchanges = [one for run in check.runs for one in run.shown]
    if check.error is not None:
        error = str(redact_error(check.error, check.redactor))
        echo("\n".join([*_broken_contracts(exchanges), error]))
        if exchanges:
            echo(f"  {curl_line(exchanges[-1].request)}")
        return False
    faults = _broken_contracts(exchanges) if exchanges else [_NOTHING_ASKED]
    if check.reply is not None and not check.reply.messages and not check.may_be_silent:
        faults.insert(0, _NO_MESSAGES)
    echo("\n".join([*dict.fromkeys(check.notes), *(faults or [f"{name} answers"])]))
    return not faults


def _print_turn(message: str, reply: Reply, redactor: Redactor) -> None:
    echo(f"  user       {redactor.text(message)}")
    for answer in redact_reply(reply, redactor).messages:
        echo(f"  assistant  {answer.text}")
    echo(f"  read from the answer: {_counts(reply)}")


def _broken_contracts(exchanges: Sequence[Exchange]) -> list[str]:
    """The answers that break the definition's schemas, in any phase."""
    return [
        "\n  ".join((f"{check.message} [{check.name}]", *check.actual.split("\n")))
        for check in contracts(exchanges, 0)
    ]


_NOTHING_ASKED = (
    "no request was sent, because nothing is sent before the first message; send one with"
    " --message Hello [nothing-asked]"
)
_NO_MESSAGES = (
    "the reply has no messages; check 'messages:' and 'text:' of the definition's 'reply:'"
    " [no-messages]"
)


def _counts(reply: Reply) -> str:
    """The number of messages, buttons and so on; 0 if a path matches nothing."""
    counts = (
        ("message", len(reply.messages)),
        ("button", len(reply.actions)),
        ("product", len(reply.products)),
        ("attachment", len(reply.attachments)),
        ("tool call", None if reply.tools is None else len(reply.tools)),
        ("usage figure", None if reply.usage is None else len(reply.usage)),
    )
    return ", ".join(
        f"{word}s not read" if count is None else counted(count, word) for word, count in counts
    )
