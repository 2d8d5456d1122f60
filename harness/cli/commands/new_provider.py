"""`harness providers new`: makes a definition from a request and its answer."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.authoring.defining.answer_kind import AnswerKind, kind_of_answer
from harness.authoring.defining.choices import Choices, message_at, reply_at
from harness.authoring.defining.curl_command import sample_from_curl
from harness.authoring.defining.definition_draft import draft_provider
from harness.authoring.defining.guesses import guess_buttons, guess_message, guess_reply
from harness.authoring.defining.har_sample import (
    MOST_SHOWN,
    HarEntry,
    entries_of,
    entry_at,
    likeliest,
)
from harness.authoring.defining.known_answers import KnownAnswer, known_answer
from harness.authoring.defining.live_answer import ask_once
from harness.authoring.defining.new_provider import (
    Targets,
    files_of,
    targets_of,
    write_files,
)
from harness.authoring.defining.openapi_sample import sample_from_openapi
from harness.authoring.defining.request_secrets import (
    RequestSecret,
    doubtful_values,
    require_variable,
    secrets_of,
    written_conversation,
)
from harness.authoring.defining.sample import SampleRequest, answer_from, body_of, query_of
from harness.authoring.defining.sample_replay import require_playable
from harness.cli.here import config_here
from harness.cli.terminal import ask, echo
from harness.config.env_file import environment_of
from harness.conversation import Response
from harness.core import ConfigurationError, Json, Problem, no_such_file, quote, shorten
from harness.project_file import FILE_NAME
from harness.providers.catalogue import installed
from harness.transport.cassette import read_cassette

_REFUSES = 400
_CAPTURED = (
    "capture it from the request that opens a conversation, in an 'open:' step: harness docs"
    " providers, 'Writing a definition'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOptions:
    """The options of the command; empty ones are asked for."""

    curl: str = ""
    har: Path | None = None
    openapi: Path | None = None
    operation: str = ""
    """The operation of the OpenAPI document; empty for the likeliest."""
    entry: int = 0
    """The number of the request in the HAR file; 0 for the likeliest."""
    message: str = ""
    reply: str = ""
    secrets: Sequence[str] = ()
    answer: Path | None = None
    is_live: bool = False
    is_agreed: bool = False
    """Take the guesses without asking."""

    @property
    def sources(self) -> int:
        """How many requests are named; one is needed."""
        return bool(self.curl) + (self.har is not None) + (self.openapi is not None)

    @property
    def fault(self) -> str:
        """Why the options do not fit together, in a sentence; empty if they do."""
        if self.sources != 1:
            return (
                "choose where the request is from: --from-curl 'curl …', --from-har FILE or"
                " --from-openapi FILE"
            )
        har, openapi = "--from-har", "--from-openapi"
        faults = (
            (self.operation and not self.openapi, f"--operation has no effect without {openapi}"),
            (self.entry and not self.har, f"--entry has no effect without {har}"),
            (self.answer is not None and self.is_live, "choose one of --answer and --live"),
        )
        return next((sentence for is_so, sentence in faults if is_so), "")


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
    questions = _Questions(options, environment_of(targets.root, os.environ))
    sample = _sample(name, options, questions)
    secrets = secrets_of(sample, name, options.secrets, questions.environment)
    secrets = tuple(map(questions.variable, secrets))
    message = message_at(sample, options.message or questions.message(sample))
    part = written_conversation(sample, secrets)
    answer = questions.answer(sample, f"{part.doubt}; {_CAPTURED}" if part else "")
    kind = None if answer is None else kind_of_answer(answer)
    known = None if kind is None or options.reply else known_answer(kind.payload)
    if answer is not None and answer not in sample.answers:
        sample = replace(sample, answers=(answer, *sample.answers))
    reply = known.reply if known is not None else questions.reply(kind)
    choices = Choices(name=name, message=message, reply=reply, secrets=secrets)
    draft = draft_provider(sample, choices, kind, known)
    said = require_playable(targets, draft, sample, choices)
    doubts = doubtful_values(sample, secrets, questions.environment)
    return NewProvider(
        targets=targets,
        files=files_of(targets, draft, {s.setting: s.value for s in secrets if s.value}),
        notes=[
            *draft.notes,
            *([f"{part.doubt}; {_CAPTURED}"] if part else []),
            *doubts,
            *_of_known(known),
        ],
        secrets=secrets,
        reply=said,
        message=choices.message.said,
    )


def _sample(name: str, options: NewOptions, questions: _Questions) -> SampleRequest:
    if options.openapi is not None:
        content = _content(options.openapi)
        return sample_from_openapi(content, str(options.openapi), options.operation, name)
    if options.har is not None:
        return questions.entry(entries_of(read_cassette(options.har, str(options.har))))
    command = sys.stdin.read() if options.curl == "-" else options.curl
    return sample_from_curl(command, questions.environment, Path.cwd())


@dataclass(frozen=True, slots=True)
class _Questions:
    """Asks for what the options do not say; with `--yes`, takes the guess."""

    options: NewOptions
    environment: Mapping[str, str]
    """The variables that a request can name."""

    def entry(self, entries: Sequence[HarEntry]) -> SampleRequest:
        """The request that sends a message."""
        guess = likeliest(entries)
        number = self.options.entry
        if not number and not self.options.is_agreed and len(entries) > 1:
            for entry in entries[:MOST_SHOWN]:
                echo(entry.shown)
            typed = self._ask(
                "number of the request that sends a message", str(guess.number), "--entry"
            )
            number = int(typed) if typed.isdecimal() else -1
        return entry_at(entries, number).sample if number else guess.sample

    def message(self, sample: SampleRequest) -> str:
        """The JSONPath to the user's message."""
        _, body = body_of(sample.request)
        guess = guess_message(body) or guess_message(query_of(sample.request))
        question = "JSONPath to the user's message in the request"
        return self._ask(question, guess, "--message")

    def variable(self, secret: RequestSecret) -> RequestSecret:
        """The secret with the variable that holds it."""
        if any(text.partition("=")[2] == secret.variable for text in self.options.secrets):
            return secret
        question = f"{secret.name} is a secret; environment variable that holds it"
        flag = f"--secret {secret.name}=VARIABLE"
        variable = self._ask(question, secret.variable, flag)
        return replace(secret, variable=require_variable(variable, secret.name))

    def answer(self, sample: SampleRequest, doubt: str) -> Response | None:
        """A sample of an answer; None if there is none. `doubt` says why it may be refused."""
        options = self.options
        if options.answer is None and not options.is_live and sample.answers:
            return sample.answers[0]
        answer = None
        if options.answer is not None:
            answer = _stored(options.answer)
        elif options.is_live:
            answer = ask_once(sample, self.environment)
        elif not options.is_agreed:
            question = "file with a sample answer, 'live' to ask the server once, or nothing"
            typed = ask(question)
            if typed:
                answer = (
                    ask_once(sample, self.environment) if typed == "live" else _stored(Path(typed))
                )
        if answer is not None and answer.status >= _REFUSES:
            text = shorten(answer.body.decode("utf-8", "replace"))
            message = f"the answer is a refusal, status {answer.status}: {text}"
            raise _missing("sample-refused", message, doubt or "give one that contains a reply")
        return answer

    def reply(self, kind: AnswerKind | None) -> dict[str, Json]:
        """The `reply:` of the definition."""
        options = self.options
        if kind is None:
            if not options.reply and options.is_agreed:
                hint = "give --answer FILE, --live, or --reply"
                raise _missing("missing-choice", "it is not known where the reply is", hint)
            question = "JSONPath to the text of the reply in the answer"
            return {"text": options.reply or self._ask(question, "", "--reply")}
        guess = guess_reply(kind)
        path = str(guess["join"]) if isinstance(guess, dict) else str(guess or "")
        question = "JSONPath to the text of the reply in the answer"
        path = options.reply or self._ask(question, path, "--reply")
        buttons = "" if kind.stream is not None else guess_buttons(kind.payload, path)
        return {**reply_at(path, kind), **({"actions": buttons} if buttons else {})}

    def _ask(self, question: str, guess: str, flag: str) -> str:
        given = guess if self.options.is_agreed else ask(question, guess)
        if not given:
            message = f"not answered: {question}"
            raise _missing("missing-choice", message, f"give {flag}")
        return given


def _stored(file: Path) -> Response:
    return answer_from(_content(file))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise no_such_file(str(file)) from error
    except OSError as error:
        message = f"{quote(str(file))} cannot be read: {error.strerror}"
        raise _missing("unreadable-file", message, "") from error


def _missing(code: str, message: str, hint: str) -> ConfigurationError:
    return ConfigurationError(Problem(code=code, message=message, hint=hint))


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
