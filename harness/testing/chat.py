"""A conversation held by a Python test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from harness.conversation import Attachment, Stop, Transcript, Turn, UserMessage
from harness.core import Json, Place, PlayError, Problem, ScenarioError
from harness.play.conversation import Conversation
from harness.play.conversation_variables import Variables, prompt_of
from harness.play.result import ScenarioResult
from harness.play.scenario_player import time_left
from harness.project.fitting_providers import unsent_parts
from harness.project.project import Project
from harness.providers.session import CLOSING
from harness.scenario import Expectation, MatrixRow, MessagePlan, Scenario, Scope, UserTurn
from harness.secrets.conversation_redaction import redact_error
from harness.testing.chat_checks import ChatChecks
from harness.testing.keyword_checks import KeywordChecks, calling_place
from harness.testing.reply import ChatReply


class Chat:
    """A conversation with one provider. Closed by whoever opened it."""

    def __init__(self, project: Project, scenario: Scenario, conversation: Conversation) -> None:
        """Made by `open_chat`."""
        self._project = project
        self._conversation = conversation
        self._context = conversation.context
        self._stop: Stop | None = None
        self._raised: PlayError | None = None
        context = conversation.context
        row = MatrixRow(name="")
        self._variables = Variables(scenario, row, seed=context.seed, now=context.now)
        self._checks = ChatChecks(scenario, conversation, project.vocabulary)

    @property
    def transcript(self) -> Transcript:
        """What was said so far."""
        return self._conversation.transcript(self._stop)

    def uuid(self) -> str:
        """A UUID that a replay gives again, and no other conversation."""
        return str(self._drawn("uuid"))

    def now(self) -> str:
        """When the conversation began, ISO 8601 UTC; in a replay, when the recorded one did."""
        return self._context.now

    def random(self) -> float:
        """A number from 0 up to 1 that a replay gives again."""
        return float(str(self._drawn("random")))

    def hear(self, text: str) -> None:
        """The bot spoke by itself; the provider is told with the next message."""
        self._conversation.hear(text)

    def say(
        self,
        text: str = "",
        *,
        press: str = "",
        attachments: tuple[Attachment, ...] = (),
        metadata: Mapping[str, Json] | None = None,
    ) -> ChatReply:
        """Say something, or press a button of the last reply.

        Raises `PlayError` where no reply came, `Refused` among them, and `AssertionError` where
        an answer breaks the contract of the provider's definition.
        """
        __tracebackhide__ = True
        turn = self._said(text, press, attachments, metadata)
        if turn.refusal is not None:
            raise self._raising(turn.refusal)
        self._conversation.end_turn()
        self._checks.require_contracts(turn.exchanges, turn.number)
        return ChatReply(self, turn)

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
        `ChatReply.expect` raises, and `AssertionError` where the provider answered.
        """
        __tracebackhide__ = True
        place = self._place()
        reader = KeywordChecks(self._project.vocabulary, place, f"turn {self._next}")
        expectations: tuple[Expectation, ...] = ()
        if checks:
            expectations = reader.expectations(checks, Scope.REFUSAL, ignore_case=ignore_case)
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
        return ChatReply(self, turn)

    def expect(self, *, ignore_case: bool = False, **checks: Any) -> Chat:  # noqa: ANN401  # as above
        """Judge the whole conversation so far with the checks of a scenario's own `expect:`.

        Among them are `turns`, `latency` and `never={…}` and `always={…}` about every reply.
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

        Raises `PlayError` where it cannot be had, and `AssertionError` where it breaks the contract
        of the provider's definition.
        """
        __tracebackhide__ = True
        history = self._history()
        if self._conversation.turns:
            last = self._conversation.turns[-1]
            self._checks.require_contracts(last.looked_up, last.number)
        return history

    def _history(self) -> Json:
        __tracebackhide__ = True
        try:
            with self._context.watched():
                return self._conversation.history()
        except PlayError as error:
            failed = self._hidden(error)
        raise failed

    def judge(self, number: int, checks: Mapping[str, Any], *, ignore_case: bool) -> Turn:
        """Judge a turn, and give it with what was waited for; see `ChatReply.expect`."""
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
        if any(one.within for one in planned.expectations):
            self._wait(planned)
            turn = self._conversation.turns[-1]
        if planned.wants_history:
            # What it exchanges belongs to the last turn, as does what it tells.
            history = self._history()
            turn = replace(self._conversation.turns[number - 1], history=history)
        self._checks.judge(planned, turn)
        return turn

    def close(self) -> None:
        """Close the conversation, and write its recording where it was whole.

        Raises `PlayError` where closing or writing failed, and `AssertionError` where an answer
        to closing breaks the contract of the provider's definition.
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
        """The result of the conversation, for reports; `failed_by` is what the test raised."""
        stop = self._stop
        if stop is None and failed_by is not None and failed_by is self._raised:
            # A refusal that nobody expected.
            stop = Stop(turn=self._next - 1, error=self._raised)
        return self._checks.result(stop, failed_by)

    def _said(
        self,
        text: str,
        press: str,
        attachments: tuple[Attachment, ...],
        metadata: Mapping[str, Json] | None,
    ) -> Turn:
        """Say something. Raises `PlayError` where neither a reply nor a refusal came."""
        __tracebackhide__ = True
        self._require_sent(attachments, metadata or {})
        last = self._conversation.last_reply
        message = UserMessage(
            text=prompt_of(press, last) if press else text,
            display_text=press,
            attachments=attachments,
            metadata=metadata or {},
        )
        with self._context.watched():
            turn, failed = self._conversation.say(message)
        if failed is not None:
            self._stop = Stop(turn=turn.number, error=failed)
            raise self._raising(failed)
        return turn

    def _raising(self, error: PlayError) -> PlayError:
        """The error to raise, which is remembered for the result."""
        self._raised = self._hidden(error)
        return self._raised

    def _hidden(self, error: PlayError) -> PlayError:
        """Not as it was raised: the frames of a traceback show what is secret."""
        return redact_error(error, self._conversation.state.redactor)

    @property
    def _next(self) -> int:
        return len(self._conversation.turns) + 1

    def _require_sent(
        self, attachments: tuple[Attachment, ...], metadata: Mapping[str, Json]
    ) -> None:
        """Raise `ScenarioError` for what goes with a message and the definition never sends."""
        __tracebackhide__ = True
        if not attachments and not metadata:
            return
        place = self._place(above=2)
        names = [name for one in attachments for name in ("name", "content") if getattr(one, name)]
        parts = {
            "attachments": [(name, place) for name in names],
            "metadata": [(name, place) for name in metadata],
        }
        provider = self._context.provider
        problems = list(
            unsent_parts(
                {provider.name: provider.definition},
                {what: keys for what, keys in parts.items() if keys},
                place,
                f"turn {self._next}",
            )
        )
        if problems:
            raise ScenarioError(problems)

    def _wait(self, planned: UserTurn) -> None:
        """Add to the last turn what comes behind its reply while the checks wait for it."""
        __tracebackhide__ = True
        if planned.number < len(self._conversation.turns):
            message = "another message was sent, so no late message can belong to this reply"
            hint = "wait before the next message is sent"
            problem = Problem(code="cannot-wait", message=message, place=planned.place, hint=hint)
            raise ScenarioError(problem)

        def left(turn: Turn, passed: float) -> float:
            return time_left(planned, passed, lambda one: self._checks.holds(one, turn))

        failed = None
        try:
            self._conversation.wait(left)
        except PlayError as error:
            failed = self._hidden(error)
        if failed is not None:
            raise failed

    def _drawn(self, name: str) -> object:
        draw = self._variables.snapshot()[name]
        assert callable(draw)  # noqa: S101  # by its name
        return draw()

    def _place(self, *, above: int = 0) -> Place:
        """The line of the test, which called what calls this."""
        return calling_place(self._project.config.shown, above=above + 2)
