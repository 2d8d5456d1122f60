"""A conversation with a provider: does on a transport what the interpreter yields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from harness.conversation import (
    Exchange,
    Origin,
    Phase,
    Reply,
    ReplyMessage,
    ToolCall,
    UserMessage,
)
from harness.core import Json, NoHistory, PlayError, ProtocolError, Refused, value_class
from harness.providers.definition import Step
from harness.providers.flow import FlowState, Observe
from harness.providers.interpreter import run_steps
from harness.providers.late import Look, TimeLeft, wait_for_more
from harness.providers.message_hash import seeded_uuid
from harness.providers.performing import perform
from harness.providers.provider import Provider
from harness.providers.reply import messages_in
from harness.providers.reply_plan import ReplyPlan
from harness.providers.tool_answer import AnswersTool, answer_tools, unanswered
from harness.secrets.secret_marks import MARK
from harness.transport import Transport

if TYPE_CHECKING:
    from harness.providers.class_driver import Driver

CLOSING = -1
"""The number of the turn under which closing steps are recorded."""
_NOT_LET_IN = (401, 403)


@value_class(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The result of the `prepare` steps of a run, for all conversations with a provider."""

    captured: Mapping[str, Json] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    exchanges: tuple[Exchange, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict)
    """The secrets that were captured or given: names by value."""
    error: PlayError | None = None
    """The error of preparing; raised in every conversation that needs it."""


class Session:
    """One conversation with a provider, on one transport.

    Every method raises `PlayError` if it fails. The exchanges until then are in
    `take_exchanges()`.
    """

    def __init__(
        self,
        provider: Provider,
        transport: Transport,
        *,
        seed: str,
        told: Mapping[str, Json] | None = None,
        prepare: Callable[[], Prepared] = Prepared,
        know: Callable[[str, Json], None] = lambda _name, _value: None,
        hides: Callable[[str], bool] = lambda text: MARK.search(text) is not None,
    ) -> None:
        """`told` are the values of `session:` in the scenario; `prepare` is called on opening.

        `know` gets the name and the value of every secret that a step captures; `hides` says
        whether a text contains a secret.
        """
        definition = provider.definition
        self._phases = definition.phases
        self._credentials_hint = provider.credentials_hint
        self._answers_tools = definition.answers_tools
        self._tool_rounds = definition.tool_rounds
        self._prepare = prepare
        self._transport = transport
        self._is_open = False
        self._state = FlowState(
            settings=provider.settings,
            session=told or {},
            conversation={"id": seeded_uuid(seed)},
            captured=dict.fromkeys(provider.definition.captures),
            know=know,
            clock=self._now,
            hides=hides,
        )
        self._driver: Driver | None = None
        if definition.client is not None:
            # Imported only here: most providers are data.
            from harness.providers.class_driver import Driver  # noqa: PLC0415

            self._driver = Driver(definition.client, self._state, transport)

    def prepare(self) -> Prepared:
        """Run the steps before all conversations. Does not raise: see `Prepared.error`."""
        error: PlayError | None = None
        try:
            self._run(self._phases[Phase.PREPARE])
        except PlayError as raised:
            error = raised
        state = self._state
        captured = {name: value for name, value in state.captured.items() if value is not None}
        return Prepared(
            captured=captured,
            cookies=dict(state.cookies),
            exchanges=self.take_exchanges(),
            error=error,
        )

    def left(self) -> FlowState:
        """A copy of the state, from which other conversations may continue."""
        return self._state.copied()

    def go_on(self, left: FlowState) -> None:
        """Continue from the state of another conversation with the provider."""
        self._state = left.copied(self._state)
        self._is_open = True

    def hear(self, text: str, recorded: str | None = None) -> None:
        """Note a message of the bot without a request, which is sent along with the next message.

        `recorded` is the text as a replay has it, if a secret in it differs.
        """
        self._state.heard_from_assistant(text, recorded)

    def wait(self, seconds: float) -> None:
        """Wait, if the transport does. A replay does not wait."""
        self._transport.sleep(seconds)

    def observe(self, observe: Observe) -> None:
        """Let a function know what each step reads from now on."""
        self._state.observe = observe

    def accept(self, statuses: frozenset[int]) -> None:
        """Set the statuses that the next turn expects as a refusal."""
        self._state.accepted = statuses

    def say(
        self,
        message: UserMessage,
        turn: int,
        recorded: UserMessage | None = None,
        answer: AnswersTool = unanswered,
    ) -> Reply:
        """Send a message. The first one opens the conversation.

        `recorded` is the message as a replay has it, if a secret in it differs. `answer`
        answers the tools that the bot calls, where the definition sends answers back.
        """
        state = self._state
        state.say(message, turn, recorded)
        if not self._is_open:
            self.open()
        driver = self._driver
        reply = self._run(self._phases[Phase.SEND]) if driver is None else driver.say(message)
        if reply is None:
            raise _no_reply()
        state.replied(reply)
        if self._answers_tools:
            reply = answer_tools(
                reply,
                state,
                answer=answer,
                next_reply=self._next_reply,
                sleep=self._transport.sleep,
                most_rounds=self._tool_rounds,
            )
        state.answered(reply)
        return reply

    def wait_for_more(
        self, reply: Reply, came: float, left: TimeLeft, *, passed: float = 0.0
    ) -> Reply:
        """The last reply with the messages that come after it; see `harness.providers.late`."""
        driver = self._driver
        look: Look | None = None
        if driver is not None:
            look = driver.late if driver.has_late else None
        elif self._phases[Phase.LATE]:
            look = self._look
        return wait_for_more(
            self._state,
            reply,
            came=came,
            passed=passed,
            left=left,
            look=look,
            sleep=self._transport.sleep,
        )

    def history(self) -> Json:
        """The provider's own record of the conversation."""
        if self._driver is not None:
            return self._driver.history()
        steps = self._phases[Phase.HISTORY]
        if not steps:
            raise NoHistory("no-history", "the provider's definition has no history")
        self._run(steps)
        return self._state.payload

    def close(self, transport: Transport | None = None) -> None:
        """Run the closing steps, on another transport if the session's own is broken.

        Does nothing if the conversation was not opened.
        """
        self._state.turn = CLOSING
        if transport is not None:
            # The WebSocket belongs to the other transport.
            self._state.socket = None
        self._state.message_hash = ""
        if self._driver is not None:
            self._driver.close(transport or self._transport)
        elif self._has_opened():
            perform(run_steps(self._phases[Phase.CLOSE], self._state), transport or self._transport)

    def take_exchanges(self) -> tuple[Exchange, ...]:
        """The exchanges since the last call."""
        exchanges = tuple(self._state.exchanges)
        self._state.exchanges.clear()
        return exchanges

    def open(self) -> None:
        """Prepare, if that was not done yet, and run the opening steps."""
        prepared = self._prepare()
        if prepared.error is not None:
            self._state.exchanges.extend(prepared.exchanges)
            raise prepared.error
        # A violation while preparing counts in every conversation that continues from there.
        told = (one for one in prepared.exchanges if one.contract or one.notes)
        self._state.exchanges.extend(told)
        self._state.captured.update(prepared.captured)
        self._state.cookies.update(prepared.cookies)
        if self._driver is not None:
            self._driver.open()
        else:
            self._run(self._phases[Phase.OPEN])
        self._is_open = True

    def _next_reply(self, calls: tuple[ToolCall, ...]) -> Reply:
        """The reply to the answers of tool calls."""
        driver = self._driver
        reply = driver.tools(calls) if driver else self._run(self._phases[Phase.TOOLS])
        if reply is None:
            raise _no_reply()
        self._state.replied(reply)
        return reply

    def _now(self, origin: Origin) -> float:
        return self._transport.now(origin)

    def _has_opened(self) -> bool:
        """Whether the conversation is open, or opening failed after a step captured something."""
        made = {name for step in self._phases[Phase.OPEN] for name in step.capture}
        captured = self._state.captured
        return self._is_open or any(captured.get(name) is not None for name in made)

    def _look(self) -> list[ReplyMessage]:
        found: list[ReplyMessage] = []

        def read(plan: ReplyPlan, payload: Json, _seen: set[str]) -> None:
            found.extend(messages_in(plan, payload))

        steps, opening = self._phases[Phase.LATE], self._phases[Phase.OPEN]
        perform(run_steps(steps, self._state, read, opening), self._transport)
        return found

    def _run(self, steps: tuple[Step, ...]) -> Reply | None:
        opening = self._phases[Phase.OPEN]
        try:
            return perform(run_steps(steps, self._state, opening=opening), self._transport)
        except Refused as refused:
            if refused.status in _NOT_LET_IN:
                refused.hint = refused.hint or self._credentials_hint
            raise


def _no_reply() -> ProtocolError:
    return ProtocolError("no-reply", "no step of the definition read a reply")
