"""Plays one scenario: says its turns, waits for its checks, and takes its captures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.conversation import BUSY, Reply, Stop, Turn, UserMessage
from harness.conversation.spending import Spent
from harness.core import (
    HarnessError,
    InternalError,
    Interrupted,
    PlayError,
    Refused,
    TransportError,
)
from harness.play.answering_tools import AnsweredTools
from harness.play.broken import ESCAPED, internal_error
from harness.play.consulting import Consultation
from harness.play.conversation import Conversation
from harness.play.conversation_variables import (
    MissingCapture,
    Variables,
    capture_from,
    remember_record,
)
from harness.play.judging import judge_turn
from harness.play.secret_captures import (
    learn_uncaptured,
    remember_plain,
    take_secret,
)
from harness.play.user_messages import UserMessages, WrittenMessages
from harness.project.vocabulary import Vocabulary
from harness.providers.session import CLOSING
from harness.scenario import AssistantLine, Scenario, UserTurn, turn_subject

if TYPE_CHECKING:
    from harness.play.simulating.user_model import UserModel

Entry = UserTurn | AssistantLine


class ScenarioPlayer:
    """Plays one scenario in one conversation."""

    def __init__(
        self,
        scenario: Scenario,
        conversation: Conversation,
        variables: Variables,
        vocabulary: Vocabulary,
        consultation: Consultation | None = None,
        user: UserModel | None = None,
    ) -> None:
        """`user` is the model of a simulated user, if the scenario has one."""
        self.tools = AnsweredTools(scenario.answers, variables)
        self.scenario = scenario
        self.conversation = conversation
        self.variables = variables
        self._vocabulary = vocabulary
        self._user = user
        self._written = WrittenMessages(conversation, variables)
        self._simulated: UserMessages = self._written
        if scenario.simulation is not None:
            # Late: most scenarios write every message.
            from harness.play.simulated_user import SimulatedUser  # noqa: PLC0415

            self._simulated = SimulatedUser(
                scenario.simulation, conversation, self._written, vocabulary, user
            )
        self._consultation = consultation
        self._state = conversation.state
        self._is_live = not conversation.context.is_recorded

    @property
    def spent(self) -> Spent:
        """What the replies of the bot and of a simulated user's model cost."""
        spent = self.conversation.spent
        return spent if self._user is None else spent + self._user.spent

    def play(self, entries: Iterable[Entry]) -> Stop | None:
        """Say the entries, then the teardown, and close the conversation.

        Returns why it ended early; None if it did not. Other exceptions, such as
        `KeyboardInterrupt`, are raised once the conversation is closed.
        """
        conversation = self.conversation
        try:
            stop = self.say_all(entries)
            if stop is None or not isinstance(stop.error, (Interrupted, InternalError)):
                failed = self.say_all(self.scenario.teardown)
                stop = stop or failed
        except BaseException:
            conversation.close(is_broken=True)
            raise
        if stop is None:
            self._state.notes += tuple(self.tools.unused())
        unclosed = conversation.close(is_broken=stop is not None)
        if stop is None and unclosed is not None:
            return Stop(turn=CLOSING, error=unclosed)
        return stop

    def holds(self, planned: UserTurn, turn: Turn) -> bool:
        """Whether all checks of a turn pass."""
        turn, transcript = self.conversation.judged_turn(turn)
        if self._consultation is not None:
            transcript = self._consultation.of_turn(planned, turn, transcript)
        results = judge_turn(planned, turn, transcript, self._vocabulary)
        return not any(result.outcome.is_bad for result in results)

    def say_all(self, entries: Iterable[Entry]) -> Stop | None:
        """Say the entries until a check, a capture or an error ends it; returns the error."""
        turns = self.conversation.turns
        number = len(turns) + 1
        try:
            for entry in entries:
                if isinstance(entry, AssistantLine):
                    with self.variables.within(entry.given):
                        self._hear(entry)
                    continue
                number = entry.number
                turn = self._play_turn(entry)
                if turn is None:
                    continue
                if turn.missing or (entry.stops_on_fail and not self.holds(entry, turn)):
                    return None
                number = len(turns) + 1
        except PlayError as error:
            return Stop(turn=number, error=error)
        except HarnessError:
            raise
        except ESCAPED as error:
            # The turn is not complete.
            turns[:] = [turn for turn in turns if turn.number < number]
            return Stop(turn=number, error=internal_error(error, self._state.redactor))
        return None

    def _hear(self, line: AssistantLine) -> None:
        """Add a message of the bot, and how a replay will say it."""
        recorded = None
        if self.variables.has_secrets and self._is_live:
            # First, as for a message: values drawn for it are drawn again.
            with self.variables.hidden():
                recorded = self.variables.text(line.text)
        self.conversation.hear(self.variables.text(line.text), recorded)

    def _play_turn(self, planned: UserTurn) -> Turn | None:
        """Say a turn, and take its captures; None if a simulated user says nothing more.

        Raises `PlayError` if it broke.
        """
        user = self._simulated if planned.is_simulated else self._written
        with self.variables.within(planned.given) if planned.given else nullcontext():
            message = user.next(planned)
            return None if message is None else self._say(planned, *message)

    def _say(self, planned: UserTurn, message: UserMessage, recorded: UserMessage | None) -> Turn:
        conversation = self.conversation
        self.tools.in_turn(planned.answers, turn_subject(planned.number, planned.id))
        turn, failed = conversation.say(
            message,
            number=planned.number,
            recorded=recorded,
            pause=planned.wait,
            accepted=_accepted(planned),
            is_expected=lambda error: _is_expected(planned, error),
            answer=self.tools.answer,
        )
        if failed is None:
            self._state.notes += tuple(self.tools.unused_in_turn())
        missing: tuple[tuple[str, str], ...] = ()
        if failed is None:
            try:
                if planned.is_patient:
                    conversation.wait(lambda turn, passed: self._time_left(planned, turn, passed))
                missing = self._capture(planned, conversation.turns[-1].reply)
                if planned.wants_history:
                    record = conversation.history()
                    missing += tuple(remember_record(planned, record, self.variables))
                conversation.end_turn()
            except PlayError as error:
                failed = error
        if planned.has_secrets and turn.reply is None and self._is_live:
            unsearched = learn_uncaptured(planned, conversation.exchanges, self._state)
            failed = failed or unsearched
        turn = conversation.amend(missing=missing, variables=self.variables.snapshot())
        if failed is not None:
            raise failed
        return turn

    def _time_left(self, planned: UserTurn, turn: Turn, passed: float) -> float:
        # A check can use the captures of the turn.
        self._capture(planned, turn.reply)
        turn = replace(turn, exchanges=(), variables=self.variables.snapshot())
        return time_left(planned, passed, lambda waiting: self.holds(waiting, turn))

    def _capture(self, planned: UserTurn, reply: Reply | None) -> tuple[tuple[str, str], ...]:
        """Take a turn's captures; returns those that are not in the reply, with the reason.

        Raises `PlayError` for a secret that cannot be redacted.
        """
        missing = []
        exchanges = self.conversation.exchanges
        for name, capture in planned.captures.items():
            if capture.history:
                continue
            if reply is None:
                missing.append((name, "the provider refused"))
                continue
            if capture.is_secret:
                value = take_secret(name, capture, reply, exchanges, self.variables, self._state)
            else:
                value = capture_from(capture, reply, exchanges)
            if isinstance(value, MissingCapture):
                missing.append((name, value.reason))
            elif not capture.is_secret:
                remember_plain(name, value, self.variables, self._state)
        return tuple(missing)


def time_left(planned: UserTurn, passed: float, holds: Callable[[UserTurn], bool]) -> float:
    """Seconds until the waiting of the next check that does not pass ends; 0.0 if there is none.

    `passed` are the seconds since the reply; `holds` judges a turn with one of the checks.
    """
    return min(
        (
            one.within - passed
            for one in planned.expectations
            if one.within > passed
            and not holds(replace(planned, expectations=(one,), captures={}, faults=()))
        ),
        default=0.0,
    )


def _accepted(planned: UserTurn) -> frozenset[int]:
    """Statuses that a turn expects: all those of a busy server if it names none."""
    if not planned.expects_refusal or planned.faults:
        return frozenset()
    for expectation in planned.expectations:
        if expectation.name == "status" and expectation.value.is_constant:
            wanted = expectation.value.render({})
            return frozenset(wanted if isinstance(wanted, list | tuple) else [wanted])
    return BUSY


def _is_expected(planned: UserTurn, error: PlayError) -> bool:
    """Whether the scenario expects such an error: a network failure, or a refusal."""
    if planned.faults:
        return isinstance(error, TransportError) and error.code in planned.faults
    return planned.expects_refusal and isinstance(error, Refused)
