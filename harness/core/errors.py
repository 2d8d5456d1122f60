"""All errors of this package, as one tree.

* HarnessError                  what this package raises
  x AuthoringError              a file of the author is wrong; holds all problems of the file
    + YamlError                 the text is not the YAML that we read
    + ScenarioError             a scenario file
    + ConfigurationError        harness.yaml, its environment, or the command line
    + DefinitionError           a provider definition
    + SchemaError               a JSON Schema
  x PlayError                   it could not be judged whether the bot was right: BROKEN
    + TransportError            the network, or a limit on it
      - NeverSent               the server cannot have seen the request
      - LostOnTheWay            the server may have acted on the request
      - TimedOut                a limit on time was reached
    + ProtocolError             an answer that the definition cannot read
      - Refused                 an answer whose status or state says no; scenarios can expect it
      - NoHistory               the provider keeps no record of the conversation
      - NoSuchButton            no button, or more than one, is the one that is pressed
    + CassetteError             a recording that is missing, unreadable or does not fit
      - Miss                    it does not contain a request; `record` records it again
        ~ MissingCassette       there is no recording
        ~ NotRecorded           a request that was never recorded
        ~ SentTooOften          a request that was recorded fewer times
      - CassetteLocked          another run records it
      - SecretInCassette        it would contain a secret
    + CheckCrashed              a check that could not do its work
    + InternalError             an unexpected exception
    + Interrupted               the run was stopped
    + BudgetUsedUp              the run has spent what it may

A wrong reply of the bot is a value (`Outcome.FAILED`), never an exception.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from harness.core.code_points import telling
from harness.core.printable import printable
from harness.core.source import Place, shorten
from harness.core.typing import Json
from harness.core.values import value_class


@value_class(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, and where."""

    code: str
    """Short and stable, such as `duplicate-key`; explained in docs/errors.md."""
    message: str
    """What was found, and what was expected; one sentence without a full stop."""
    place: Place | None = None
    subject: str = ""
    """Where in the reader's terms, such as `turn 2 "confirm date"`."""
    hint: str = ""
    """The likely intent or the next step; shown after the caret, or last."""
    where: str = ""
    """Used if there is no place in a file: an environment variable, an address."""

    def __str__(self) -> str:
        start = ": ".join(part for part in (str(self.place or self.where), self.subject) if part)
        first = f"{start}: {self.message}" if start else self.message
        excerpt = self.place.excerpt(self.hint) if self.place else ""
        if excerpt:
            return f"{first}\n{excerpt} [{self.code}]"
        if self.hint:
            return f"{first}; {self.hint} [{self.code}]"
        return f"{first} [{self.code}]"


def unseen(problem: Problem) -> Problem:
    """The problem without its line of the file, which may contain a secret."""
    if problem.place is None:
        return problem
    return replace(problem, place=None, where=str(problem.place))


class HarnessError(Exception):
    """What this package raises; its text is written for the user and needs no traceback."""


class AuthoringError(HarnessError):
    """A file of the author is wrong. Holds all problems of the file, in order of place."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        given = (problems,) if isinstance(problems, Problem) else tuple(problems)
        self.problems: Sequence[Problem] = tuple(sorted(given, key=_by_place))
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class YamlError(AuthoringError):
    """The text is not the YAML that we read."""


class ScenarioError(AuthoringError):
    """A scenario file says something that cannot be played."""


class ConfigurationError(AuthoringError):
    """harness.yaml, its environment, or the command line is wrong."""


class DefinitionError(AuthoringError):
    """A provider definition is wrong."""


class SchemaError(AuthoringError):
    """A JSON Schema is wrong, or has a reference that is not allowed."""


def no_such_file(name: str, hint: str = "") -> ScenarioError:
    """For a file or folder that does not exist."""
    message = "there is no such file"
    return ScenarioError(Problem(code="no-such-file", message=message, where=name, hint=hint))


def cannot_listen(port: int, error: OSError) -> ConfigurationError:
    """For a port of loopback that an emulator cannot use."""
    return ConfigurationError(
        Problem(
            code="cannot-listen",
            where=error.filename or f"127.0.0.1:{port}",
            message=f"an emulator cannot use this port: {error.strerror}",
            hint="choose another one with --port; 0 uses a free one",
        )
    )


@dataclass(eq=False)
class PlayError(HarnessError):
    """It could not be judged whether the bot was right; the scenario is BROKEN."""

    code: str
    message: str
    """One sentence without a full stop."""
    hint: str = ""
    details: tuple[str, ...] = field(default=(), kw_only=True)
    """Further lines, such as a difference or the bytes that were received."""

    def __str__(self) -> str:
        first = f"{self.message}; {self.hint}" if self.hint else self.message
        lines = "".join(f"\n  {line}" for line in self.details)
        # A server wrote parts of it, and pytest shows it as it is.
        return printable(f"{first} [{self.code}]{lines}")


class TransportError(PlayError):
    """The network failed, or a limit on it was reached."""


class NeverSent(TransportError):
    """The server cannot have seen the request."""


class LostOnTheWay(TransportError):
    """The server may have acted on the request, but there was no answer."""


class TimedOut(TransportError):
    """A limit on time was reached."""


class ProtocolError(PlayError):
    """An answer that the provider's definition cannot read."""


@dataclass(eq=False)
class Refused(ProtocolError):
    """An answer whose status or state says no. A scenario can expect it with `error:`."""

    status: int = field(default=0, kw_only=True)
    state: str = field(default="", kw_only=True)
    payload: Json = field(default=None, kw_only=True, repr=False)
    """The answer as the definition reads it; None if only the status said no."""


class NoHistory(ProtocolError):
    """The provider keeps no record of the conversation."""


class NoSuchButton(ProtocolError):
    """No button of the last reply, or more than one, is the one that is pressed."""


class CassetteError(PlayError):
    """A recording is missing, unreadable, or does not fit the conversation."""


class Miss(CassetteError):
    """A recording does not contain a request; the mode `record` records it again."""


class MissingCassette(Miss):
    """There is no recording."""


class NotRecorded(Miss):
    """A request that was never recorded."""


class SentTooOften(Miss):
    """A request that was recorded fewer times."""


class CassetteLocked(CassetteError):
    """Another run records the same cassette."""


class SecretInCassette(CassetteError):
    """A recording would contain a secret, so it is not written."""


class CheckCrashed(PlayError):
    """A check could not do its work."""


class InternalError(PlayError):
    """An unexpected exception: a bug in the harness, or in code that it runs."""


class Interrupted(PlayError):
    """The run was stopped before the conversation ended."""


class BudgetUsedUp(PlayError):
    """The conversation was not begun, because the run has spent what it may."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint with the nearest known word, or with all if they are at most twelve; or empty."""
    words = sorted(set(known))
    if near := nearest_word(word, words):
        return near
    few = 12
    return f"known: {', '.join(words)}" if 0 < len(words) <= few else ""


def nearest_word(word: str, known: Iterable[str]) -> str:
    """A hint with the nearest known word; empty if none is near."""
    words = sorted(set(known))
    near = get_close_matches(word, words, n=1, cutoff=0.6) or get_close_matches(
        word.lower(), words, n=1, cutoff=0.6
    )
    return " ".join((f"did you mean '{near[0]}'?", *telling(near[0], word))) if near else ""


def quote(value: object) -> str:
    """A value for a message: in quotes, on one line, cut at 200 characters."""
    if not isinstance(value, str):
        return shorten(repr(value))
    on_one_line = value.replace("\n", "\\n").replace("\r", "\\r")
    return f"'{shorten(on_one_line)}'"


def show(value: Json) -> str:
    """A value in a sentence, on one short line: a text in quotes, the rest as JSON."""
    if isinstance(value, str):
        return quote(value)
    return shorten(json.dumps(value, ensure_ascii=False, default=str))


def _by_place(problem: Problem) -> tuple[str, int, int]:
    place = problem.place
    return (place.source.path, place.line, place.column) if place else ("", 0, 0)
