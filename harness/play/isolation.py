"""Holds two conversations in turns, and looks for the words of each in the other.

Each message carries a word that nothing else says. Where such a word turns up in the other
conversation, the provider does not keep them apart.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from harness.conversation import UserMessage
from harness.core import Json, NoHistory, ProtocolError
from harness.play.context_factory import ContextFactory
from harness.play.conversation import Conversation
from harness.play.conversation_state import ConversationState
from harness.play.conversation_variables import MissingCapture, Variables, capture_from, message_of
from harness.play.preparing import prepare_on
from harness.providers.session import Prepared
from harness.scenario import AssistantLine, Scenario
from harness.secrets.conversation_redaction import redact_error

TEXTS = (
    "Hello, my reference is {marker}. Please remember it.",
    "What is my reference? (Question {marker}.)",
    "Which references have you been told? (Question {marker}.)",
)
"""What is said where nobody says what; `{marker}` is the word."""
NAMES = ("first", "second")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A word of one conversation that turned up in the other."""

    marker: str
    said_by: str
    """The conversation that said it: `first` or `second`."""
    said_in: int
    """The turn, from 1."""
    found_by: str
    found_in: int
    """The turn; 0 in the provider's own record, which is looked up at the end."""
    where: str
    """The part of the answer, such as `the reply` or `the answer of step send.2`."""
    text: str
    """The text around it."""


@dataclass(slots=True, kw_only=True)
class Probe:
    """The result of a probe."""

    leaks: list[Leak] = field(default_factory=list)
    turns: int = 0
    """Messages that were said in each conversation."""
    own: int = 0
    """Words that came back in the conversation that said them."""


Script = Sequence[str] | Scenario
"""What one conversation says: texts, or the turns of a scenario."""


@dataclass(slots=True)
class _Side:
    name: str
    conversation: Conversation
    messages: Iterator[UserMessage]
    markers: dict[str, int] = field(default_factory=dict)
    """Words that it said, and in which turn."""


def probe(contexts: ContextFactory, provider: str, scripts: tuple[Script, Script]) -> Probe:
    """Hold both conversations live. Raises `PlayError` where one could not be held."""
    result, prepared = Probe(), list[Prepared]()
    with ExitStack() as stack:
        sides = [
            _Side(name, *_opened(contexts, provider, script, stack, prepared))
            for name, script in zip(NAMES, scripts, strict=True)
        ]
        for messages in zip_longest(*(side.messages for side in sides)):
            for side, message in zip(sides, messages, strict=True):
                if message is not None:
                    _say(side, message)
                    result.turns += 1
                    _look(side, sides, result, len(side.markers), _answers(side.conversation))
        for side in sides:
            _look(side, sides, result, 0, _history(side.conversation))
    result.turns //= 2
    return result


def _opened(
    contexts: ContextFactory,
    provider: str,
    script: Script,
    stack: ExitStack,
    prepared: list[Prepared],
) -> tuple[Conversation, Iterator[UserMessage]]:
    """A conversation, and its messages; `stack` closes it, `prepared` is what both go on from."""
    context = contexts.live_check(provider)
    stack.callback(context.transport.close)
    state = ConversationState(context)

    def prepare() -> Prepared:
        # Once for both: they are two conversations of one run.
        if not prepared:
            prepared.append(prepare_on(state))
        state.know_all(prepared[0].secrets)
        return prepared[0]

    session: dict[str, Json] = {}
    if isinstance(script, Scenario):
        variables = Variables(script, script.rows[0], seed=context.seed, now=context.now)
        session = dict(variables.fill(script.session))  # type: ignore[call-overload]  # a mapping by the format
    conversation = Conversation(state, provider, session=session, prepare=prepare)
    stack.callback(conversation.close, is_broken=False)
    if isinstance(script, Scenario):
        return conversation, _turns(conversation, script, variables)
    return conversation, _texts(script)


def _texts(texts: Sequence[str]) -> Iterator[UserMessage]:
    for text in texts:
        yield UserMessage(text=text if "{marker}" in text else f"{text} {{marker}}")


def _turns(
    conversation: Conversation, scenario: Scenario, variables: Variables
) -> Iterator[UserMessage]:
    """The messages of a scenario, with what it captures. What it expects is not judged."""
    for planned in scenario.turns:
        with variables.within(planned.given):
            if isinstance(planned, AssistantLine):
                conversation.hear(variables.text(planned.text))
                continue
            message = message_of(planned.message, variables, conversation.last_reply)
            if not message.display_text:
                message = replace(message, text=f"{message.text} {{marker}}")
            yield message
            reply = conversation.last_reply
            for name, capture in planned.captures.items():
                if reply is None or capture.history:
                    continue
                value = capture_from(capture, reply, conversation.exchanges)
                if not isinstance(value, MissingCapture):
                    variables.remember(name, value)


def _say(side: _Side, message: UserMessage) -> None:
    marker = f"zq{secrets.token_hex(5)}"
    number = len(side.markers) + 1
    side.markers[marker] = number
    said = replace(message, text=message.text.replace("{marker}", marker))
    _, failed = side.conversation.say(said, is_expected=lambda _error: False)
    if failed is not None:
        shown = redact_error(failed, side.conversation.state.redactor)
        message_ = f"turn {number} of the {side.name} conversation: {shown.message}"
        raise ProtocolError(shown.code, message_, shown.hint, details=shown.details)


def _answers(conversation: Conversation) -> Iterator[tuple[str, str]]:
    """Where, and what: the reply, then every answer of the turn."""
    reply = conversation.last_reply
    if reply is not None:
        yield "the reply", reply.text
        yield "the payload", json.dumps(reply.payload, ensure_ascii=False)
    for exchange in conversation.exchanges:
        if exchange.response is not None:
            body = exchange.response.body.decode("utf-8", "replace")
            yield f"the answer of step {exchange.request.origin.step}", body


def _history(conversation: Conversation) -> Iterator[tuple[str, str]]:
    """The provider's own record, where the definition has one."""
    try:
        history = conversation.history()
    except NoHistory:
        return
    yield "the history", json.dumps(history, ensure_ascii=False)


def _look(
    side: _Side, sides: Sequence[_Side], result: Probe, turn: int, texts: Iterator[tuple[str, str]]
) -> None:
    """Note whose words stand in what a side was answered."""
    found: set[str] = set()
    markers = [(marker, other) for other in sides for marker in other.markers]
    for where, text in texts:
        lowered = text.lower()
        for marker, other in markers:
            at = lowered.find(marker)
            if at < 0 or marker in found:
                continue
            found.add(marker)
            if other is side:
                result.own += 1
                continue
            redactor = side.conversation.state.redactor
            excerpt = redactor.text(text[max(0, at - 60) : at + len(marker) + 60])
            result.leaks.append(
                Leak(
                    marker=marker,
                    said_by=other.name,
                    said_in=other.markers[marker],
                    found_by=side.name,
                    found_in=turn,
                    where=where,
                    text=" ".join(excerpt.split()),
                )
            )
