"""Holds two conversations alternately, and searches each for the words of the other.

Each message has a word of its own in it. If such a word appears in the other conversation, the
provider does not isolate its conversations.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from harness.conversation import UserMessage
from harness.core import Json, NoHistory, ProtocolError
from harness.play.answering_tools import AnsweredTools
from harness.play.context_factory import ContextFactory
from harness.play.conversation import Conversation
from harness.play.conversation_state import ConversationState
from harness.play.conversation_variables import MissingCapture, Variables, capture_from, message_of
from harness.play.preparing import prepare_on
from harness.providers.session import Prepared
from harness.providers.tool_answer import unanswered
from harness.scenario import AssistantLine, Scenario, turn_subject
from harness.secrets.conversation_redaction import redact_error

TEXTS = (
    "Hello, my reference is {marker}. Please remember it.",
    "What is my reference? (Question {marker}.)",
    "Which references have you been told? (Question {marker}.)",
)
"""The messages by default; `{marker}` is the word."""
NAMES = ("first", "second")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A word of one conversation that appeared in the other."""

    marker: str
    said_by: str
    """The conversation that said it: `first` or `second`."""
    said_in: int
    """The turn, from 1."""
    found_by: str
    found_in: int
    """The turn; 0 for the provider's own record, which is requested at the end."""
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
    """Words that appeared in the answers of their own conversation."""


Script = Sequence[str] | Scenario
"""What one conversation says: texts, or the turns of a scenario."""


@dataclass(slots=True)
class _Side:
    name: str
    conversation: Conversation
    messages: Iterator[UserMessage]
    tools: AnsweredTools | None
    markers: dict[str, int] = field(default_factory=dict)
    """Its words, and the turns that said them."""


def probe(contexts: ContextFactory, provider: str, scripts: tuple[Script, Script]) -> Probe:
    """Hold both conversations live. Raises `PlayError` if one fails."""
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
) -> tuple[Conversation, Iterator[UserMessage], AnsweredTools | None]:
    """A conversation, its messages and its answers to tool calls.

    `stack` closes the conversation, `prepared` is shared by both.
    """
    context = contexts.live_check(provider)
    stack.callback(context.transport.close)
    state = ConversationState(context)

    def prepare() -> Prepared:
        # Once for both: they are two conversations of one run.
        if not prepared:
            prepared.append(prepare_on(state))
        state.know_all(prepared[0].secrets)
        return prepared[0]

    if not isinstance(script, Scenario):
        conversation = Conversation(state, provider, session={}, prepare=prepare)
        stack.callback(conversation.close, is_broken=False)
        return conversation, _texts(script), None
    variables = Variables(script, script.rows[0], seed=context.seed, now=context.now)
    session: dict[str, Json] = dict(variables.fill(script.session))  # type: ignore[call-overload]  # a mapping by the format
    conversation = Conversation(state, provider, session=session, prepare=prepare)
    stack.callback(conversation.close, is_broken=False)
    tools = AnsweredTools(script.answers, variables)
    return conversation, _turns(conversation, script, variables, tools), tools


def _texts(texts: Sequence[str]) -> Iterator[UserMessage]:
    for text in texts:
        yield UserMessage(text=text if "{marker}" in text else f"{text} {{marker}}")


def _turns(
    conversation: Conversation, scenario: Scenario, variables: Variables, tools: AnsweredTools
) -> Iterator[UserMessage]:
    """The messages of a scenario, with its captures. Its expectations are not judged."""
    for planned in scenario.turns:
        with variables.within(planned.given):
            if isinstance(planned, AssistantLine):
                conversation.hear(variables.text(planned.text))
                continue
            message = message_of(planned.message, variables, conversation.last_reply)
            tools.in_turn(planned.answers, turn_subject(planned.number, planned.id))
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
    _, failed = side.conversation.say(
        replace(message, text=message.text.replace("{marker}", marker)),
        is_expected=lambda _error: False,
        answer=side.tools.answer if side.tools is not None else unanswered,
    )
    if failed is not None:
        shown = redact_error(failed, side.conversation.state.redactor)
        raise ProtocolError(
            shown.code,
            f"turn {number} of the {side.name} conversation: {shown.message}",
            shown.hint,
            details=shown.details,
        )


def _answers(conversation: Conversation) -> Iterator[tuple[str, str]]:
    """The reply, then every answer of the turn, each with its name."""
    reply = conversation.last_reply
    if reply is not None:
        yield "the reply", reply.text
        yield "the payload", json.dumps(reply.payload, ensure_ascii=False)
    for exchange in conversation.exchanges:
        if exchange.response is not None:
            body = exchange.response.body.decode("utf-8", "replace")
            yield f"the answer of step {exchange.request.origin.step}", body


def _history(conversation: Conversation) -> Iterator[tuple[str, str]]:
    """The provider's own record, if the definition has one."""
    with suppress(NoHistory):
        yield "the history", json.dumps(conversation.history(), ensure_ascii=False)


def _look(
    side: _Side, sides: Sequence[_Side], result: Probe, turn: int, texts: Iterator[tuple[str, str]]
) -> None:
    """Note the words of either side in the answers to one."""
    found: set[str] = set()
    markers = [(marker, other) for other in sides for marker in other.markers]
    for where, text in texts:
        for marker, other in markers:
            at = text.lower().find(marker)
            if at < 0 or marker in found:
                continue
            found.add(marker)
            if other is side:
                result.own += 1
                continue
            excerpt = side.conversation.state.redactor.text(
                text[max(0, at - 60) : at + len(marker) + 60]
            )
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
