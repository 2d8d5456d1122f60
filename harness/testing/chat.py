"""A conversation held by a Python test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from harness.conversation import Attachment, Stop, Transcript, Turn, UserMessage
from harness.core import Json, Place, PlayError, Problem, ScenarioError
from harness.play.answering_tools import AnsweredTools
from harness.play.consulting import Consultation
from harness.play.conversation import Conversation
from harness.play.conversation_variables import Variables, prompt_of
from harness.play.result import ScenarioResult
from harness.play.scenario_player import time_left
from harness.project.fitting_providers import unsent_answers, unsent_in_message
from harness.project.project import Project
from harness.providers.session import CLOSING
from harness.scenario import MatrixRow, MessagePlan, Scenario, Scope, UserTurn
from harness.scenario.tool_answers import NO_ANSWERS, ToolAnswers
from harness.secrets.conversation_redaction import redact_error
from harness.testing.chat_checks import ChatChecks
from harness.testing.chat_reply import ChatReply
from harness.testing.keyword_answers import Given, read_keyword_answers
from harness.testing.keyword_checks import KeywordChecks, calling_place

T = TypeVar("T")


class Chat:
    """A conversation with one provider. The code that opens it also closes it."""

    def __init__(
        self,
        project: Project,
        scenario: Scenario,
        conversation: Conversation,
        consultation: Consultation,
    ) -> None:
        """Made by `open_chat`."""
        self._project = project
        self._conversation = conversation
        self._context = conversation.context
        self._stop: Stop | None = None
        self._raised: PlayError | None = None
        self._variables = Variables(
            scenario, MatrixRow(name=""), seed=self._context.seed, now=self._context.now
        )
        self._tools = AnsweredTools({}, self._variables)
        self._checks = ChatChecks(scenario, conversation, project.vocabulary, consultation)

    @property
    def transcript(self) -> Transcript:
        """What was said so far."""
        return self._conversation.transcript(self._stop)

    def uuid(self) -> str:
        """A UUID. A replay returns the same one; another conversation does not."""
        return str(self._drawn("uuid"))

    def now(self) -> str:
        """When the conversation began, ISO 8601 UTC; in a replay, the recorded time."""
        return self._context.now

    def random(self) -> float:
        """A number from 0 to 1, without 1. A replay returns the same one."""
        return float(str(self._drawn("random")))

    def hear(self, text: str) -> None:
        """Report a message that the bot sent unprompted; it goes out with the next message."""
        self._conversation.hear(text)

    def say(
        self,
        text: str = "",
        *,
        press: str = "",
        attachments: tuple[Attachment, ...] = (),
        metadata: Mapping[str, Json] | None = None,
        answers: Given | None = None,
    ) -> ChatReply:
        """Say something, or press a button of the last reply.

        `answers` are what the tools return that the bot calls, as under a scenario's `answers:`.
        Raises `PlayError` if there is no reply, including `Refused`, and `AssertionError` if an
        answer breaks the contract of the provider's definition.
        """
        __tracebackhide__ = True
        planned = read_keyword_answers(answers, self._place(), f"turn {self._next}")
        turn = self._said(text, press, attachments, metadata, planned)
        if turn.refusal is not None:
            raise self._raising(turn.refusal)
        self._conversation.end_turn()
        self._checks.require_contracts(turn.exchanges, turn.number)
        return ChatReply(turn, self._judge)

    def refused(
        self,
        text: str = "",
        *,
        press: str = "",
        metadata: Mapping[str, Json] | None = None,
        ignore_case: bool = False,
        **checks: Any,  # noqa: ANN401  # any JSON; the format of the checks judges it
    ) -> ChatReply:
        """Say something that the provider must refuse, and judge the refusal.

        The checks are those of a scenario's `error:`, such as `status=403`. Raises what
        `ChatReply.expect` raises, and `AssertionError` if the provider answers.
        """
        __tracebackhide__ = True
        place = self._place()
        reader = KeywordChecks(self._project.vocabulary, place, f"turn {self._next}")
        expectations = (
            reader.expectations(checks, Scope.REFUSAL, ignore_case=ignore_case) if checks else ()
        )
        turn = self._said(text, press, (), metadata)
        self._conversation.end_turn()
        planned = UserTurn(
            number=turn.number,
            place=place,
            message=MessagePlan(),
            expectations=expectations,
            expects_refusal=True,
        )
        self._checks.judge(planned, turn)
        return ChatReply(turn, self._judge)

    def expect(self, *, ignore_case: bool = False, **checks: Any) -> Chat:  # noqa: ANN401  # as above
        """Judge the whole conversation so far with the checks of a scenario's own `expect:`.

        These include `turns` and `latency`, and `never={…}` and `always={…}` for every reply.
        Raises what `ChatReply.expect` raises. Returns the chat.
        """
        __tracebackhide__ = True
        place = self._place()
        if not self._conversation.turns:
            message = "nothing was said yet, so there is nothing to judge"
            raise ScenarioError(Problem(code="asserts-nothing", message=message, place=place))
        reader = KeywordChecks(self._project.vocabulary, place, "the whole conversation")
        expectations = reader.expectations(checks, Scope.CONVERSATION, ignore_case=ignore_case)
        self._checks.judge_whole(expectations, self._stop)
        return self

    def history(self) -> Json:
        """The provider's own record of the conversation.

        Raises `PlayError` if the provider does not give it, and `AssertionError` if it breaks the
        contract of the provider's definition.
        """
        __tracebackhide__ = True
        history = self._history()
        if self._conversation.turns:
            last = self._conversation.turns[-1]
            self._checks.require_contracts(last.looked_up, last.number)
        return history

    def _history(self) -> Json:
        __tracebackhide__ = True
        with self._context.watched():
            return self._without_secrets(self._conversation.history)

    def _judge(self, number: int, checks: Mapping[str, Any], *, ignore_case: bool) -> Turn:
        """Judge a turn, and return it with its late messages; see `ChatReply.expect`."""
        __tracebackhide__ = True
        place = self._place(above=1)
        turn = self._conversation.turns[number - 1]
        scope = Scope.REPLY if turn.refusal is None else Scope.REFUSAL
        reader = KeywordChecks(self._project.vocabulary, place, f"turn {number}")
        planned = UserTurn(
            number=number,
            place=place,
            message=MessagePlan(),
            expectations=reader.expectations(checks, scope, ignore_case=ignore_case),
            expects_refusal=turn.refusal is not None,
        )
        if any(expectation.within for expectation in planned.expectations):
            self._wait(planned)
            turn = self._conversation.turns[-1]
        if planned.wants_history:
            # The exchanges and the history itself are stored in the last turn.
            history = self._history()
            turn = replace(self._conversation.turns[number - 1], history=history)
        self._checks.judge(planned, turn)
        return turn

    def close(self) -> None:
        """Close the conversation, and write its recording if it is complete.

        Raises `PlayError` if closing or writing fails, and `AssertionError` if an answer to a
        closing step breaks the contract of the provider's definition.
        """
        __tracebackhide__ = True
        try:
            with self._context.watched():
                unclosed = self._conversation.close(is_broken=self._stop is not None)
            if self._stop is not None:
                unclosed = None
            elif unclosed is not None:
                self._stop = Stop(turn=CLOSING, error=unclosed)
            self._conversation.state.finish(self._stop.error if self._stop else None)
        finally:
            self._context.transport.close()
        if unclosed is not None:
            raise self._hidden(unclosed)
        self._checks.require_contracts(self._conversation.around, 0)

    def result(self, failed_by: BaseException | None = None) -> ScenarioResult:
        """The result of the conversation, for reports; `failed_by` is the exception of the test."""
        stop = self._stop
        if stop is None and failed_by is not None and failed_by is self._raised:
            # A refusal that the test did not expect.
            stop = Stop(turn=self._next - 1, error=self._raised)
        return self._checks.result(stop, failed_by)

    def _said(
        self,
        text: str,
        press: str,
        attachments: tuple[Attachment, ...],
        metadata: Mapping[str, Json] | None,
        answers: ToolAnswers = NO_ANSWERS,
    ) -> Turn:
        """Say something. Raises `PlayError` if there is neither a reply nor a refusal."""
        __tracebackhide__ = True
        message = UserMessage(
            text=text, display_text=press, attachments=attachments, metadata=metadata or {}
        )
        self._require_sent(message, answers)
        self._tools.in_turn(answers, f"turn {self._next}")
        if press:
            message = replace(message, text=prompt_of(press, self._conversation.last_reply))
        with self._context.watched():
            turn, failed = self._conversation.say(message, answer=self._tools.answer)
        if failed is not None:
            self._stop = Stop(turn=turn.number, error=failed)
            raise self._raising(failed)
        self._conversation.state.notes += tuple(self._tools.unused_in_turn())
        return turn

    def _raising(self, error: PlayError) -> PlayError:
        """The error to raise, which is remembered for the result."""
        self._raised = self._hidden(error)
        return self._raised

    def _hidden(self, error: PlayError) -> PlayError:
        """A new error without secrets: the frames of the original one's traceback show them."""
        return redact_error(error, self._conversation.state.redactor)

    def _without_secrets(self, ask: Callable[[], T]) -> T:
        """Call a function, and raise its `PlayError` without secrets and without its context."""
        __tracebackhide__ = True
        try:
            return ask()
        except PlayError as error:
            failed = self._hidden(error)
        raise failed

    @property
    def _next(self) -> int:
        return len(self._conversation.turns) + 1

    def _require_sent(self, message: UserMessage, answers: ToolAnswers) -> None:
        """Raise `ScenarioError` for parts of a message that the definition never sends."""
        __tracebackhide__ = True
        if not message.attachments and not message.metadata and not answers:
            return
        definitions = {self._context.provider.name: self._context.provider.definition}
        place, subject = self._place(above=2), f"turn {self._next}"
        problems = [
            *unsent_in_message(definitions, message, place, subject),
            *unsent_answers(definitions, answers.values()),
        ]
        if problems:
            raise ScenarioError(problems)

    def _wait(self, planned: UserTurn) -> None:
        """Add late messages to the last turn while the checks wait for them."""
        __tracebackhide__ = True
        if planned.number < len(self._conversation.turns):
            message = "another message was sent, so no late message can belong to this reply"
            hint = "wait before the next message is sent"
            problem = Problem(code="cannot-wait", message=message, place=planned.place, hint=hint)
            raise ScenarioError(problem)

        def left(turn: Turn, passed: float) -> float:
            return time_left(planned, passed, lambda some: self._checks.holds(some, turn))

        self._without_secrets(lambda: self._conversation.wait(left))

    def _drawn(self, name: str) -> object:
        draw = self._variables.snapshot()[name]
        assert callable(draw)  # noqa: S101  # both names are those of functions
        return draw()

    def _place(self, *, above: int = 0) -> Place:
        """The line of the test that called the caller of this."""
        return calling_place(self._project.config.shown, above=above + 2)
