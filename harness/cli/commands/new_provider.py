"""`harness providers new`: makes a definition from a request and its answer."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.authoring.defining.answer_kind import kind_of_answer
from harness.authoring.defining.choices import Choices
from harness.authoring.defining.curl_command import sample_from_curl
from harness.authoring.defining.definition_draft import draft_provider
from harness.authoring.defining.har_sample import entries_of
from harness.authoring.defining.known_answers import KnownAnswer, known_answer
from harness.authoring.defining.new_provider import Targets, files_of, targets_of, write_files
from harness.authoring.defining.openapi_sample import sample_from_openapi
from harness.authoring.defining.opened_conversation import OPEN_CURL
from harness.authoring.defining.request_doubts import doubtful_values, written_conversation
from harness.authoring.defining.request_secrets import RequestSecret, secrets_of
from harness.authoring.defining.sample import SampleRequest
from harness.authoring.defining.sample_replay import require_playable
from harness.cli.commands.definition_questions import NewOptions, Questions, content_of
from harness.cli.here import config_here
from harness.cli.terminal import echo
from harness.config.env_file import environment_of
from harness.core import shorten
from harness.project_file import FILE_NAME
from harness.providers.catalogue import installed
from harness.transport.cassette import read_cassette

_CAPTURED = (
    f"give the request that opens a conversation, {OPEN_CURL} 'curl …', or capture it by hand in an"
    " 'open:' step: harness docs providers, 'Writing a definition'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProvider:
    """A provider whose files are not written yet."""

    targets: Targets
    files: Mapping[Path, str]
    """harness.yaml last."""
    notes: Sequence[str]
    secrets: Sequence[RequestSecret]
    reply: str
    """What the bot said in the sample; empty without one."""
    message: str
    """What the sample said to the bot."""


def create_provider(name: str, options: NewOptions) -> None:
    """Write the files of a new provider, and print what was written.

    Raises `AuthoringError`, and `PlayError` if the server cannot be asked.
    """
    targets = targets_of(name, config_here(), Path.cwd())
    new = drafted_provider(targets, options)
    write_files(new.files)
    _print(targets, list(new.files), new.notes, new.secrets)
    if new.reply:
        echo(f"reply of the sample: {shorten(new.reply)}")
    words = shlex.join(["--message", new.message])
    echo(f"next: harness providers check {name} --live {words}")


def drafted_provider(targets: Targets, options: NewOptions) -> NewProvider:
    """The files of a new provider, after all questions. Raises as `create_provider`."""
    name = targets.name
    questions = Questions(options, environment_of(targets.root, os.environ))
    sample = _opened(_sample(name, options, questions), questions)
    of_opening, secrets = _secrets(name, sample, questions)
    message = questions.message(sample)
    part = written_conversation(sample, secrets)
    answer = questions.answer(sample, f"{part.doubt}; {_CAPTURED}" if part else "")
    kind = None if answer is None else kind_of_answer(answer)
    known = None if kind is None or options.reply else known_answer(kind.payload)
    if answer is not None and answer not in sample.answers:
        sample = replace(sample, answers=(answer, *sample.answers))
    reply = known.reply if known is not None else questions.reply(kind)
    choices = Choices(
        name=name, message=message, reply=reply, secrets=secrets, of_opening=of_opening
    )
    draft = draft_provider(sample, choices, kind, known)
    said = require_playable(targets, draft, sample, choices)
    values = {one.setting: one.value for one in choices.all_secrets if one.value}
    return NewProvider(
        targets=targets,
        files=files_of(targets, draft, values),
        notes=[
            *draft.notes,
            *([f"{part.doubt}; {_CAPTURED}"] if part else []),
            *_doubts(sample, choices, questions.environment),
            *_of_known(known),
        ],
        secrets=choices.all_secrets,
        reply=said,
        message=choices.message.said,
    )


def _secrets(
    name: str, sample: SampleRequest, questions: Questions
) -> tuple[tuple[RequestSecret, ...], tuple[RequestSecret, ...]]:
    """The secrets of the request that opens, and of the one that sends, with their variables."""
    opening = [sample.opening.sample] if sample.opening is not None else []
    named, environment = questions.options.secrets, questions.environment
    *before, later = secrets_of([*opening, sample], name, named, environment)
    of_opening = before[0] if before else ()
    distinct = {secret.setting: secret for secret in (*of_opening, *later)}
    chosen = {setting: questions.variable(one).variable for setting, one in distinct.items()}
    return (
        tuple(replace(one, variable=chosen[one.setting]) for one in of_opening),
        tuple(replace(one, variable=chosen[one.setting]) for one in later),
    )


def _doubts(
    sample: SampleRequest, choices: Choices, environment: Mapping[str, str]
) -> Iterable[str]:
    """Notes on values of both requests that may be secrets."""
    doubts = [*doubtful_values(sample, choices.secrets, environment)]
    if sample.opening is not None:
        doubts += doubtful_values(sample.opening.sample, choices.of_opening, environment)
    return dict.fromkeys(doubts)


def _sample(name: str, options: NewOptions, questions: Questions) -> SampleRequest:
    if options.openapi is not None:
        content = content_of(options.openapi)
        return sample_from_openapi(content, str(options.openapi), options.operation, name)
    if options.har is not None:
        return questions.entry(entries_of(read_cassette(options.har, str(options.har))))
    command = sys.stdin.read() if options.curl == "-" else options.curl
    return sample_from_curl(command, questions.environment, Path.cwd())


def _opened(sample: SampleRequest, questions: Questions) -> SampleRequest:
    """The sample in the conversation that another request opens, if there is such a request."""
    part = written_conversation(sample, ())
    is_secret = part is not None and any(
        one.partition("=")[0] == f"path[{part.number}]" for one in questions.options.secrets
    )
    return questions.opened(sample, "" if part is None or is_secret else part.doubt)


def _of_known(known: KnownAnswer | None) -> list[str]:
    if known is None:
        return []
    notes = [f"the answer is that of {known.title}"]
    if known.definition in installed():
        notes.append(f"the installed definition {known.definition} describes this API completely")
    return notes


def _print(
    targets: Targets, files: Sequence[Path], notes: Sequence[str], secrets: Sequence[RequestSecret]
) -> None:
    for file in files:
        done = f"provider {targets.name} added" if file.name == FILE_NAME else "written"
        echo(f"{targets.shown(file)}: {done}")
    for note in notes:
        echo(f"note: {note}")
    for secret in secrets:
        echo(f"export {secret.variable}=…  # {secret.name} of the request; not stored anywhere")
