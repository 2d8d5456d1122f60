"""`harness providers`: their definitions, their settings, and whether they answer."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from harness.cli.here import project_here
from harness.cli.terminal import echo
from harness.conversation import Exchange, Reply, UserMessage
from harness.core import ConfigurationError, PlayError, Problem, counted
from harness.play.context_factory import ContextFactory
from harness.play.conversation_state import ConversationState
from harness.play.judging import contracts
from harness.play.preparing import prepare_on
from harness.project.project import Project
from harness.project.verifying_providers import doubts_on
from harness.providers.catalogue import definition_of, installed
from harness.providers.session import Prepared, Session
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
        echo(f"  {step.name:<10} {step.kind:<8} {step.request.method}")
    if definition.forks:
        echo("  forks      branches share their beginning")
    provider = project.provider(name)
    for setting, value in provider.settings.items():
        is_secret = definition.settings[setting].is_secret
        shown = "(secret, set)" if is_secret and value else value
        echo(f"  {setting} = {'(not set)' if value is None else shown}")
    for doubt in (*provider.short_secrets, *doubts_on(project, config)):
        echo(f"warning: {doubt}")
    return not live or _answers(project, name, message)


def list_providers() -> None:
    """Print the providers of the project and the installed definitions."""
    project = project_here()
    for name, config in project.config.providers.items():
        default = " (default)" if name == project.config.provider else ""
        echo(f"{name}: definition {config.definition}{default}")
    echo(f"installed definitions: {', '.join(sorted(installed()))}")


def _answers(project: Project, name: str, message: str) -> bool:
    context = ContextFactory(project).live_check(name)
    state = ConversationState(context)
    prepared: list[Exchange] = []
    shown: list[Exchange] = []

    def prepare() -> Prepared:
        values = prepare_on(state)
        prepared.extend(values.exchanges)
        return values

    session = Session(
        context.provider,
        context.transport,
        seed=context.seed,
        prepare=prepare,
        know=state.know,
        hides=state.hides,
    )
    faults: list[str] = []
    try:
        if message:
            reply = session.say(UserMessage(text=message), 1)
            # First, so that the redactor knows the secrets of the answers.
            shown += state.redact(session.take_exchanges())
            _print_turn(message, reply, state.redactor)
            faults += [] if reply.messages else [_NO_MESSAGES]
        else:
            session.open()
        session.close()
        shown += state.redact(session.take_exchanges())
        faults += _broken_contracts(shown) if shown or prepared else [_NOTHING_ASKED]
    except PlayError as error:
        shown += state.redact(session.take_exchanges())
        echo("\n".join([*_broken_contracts(shown), str(redact_error(error, state.redactor))]))
        if shown:
            echo(f"  {curl_line(shown[-1].request)}")
        with suppress(PlayError), context.closing_transport() as transport:
            session.close(transport)
        return False
    finally:
        context.transport.close()
    echo("\n".join([*state.notes, *(faults or [f"{name} answers"])]))
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
