"""Holds two conversations turn by turn beside each other, and looks for one's words in the other.

Each message carries a word that nothing else says. Where such a word turns up in the other
conversation, the provider does not keep them apart.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from harness.conversation import Reply, UserMessage
from harness.core.errors import NoHistory, ProtocolError
from harness.core.typing import Json
from harness.play.context_factory import ContextFactory
from harness.play.conversation import Conversation
from harness.play.conversation_state import ConversationState
from harness.play.conversation_variables import MissingCapture, Variables, capture_from, message_of
from harness.play.preparing import prepare_on
from harness.providers.session import Prepared
from harness.scenario import AssistantLine, Scenario, UserTurn
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
    """What stands around it."""


@dataclass(slots=True, kw_only=True)
class Probe:
    """What came of a probe."""

    leaks: list[Leak] = field(default_factory=list)
    turns: int = 0
    """Messages that were said in each conversation."""
    own: int = 0
    """Words that came back in the conversation that said them."""


@dataclass(slots=True, kw_only=True)
class Script:
    """What one conversation says: texts, or the turns of a scenario."""

    texts: Sequence[str] = TEXTS
    scenario: Scenario | None = None


@dataclass(slots=True, kw_only=True)
class _Side:
    name: str
    conversation: Conversation
    steps: Iterator[UserMessage]
    markers: dict[str, int] = field(default_factory=dict)
    """Words that it said, and in which turn."""

    @property
    def last(self) -> Reply | None:
        """The last reply; None before the first."""
        turns = self.conversation.turns
        return turns[-1].reply if turns else None


def probe(contexts: ContextFactory, provider: str, scripts: tuple[Script, Script]) -> Probe:
    """Hold both conversations live. Raises `PlayError` where one could not be held."""
    came = Probe()
    with ExitStack() as stack:
        shared: list[Prepared] = []
        sides = [
            _side(contexts, provider, name, script, stack, shared)
            for name, script in zip(NAMES, scripts, strict=True)
        ]
        going = list(sides)
        while going:
            for side in tuple(going):
                message = next(side.steps, None)
                if message is None:
                    going.remove(side)
                    continue
                _say(side, message)
                came.turns += 1
                _look(side, sides, came, len(side.markers), _heard(side))
        for side in sides:
            _look(side, sides, came, 0, _recorded(side))
    came.turns //= 2
    return came


def _side(
    contexts: ContextFactory,
    provider: str,
    name: str,
    script: Script,
    stack: ExitStack,
    shared: list[Prepared],
) -> _Side:
    context = contexts.live_check(provider)
    stack.callback(context.transport.close)
    state = ConversationState(context)

    def prepare() -> Prepared:
        # Once for both: they are two conversations of one run.
        if not shared:
            shared.append(prepare_on(state))
        state.know_all(shared[0].secrets)
        return shared[0]

    session: dict[str, Json] = {}
    variables = None
    if script.scenario is not None:
        scenario = script.scenario
        variables = Variables(scenario, scenario.rows[0], seed=context.seed, now=context.now)
        session = dict(variables.fill(scenario.session))  # type: ignore[call-overload]  # a mapping by the format
    conversation = Conversation(state, provider, session=session, prepare=prepare)
    side = _Side(name=name, conversation=conversation, steps=iter(()))
    side.steps = _texts(script.texts) if variables is None else _turns(side, script, variables)
    stack.callback(conversation.close, is_broken=False)
    return side


def _texts(texts: Sequence[str]) -> Iterator[UserMessage]:
    for text in texts:
        yield UserMessage(text=text if "{marker}" in text else f"{text} {{marker}}")


def _turns(side: _Side, script: Script, variables: Variables) -> Iterator[UserMessage]:
    """The messages of a scenario, with what it captures. What it expects is not judged."""
    assert script.scenario is not None  # noqa: S101  # asked by the caller
    for planned in script.scenario.turns:
        with variables.within(planned.given):
            if isinstance(planned, AssistantLine):
                side.conversation.hear(variables.text(planned.text))
                continue
            message = message_of(planned.message, variables, side.last)
            if not message.display_text:
                message = replace(message, text=f"{message.text} {{marker}}")
            yield message
            _remember(side, planned, variables)


def _remember(side: _Side, planned: UserTurn, variables: Variables) -> None:
    for name, capture in planned.captures.items():
        if capture.history or side.last is None:
            continue
        value = capture_from(name, capture, side.last, side.conversation.exchanges)
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


def _heard(side: _Side) -> Iterator[tuple[str, str]]:
    """Where, and what: the reply, then every answer of the turn."""
    if side.last is not None:
        yield "the reply", side.last.text
        yield "the payload", json.dumps(side.last.payload, ensure_ascii=False)
    for exchange in side.conversation.exchanges:
        if exchange.response is not None:
            body = exchange.response.body.decode("utf-8", "replace")
            yield f"the answer of step {exchange.request.origin.step}", body


def _recorded(side: _Side) -> Iterator[tuple[str, str]]:
    """The provider's own record, where the definition has one."""
    try:
        history = side.conversation.history()
    except NoHistory:
        return
    yield "the history", json.dumps(history, ensure_ascii=False)


def _look(
    side: _Side, sides: Sequence[_Side], came: Probe, turn: int, heard: Iterator[tuple[str, str]]
) -> None:
    found: set[str] = set()
    for where, text in heard:
        lowered = text.lower()
        for other in sides:
            for marker, said_in in other.markers.items():
                at = lowered.find(marker)
                if at < 0 or marker in found:
                    continue
                found.add(marker)
                if other is side:
                    came.own += 1
                    continue
                redactor = side.conversation.state.redactor
                around = redactor.text(text[max(0, at - 60) : at + len(marker) + 60])
                came.leaks.append(
                    Leak(
                        marker=marker,
                        said_by=other.name,
                        said_in=said_in,
                        found_by=side.name,
                        found_in=turn,
                        where=where,
                        text=" ".join(around.split()),
                    )
                )
