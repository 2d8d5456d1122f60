"""A conversation held by a Python test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from harness.conversation import Attachment, Reply, Stop, Transcript, Turn, UserMessage
from harness.core.errors import PlayError, Problem, Refused, ScenarioError
from harness.core.source import Place
from harness.core.typing import Json
from harness.play.broken import close_session
from harness.play.conversation_variables import Variables, prompt_of
from harness.play.hiding import hidden_error
from harness.play.line import Line
from harness.play.preparing import Prepare
from harness.play.result import ScenarioResult
from harness.project.fitting_providers import unsent_parts
from harness.project.project import Project
from harness.providers.session import CLOSING, Session
from harness.scenario import Expectation, MatrixRow, MessagePlan, Scenario, Scope, UserTurn
from harness.testing.asked import Asking, calling_place
from harness.testing.findings import Findings
from harness.testing.reply import ChatReply
from harness.testing.waiting import require_last, waited


class Chat:
    """A conversation with one provider. Closed by whoever opened it."""

    def __init__(
        self,
        project: Project,
        scenario: Scenario,
        line: Line,
        *,
        told: Mapping[str, Json],
        prepare: Prepare,
    ) -> None:
        """Made by `open_chat`."""
        self._scenario = scenario
        self._line = line
        self._turns: list[Turn] = []
        self._stop: Stop | None = None
        self._raised: PlayError | None = None
        self._variables = Variables(scenario, MatrixRow(name=""), seed=line.seed, now=line.now)
        self._project = project
        self._findings = Findings(scenario, line, project.vocabulary)
        line.tell(told)
        self._session = Session(
            line.provider, line.wire, seed=line.seed, told=told, prepare=prepare, know=line.know
        )

    @property
    def transcript(self) -> Transcript:
        """What was said so far."""
        return self._transcript(self._stop)

    def uuid(self) -> str:
        """A UUID that a replay gives again, and no other conversation."""
        return str(self._drawn("uuid"))

    def now(self) -> str:
        """When the conversation began, ISO 8601 UTC; in a replay, when the recorded one did."""
        return self._line.now

    def random(self) -> float:
        """A number from 0 up to 1 that a replay gives again."""
        return float(str(self._drawn("random")))

    def hear(self, text: str) -> None:
        """The bot spoke by itself; told to the provider with the next message."""
        self._session.hear(text)

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
        turn, failed = self._said(text, press, attachments, metadata)
        if failed is not None:
            # Not as it was raised: the frames of a traceback show what is secret.
            self._raised = hidden_error(failed, self._line.redactor)
            raise self._raised
        self._line.settle(turn.number)
        self._findings.require_contracts(turn.exchanges, turn.number, self.transcript)
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
        asking = Asking(self._project.vocabulary, place, f"turn {len(self._turns) + 1}")
        expectations: tuple[Expectation, ...] = ()
        if checks:
            expectations = asking.expectations(checks, Scope.REFUSAL, ignore_case=ignore_case)
        turn, failed = self._said(text, press, (), metadata)
        if failed is not None and not isinstance(failed, Refused):
            self._raised = hidden_error(failed, self._line.redactor)
            raise self._raised
        self._line.settle(turn.number)
        planned = UserTurn(
            number=turn.number,
            place=place,
            message=MessagePlan(),
            expectations=expectations,
            expects_refusal=True,
        )
        self._findings.judge(planned, turn, self.transcript)
        return ChatReply(self, turn)

    def expect(self, *, ignore_case: bool = False, **checks: Any) -> Chat:  # noqa: ANN401  # as above
        """Judge the whole conversation so far with the checks of a scenario's own `expect:`.

        Among them are `turns`, `latency` and `never={…}` and `always={…}` about every reply.
        Raises what `ChatReply.expect` raises. Returns the chat.
        """
        __tracebackhide__ = True
        place = self._place()
        if not self._turns:
            message = "nothing was said yet, so there is nothing to judge"
            raise ScenarioError(Problem(code="asserts-nothing", message=message, place=place))
        asking = Asking(self._project.vocabulary, place, "the whole conversation")
        expectations = asking.expectations(checks, Scope.CONVERSATION, ignore_case=ignore_case)
        self._findings.judge_whole(expectations, self.transcript)
        return self

    def history(self) -> Json:
        """The provider's own record of the conversation.

        Raises `PlayError` where it cannot be had, and `AssertionError` where it breaks the contract
        of the provider's definition.
        """
        __tracebackhide__ = True
        history = self._history()
        if self._turns:
            last = self._turns[-1]
            self._findings.require_contracts(last.looked_up, last.number, self.transcript)
        return history

    def _history(self) -> Json:
        __tracebackhide__ = True
        failed: PlayError | None = None
        history: Json = None
        try:
            with self._line.watched():
                history = self._session.history()
        except PlayError as error:
            failed = error
        looked_up = self._line.redact(self._session.take_exchanges())
        if self._turns:
            last = self._turns[-1]
            self._turns[-1] = replace(
                last, history=history, looked_up=(*last.looked_up, *looked_up)
            )
        if failed is not None:
            raise hidden_error(failed, self._line.redactor)
        return history

    def judge(self, number: int, checks: Mapping[str, Any], *, ignore_case: bool) -> Turn:
        """Judge a turn, and give it with what was waited for; see `ChatReply.expect`."""
        __tracebackhide__ = True
        place = self._place(above=1)
        turn = self._turns[number - 1]
        scope = Scope.REPLY if turn.refusal is None else Scope.REFUSAL
        asking = Asking(self._project.vocabulary, place, f"turn {number}")
        planned = UserTurn(
            number=number,
            place=place,
            message=MessagePlan(),
            expectations=asking.expectations(checks, scope, ignore_case=ignore_case),
            expects_refusal=turn.refusal is not None,
        )
        if any(one.within for one in planned.expectations):
            turn = self._waited(planned)
        if planned.wants_history:
            # What it exchanges belongs to the last turn, as does what it tells.
            history = self._history()
            turn = replace(self._turns[number - 1], history=history)
        self._findings.judge(planned, turn, self.transcript)
        return turn

    def close(self) -> None:
        """Close the conversation, and write its recording where it was whole.

        Raises `PlayError` where closing or writing failed, and `AssertionError` where an answer
        to closing breaks the contract of the provider's definition.
        """
        __tracebackhide__ = True
        line = self._line
        try:
            with line.watched():
                unclosed = close_session(self._session, line, is_broken=self._stop is not None)
            self._findings.around = line.redact(self._session.take_exchanges())
            if self._stop is None and unclosed is not None:
                self._stop = Stop(turn=CLOSING, error=unclosed)
            else:
                unclosed = None
            line.finish(self._stop.error if self._stop else None)
        finally:
            line.close()
        if unclosed is not None:
            raise hidden_error(unclosed, line.redactor)
        self._findings.require_closing(self.transcript)

    def result(self, failed_by: BaseException | None = None) -> ScenarioResult:
        """What came of the conversation, for reports; `failed_by` is what the test raised."""
        stop = self._stop
        if stop is None and failed_by is not None and failed_by is self._raised:
            # A refusal that nobody expected.
            stop = Stop(turn=len(self._turns), error=self._raised)
        return self._findings.result(self._transcript(stop), failed_by)

    def _said(
        self,
        text: str,
        press: str,
        attachments: tuple[Attachment, ...],
        metadata: Mapping[str, Json] | None,
    ) -> tuple[Turn, PlayError | None]:
        """Say something; gives the turn, and why no reply came."""
        __tracebackhide__ = True
        self._require_sent(attachments, metadata or {})
        last = next((turn.reply for turn in reversed(self._turns) if turn.reply), None)
        message = UserMessage(
            text=prompt_of(press, last) if press else text,
            display_text=press,
            attachments=attachments,
            metadata=metadata or {},
        )
        turn = Turn(number=len(self._turns) + 1, user=message)
        reply: Reply | None = None
        failed: PlayError | None = None
        try:
            with self._line.watched():
                reply = self._session.say(message, turn.number)
        except PlayError as error:
            failed = error
        finally:
            refusal = failed if isinstance(failed, Refused) else None
            exchanges = self._line.redact(self._session.take_exchanges())
            turn = replace(turn, reply=reply, refusal=refusal, exchanges=exchanges)
            self._turns.append(turn)
        if failed is not None and refusal is None:
            self._stop = Stop(turn=turn.number, error=failed)
        return turn, failed

    def _require_sent(
        self, attachments: tuple[Attachment, ...], metadata: Mapping[str, Json]
    ) -> None:
        """Raise `ScenarioError` for what goes with a message and the definition never sends."""
        __tracebackhide__ = True
        if not attachments and not metadata:
            return
        place = self._place(above=2)
        told = [name for one in attachments for name in ("name", "content") if getattr(one, name)]
        parts = {
            "attachments": [(name, place) for name in told],
            "metadata": [(name, place) for name in metadata],
        }
        provider = self._line.provider
        problems = list(
            unsent_parts(
                {provider.name: provider.definition},
                {what: keys for what, keys in parts.items() if keys},
                place,
                f"turn {len(self._turns) + 1}",
            )
        )
        if problems:
            raise ScenarioError(problems)

    def _waited(self, planned: UserTurn) -> Turn:
        """A turn with what came behind its reply while its checks waited for it."""
        __tracebackhide__ = True
        turn = self._turns[planned.number - 1]
        require_last(planned, self._turns)

        def holds(one: UserTurn, now: Turn) -> bool:
            return self._findings.holds(one, now, self.transcript)

        turn, failed = waited(turn, planned, self._session, self._line, holds)
        self._turns[-1] = turn
        if failed is not None:
            raise hidden_error(failed, self._line.redactor)
        return turn

    def _transcript(self, stop: Stop | None) -> Transcript:
        return Transcript(
            scenario=self._scenario.id,
            provider=self._line.provider.name,
            turns=tuple(self._turns),
            around=self._findings.around,
            stop=stop,
            is_recorded=self._line.is_recorded,
        )

    def _drawn(self, name: str) -> object:
        draw = self._variables.snapshot()[name]
        assert callable(draw)  # noqa: S101  # by its name
        return draw()

    def _place(self, *, above: int = 0) -> Place:
        """The line of the test, which called what calls this."""
        return calling_place(self._project.config.shown, above=above + 2)
