"""The questions of a command that makes a definition from a request, and its options."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from harness.authoring.defining.answer_kind import AnswerKind
from harness.authoring.defining.choices import MessagePlace, message_at, reply_at, unseen_reply
from harness.authoring.defining.curl_command import sample_from_curl
from harness.authoring.defining.guesses import guess_buttons, guess_message, guess_reply
from harness.authoring.defining.har_sample import MOST_SHOWN, HarEntry, entry_at, likeliest
from harness.authoring.defining.live_answer import ask_once, refusal_hint
from harness.authoring.defining.opened_conversation import (
    OPEN_CURL,
    OPEN_ID,
    NothingTaken,
    in_opened,
)
from harness.authoring.defining.request_secrets import RequestSecret, require_variable
from harness.authoring.defining.sample import SampleRequest, answer_from, body_of, query_of
from harness.authoring.defining.shell_words import is_continued
from harness.cli.terminal import ask, ask_if_open, echo
from harness.conversation import Response
from harness.core import (
    ConfigurationError,
    HarnessError,
    Json,
    Problem,
    no_such_file,
    quote,
    shorten,
)

_REFUSES = 400
_NOT_OPENED = "give the request that opens a conversation with all that the server needs"
_NO_EFFECT = "has no effect without"
_POLLED = (
    "if the bot replies later, it has to be polled, and the definition is written by hand, see"
    " harness docs polls; otherwise give --reply"
)
_Read = TypeVar("_Read")


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
    open_curl: str = ""
    """The request that opens a conversation; empty if there is none."""
    open_answer: Path | None = None
    """A file with its answer."""
    open_id: str = ""
    """The JSONPath in that answer to what the other request takes; empty for the likeliest."""
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
            (self.operation and not self.openapi, f"--operation {_NO_EFFECT} {openapi}"),
            (self.entry and not self.har, f"--entry {_NO_EFFECT} {har}"),
            (self.answer is not None and self.is_live, "choose one of --answer and --live"),
            (self.open_answer and not self.open_curl, f"--open-answer {_NO_EFFECT} {OPEN_CURL}"),
            (self.open_id and not self.open_curl, f"{OPEN_ID} {_NO_EFFECT} {OPEN_CURL}"),
        )
        return next((sentence for is_so, sentence in faults if is_so), "")


@dataclass(frozen=True, slots=True)
class Questions:
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
            question = "number of the request that sends a message"

            def read(typed: str) -> SampleRequest:
                return entry_at(entries, int(typed) if typed.isdecimal() else -1).sample

            return self._until_valid(question, str(guess.number), "--entry", read)
        return entry_at(entries, number).sample if number else guess.sample

    def message(self, sample: SampleRequest) -> MessagePlace:
        """Where the user's message is."""
        if self.options.message:
            return message_at(sample, self.options.message)
        _, body = body_of(sample.request)
        guess = guess_message(body) or guess_message(query_of(sample.request))
        question = "JSONPath to the user's message in the request"
        return self._until_valid(question, guess, "--message", partial(message_at, sample))

    def variable(self, secret: RequestSecret) -> RequestSecret:
        """The secret with the variable that holds it."""
        if any(text.partition("=")[2] == secret.variable for text in self.options.secrets):
            return secret
        question = f"{secret.name} is a secret; environment variable that holds it"
        flag = f"--secret {secret.name}=VARIABLE"
        read = partial(require_variable, name=secret.name)
        return replace(secret, variable=self._until_valid(question, secret.variable, flag, read))

    def opened(self, sample: SampleRequest, doubt: str) -> SampleRequest:
        """The request that sends a message, in the conversation that another request opens.

        That one is asked for only if there is a `doubt` about the sample, which stays as it is
        without it.
        """
        if self.options.open_curl:
            return self._opened(sample, self.options.open_curl)
        if self.options.is_agreed or not doubt:
            return sample
        echo(f"{doubt}.")
        while typed := ask_command("curl command that opens a conversation, or nothing", ask):
            try:
                return self._opened(sample, typed)
            except HarnessError as error:
                echo(str(error), err=True)
        return sample

    def _opened(self, sample: SampleRequest, command: str) -> SampleRequest:
        opening = sample_from_curl(command, self.environment, Path.cwd(), OPEN_CURL)
        opening = replace(opening, answers=(self._opening_answer(opening),))
        try:
            return in_opened(sample, opening, self.options.open_id)
        except NothingTaken as error:
            if self.options.is_agreed or self.options.open_id:
                raise
            echo(str(error), err=True)
        question = "JSONPath to the id of the conversation in this answer"
        return self._until_valid(question, "", OPEN_ID, partial(in_opened, sample, opening))

    def _opening_answer(self, opening: SampleRequest) -> Response:
        """The answer of the request that opens a conversation. Raises `ConfigurationError`."""
        file = self.options.open_answer
        if file is not None or self.options.is_live:
            return self._accepted(opening, file, _NOT_OPENED)
        question = "file with the answer of the request that opens, or 'live' to send it once"
        while not self.options.is_agreed and (typed := ask(question)):
            try:
                return self._accepted(
                    opening, None if typed == "live" else Path(typed), _NOT_OPENED
                )
            except HarnessError as error:
                echo(str(error), err=True)
        message = "the answer of the request that opens a conversation is not known"
        raise _missing("missing-choice", message, "give --open-answer FILE or --live")

    def answer(self, sample: SampleRequest, doubt: str) -> Response | None:
        """A sample of an answer; None if there is none. `doubt` says why it may be refused."""
        options = self.options
        if options.answer is None and not options.is_live and sample.answers:
            return sample.answers[0]
        if options.answer is not None or options.is_live:
            return self._accepted(sample, options.answer, doubt)
        question = "file with a sample answer, 'live' to ask the server once, or nothing"
        while not options.is_agreed and (typed := ask(question)):
            try:
                return self._accepted(sample, None if typed == "live" else Path(typed), doubt)
            except HarnessError as error:
                echo(str(error), err=True)
        return None

    def _accepted(self, sample: SampleRequest, file: Path | None, doubt: str) -> Response:
        """The answer in a file, or of the server. Raises `ConfigurationError` for a refusal."""
        answer = ask_once(sample, self.environment) if file is None else _stored(file)
        if answer.status >= _REFUSES:
            text = shorten(answer.body.decode("utf-8", "replace"))
            message = f"the answer is a refusal, status {answer.status}: {text}"
            hint = refusal_hint(sample, answer.status) if file is None else ""
            usual = doubt or "give one that contains a reply"
            where = OPEN_CURL if sample.where == OPEN_CURL else ""
            raise _missing("sample-refused", message, hint or usual, where)
        return answer

    def reply(self, kind: AnswerKind | None) -> dict[str, Json]:
        """The `reply:` of the definition."""
        options = self.options
        if kind is None:
            if not options.reply and options.is_agreed:
                hint = "give --answer FILE, --live, or --reply"
                raise _missing("missing-choice", "it is not known where the reply is", hint)
            question = "JSONPath to the text of the reply in the answer"
            if options.reply:
                return unseen_reply(options.reply)
            return self._until_valid(question, "", "--reply", unseen_reply)
        guess = guess_reply(kind)
        path = str(guess["join"]) if isinstance(guess, dict) else str(guess or "")
        question = "JSONPath to the text of the reply in the answer"
        read = partial(_reply_with_buttons, kind)
        if options.reply:
            return read(options.reply)
        if not path:
            if options.is_agreed:
                raise _missing("missing-choice", _without_text(kind), _POLLED)
            echo(f"{_without_text(kind)}; {_POLLED}", err=True)
        return self._until_valid(question, path, "--reply", read)

    def _until_valid(
        self, question: str, guess: str, flag: str, read: Callable[[str], _Read]
    ) -> _Read:
        """What `read` makes of the answer. A person is asked again after a wrong one."""
        while True:
            given = guess if self.options.is_agreed else ask_if_open(question, guess)
            try:
                if not given:
                    message = f"not answered: {question}"
                    raise _missing("missing-choice", message, f"give {flag}")
                return read(given)
            except ConfigurationError as error:
                if given is None or self.options.is_agreed:
                    raise
                echo(str(error), err=True)


def _without_text(kind: AnswerKind) -> str:
    """That an answer has no reply, with the answer."""
    status = kind.answer.get("status", 200)
    shown = shorten(json.dumps(kind.payload, ensure_ascii=False))
    return f"the answer has no text that looks like a reply: status {status}, {shown}"


def ask_command(question: str, asks: Callable[[str], str]) -> str:
    """What the user types; a curl command goes on in the next line after a backslash."""
    typed = asks(question)
    while typed.startswith("curl") and is_continued(typed):
        typed = f"{typed}\n{asks('>')}"
    return typed


def _reply_with_buttons(kind: AnswerKind, path: str) -> dict[str, Json]:
    buttons = "" if kind.stream is not None else guess_buttons(kind.payload, path)
    return {**reply_at(path, kind), **({"actions": buttons} if buttons else {})}


def _stored(file: Path) -> Response:
    return answer_from(content_of(file))


def content_of(file: Path) -> bytes:
    """The content of a file that the user names. Raises `ConfigurationError`."""
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise no_such_file(str(file)) from error
    except OSError as error:
        message = f"{quote(str(file))} cannot be read: {error.strerror}"
        raise _missing("unreadable-file", message, "") from error


def _missing(code: str, message: str, hint: str, where: str = "") -> ConfigurationError:
    return ConfigurationError(Problem(code=code, message=message, hint=hint, where=where))
