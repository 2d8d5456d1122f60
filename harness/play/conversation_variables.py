"""The variables of a conversation: templates filled in, buttons pressed, captures taken."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from harness.checks.regular_expression import Pattern
from harness.conversation import Attachment, Exchange, Reply, UserMessage
from harness.core import Json, NoSuchButton, PlayError, did_you_mean, quote, shorten, value_class
from harness.formats.json_path import find_first
from harness.formats.template import Template, TemplateError
from harness.formats.template.times import now_function, seconds_of
from harness.providers.message_hash import seeded_uuid
from harness.scenario import Capture, Given, MatrixRow, MessagePlan, Scenario, UserTurn

MOST_PROMPTS = 10
"""How many texts an error names that buttons with one label send."""


@value_class(frozen=True, slots=True)
class MissingCapture:
    """A capture whose value is missing."""

    reason: str


@value_class(frozen=True, slots=True)
class VariablesCheckpoint:
    """The variables of a conversation that another one continues."""

    values: Mapping[str, object]
    drawn: int
    """How often a value was drawn."""


class Variables:
    """The values for `${…}` in one play of a scenario. Captures are added to them."""

    def __init__(self, scenario: Scenario, row: MatrixRow, *, seed: str, now: str) -> None:
        """`seed` and `now` (ISO 8601) are in the cassette, so that a replay says the same."""
        self._said = row.said
        self._drawn = 0
        self._marks: dict[str, Json] = {}
        self._hidden: dict[str, object] = {}

        def draw() -> str:
            self._drawn += 1
            return f"{seed}/{self._drawn}"

        def drawn() -> float:
            digest = hashlib.blake2s(draw().encode(), digest_size=8).digest()
            return int.from_bytes(digest) / 2**64

        self._values: dict[str, object] = {
            "uuid": lambda: seeded_uuid(draw()),
            "now": now_function(lambda: seconds_of(now)),
            "random": drawn,
            **row.values,
        }
        for name, template in scenario.variables.items():
            if name not in row.values:
                self._values[name] = self.fill(template)

    @contextmanager
    def within(self, given: tuple[Given, ...]) -> Iterator[None]:
        """While it is active, parameters of fragments are known; captures made then remain.

        Raises `PlayError` if a value is missing.
        """
        values, before = self._values, dict(self._values) if given else {}
        filled: dict[str, object] = {}
        hidden = self._hidden_parameters(given) if self._marks else {}
        for parameters in given:
            filled |= {name: self.fill(value) for name, value in parameters.items()}
            values.update(filled)
        self._hidden = {name: value for name, value in hidden.items() if value != filled[name]}
        try:
            yield
        finally:
            self._hidden = {}
            for name, value in filled.items():
                if values.get(name) is not value:
                    continue
                del values[name]
                if name in before:
                    values[name] = before[name]

    def as_said(self, turn: UserTurn) -> MessagePlan:
        """A message with several utterances, as it is said in this play."""
        plan = turn.message
        return replace(plan, text=plan.utterances[self._said.get(turn.number, 0)])

    def fill(self, template: Template) -> object:
        """Fill in a template. Raises `PlayError` if a value is missing."""
        try:
            return template.render(self._values)
        except TemplateError as error:
            problem = error.problem
            where = (f"at {problem.place}",) if problem.place else ()
            raise PlayError(problem.code, problem.message, problem.hint, details=where) from error

    def text(self, template: Template) -> str:
        """Fill in a template that is said. Raises `PlayError` also if the value is null."""
        return _text_of(self.fill(template))

    def remember(self, name: str, value: Json) -> None:
        """Store a capture."""
        self._values[name] = value
        self._marks.pop(name, None)
        self._hidden.pop(name, None)

    def remember_secret(self, name: str, value: Json, mark: Json) -> None:
        """Store a capture, and the mark that replaces it in a recording."""
        self._values[name] = value
        self._marks[name] = mark
        self._hidden.pop(name, None)

    @property
    def has_secrets(self) -> bool:
        """Whether a secret was captured."""
        return bool(self._marks)

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """While it is active, secrets are their marks; values drawn then are drawn again after."""
        values, drawn = dict(self._values), self._drawn
        self._values.update(self._marks)
        self._values.update(self._hidden)
        try:
            yield
        finally:
            self._values.clear()
            self._values.update(values)
            self._drawn = drawn

    def snapshot(self) -> Mapping[str, object]:
        """The current values; later captures do not change them.

        Parameters of fragments with secrets in them are as in a recording.
        """
        return {**self._values, **self._hidden}

    def checkpoint(self) -> VariablesCheckpoint:
        """The current values, without the functions."""
        values = {name: value for name, value in self._values.items() if not callable(value)}
        return VariablesCheckpoint(values, self._drawn)

    def resume(self, checkpoint: VariablesCheckpoint) -> None:
        """Take over the values of another conversation, and draw what it would draw next."""
        self._values.update(checkpoint.values)
        self._drawn = checkpoint.drawn

    def _hidden_parameters(self, given: tuple[Given, ...]) -> dict[str, object]:
        """The parameters as a replay fills them in: with marks in place of secrets."""
        filled: dict[str, object] = {}
        with self.hidden():
            for parameters in given:
                filled |= {name: self.fill(value) for name, value in parameters.items()}
                self._values.update(filled)
        return filled


def message_of(plan: MessagePlan, variables: Variables, last: Reply | None) -> UserMessage:
    """Build the message of a turn. Raises `PlayError` if there is no such button."""
    attachments = variables.fill(plan.attachments) if plan.attachments else []
    metadata = variables.fill(plan.metadata) if plan.metadata else {}
    text = variables.text(plan.text) if plan.text else ""
    display = ""
    if plan.press is not None:
        display = variables.text(plan.press)
        text = prompt_of(display, last)
    return UserMessage(
        text=text,
        display_text=display,
        attachments=tuple(
            Attachment(**{key: _text_of(part) for key, part in item.items()})
            for item in attachments  # type: ignore[attr-defined]  # a list by the format
        ),
        metadata=metadata,  # type: ignore[arg-type]  # a mapping by the format
    )


def _text_of(value: object) -> str:
    if value is None:
        raise PlayError(
            "none-in-text",
            "the text to send is null",
            "add | default('') to send nothing there",
        )
    return str(value)


def capture_from(
    capture: Capture, reply: Reply, exchanges: tuple[Exchange, ...]
) -> Json | MissingCapture:
    """What a capture finds in a reply."""
    if capture.matches:
        value = Pattern(capture.matches).captured(reply.text)
        missing = f"no text of the reply matches {quote(capture.matches)}"
    elif capture.header:
        response = exchanges[-1].response if exchanges else None
        value = response.header(capture.header) if response else None
        missing = f"the answer has no header '{capture.header}'"
    else:
        found, payload = find_first(capture.json, reply.payload)
        return payload if found else MissingCapture(f"nothing in the payload at {capture.json}")
    return MissingCapture(missing) if value is None else value


def prompt_of(label: str, last: Reply | None) -> str:
    """The text that pressing a button sends. Raises `NoSuchButton`, also if several differ."""
    actions = last.actions if last is not None else {}
    if label not in actions:
        raise NoSuchButton(
            "no-such-button",
            f"there is no button {quote(label)}",
            did_you_mean(label, actions) if actions else "the last reply has no buttons",
        )
    if last is not None and label in last.ambiguous_actions:
        prompts = last.ambiguous_actions[label]
        sent = ", ".join(map(quote, prompts[:MOST_PROMPTS]))
        more = ", …" if len(prompts) > MOST_PROMPTS else ""
        raise NoSuchButton(
            "ambiguous-button",
            f"{len(prompts)} buttons are labelled {quote(label)}, and each sends another text",
            "write 'user:' with the text of the button that is meant, instead of 'press:'",
            details=(shorten(f"the texts are {sent}{more}"),),
        )
    return actions[label]


def remember_record(
    turn: UserTurn, record: Json, variables: Variables
) -> Iterator[tuple[str, str]]:
    """Store a turn's captures from the provider's own record; yields missing ones, and why."""
    for name, capture in turn.captures.items():
        if capture.history:
            found, value = find_first(capture.history, record)
            if found:
                variables.remember(name, value)
            else:
                yield name, f"nothing in the provider's record at {capture.history}"
