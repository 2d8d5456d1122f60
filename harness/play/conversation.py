"""One conversation: says messages, waits for later ones, requests the history, and closes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from harness.conversation import (
    Exchange,
    Reply,
    Stop,
    Transcript,
    Turn,
    UserEnd,
    UserMessage,
)
from harness.conversation.spending import Spent
from harness.core import Json, PlayError, Refused, TransportError
from harness.play.broken import ESCAPED, internal_error
from harness.play.checkpoint import Checkpoint
from harness.play.conversation_state import ConversationState, StepAnswer
from harness.play.result import ScenarioResult, redact_result
from harness.providers.definition import Step
from harness.providers.session import Prepared, Session
from harness.providers.tool_answer import AnswersTool, unanswered
from harness.secrets.conversation_redaction import redact_transcript, redact_turn, without_answers

TurnTimeLeft = Callable[[Turn, float], float]
"""Seconds still to wait, for the turn so far and the seconds since its reply."""
IsExpected = Callable[[PlayError], bool]


class Conversation:
    """One conversation with a provider, live or replayed.

    `say`, then `wait` and `history` for the same turn, then `end_turn`.
    """

    def __init__(
        self,
        state: ConversationState,
        name: str,
        *,
        session: Mapping[str, Json],
        prepare: Callable[[], Prepared],
        captures: Collection[str] = (),
    ) -> None:
        """`name` is the scenario's, `session` what is sent when the conversation opens.

        `captures` are the names that can be captured. Raises `CassetteError` if a recording was
        made with another session.
        """
        self.state = state
        self.context = state.context
        self.turns: list[Turn] = []
        """All turns so far, the one that broke included."""
        self.exchanges: tuple[Exchange, ...] = ()
        """Those of the last message, with their secrets; they must not be shown."""
        self.around: tuple[Exchange, ...] = ()
        """The exchanges outside turns; known once the conversation is closed."""
        self._taken_over = 0
        """How many of the turns another conversation has said."""
        self.user_end: UserEnd | None = None
        """How a simulated user ended it."""
        self._name = name
        self._number = 0
        self._recorded: dict[int, UserMessage] = {}
        """What a replay says in turns whose message has a secret in it, by number."""
        self._captures = captures
        state.begin(session)
        self._session = Session(
            self.context.provider,
            self.context.transport,
            seed=self.context.seed,
            told=session,
            prepare=prepare,
            know=state.know,
            hides=state.hides,
        )
        if state.answers is not None:
            self._session.observe(self._note)

    @property
    def last_reply(self) -> Reply | None:
        """The last reply that came; None before the first."""
        return next((turn.reply for turn in reversed(self.turns) if turn.reply), None)

    def hear(self, text: str, recorded: str | None = None) -> None:
        """Add a message that the bot sent on its own; the next message takes it to the provider.

        `recorded` is the text as a replay will have it, if it has a secret in it.
        """
        self._session.hear(text, recorded)

    def say(
        self,
        message: UserMessage,
        *,
        number: int = 0,
        recorded: UserMessage | None = None,
        pause: float = 0.0,
        accepted: frozenset[int] = frozenset(),
        is_expected: IsExpected = lambda error: isinstance(error, Refused),
        answer: AnswersTool = unanswered,
    ) -> tuple[Turn, PlayError | None]:
        """Say a message. Returns the turn, and the error if it has neither a reply nor a refusal.

        `number` is the turn's; by default the next one. `recorded` is the message as a replay will
        say it, if it has a secret in it. `pause` are seconds before it is said; `accepted` are
        statuses that the caller expects as a refusal. An error that `is_expected` is the turn's
        refusal; a network failure is then recorded. `answer` answers the tools that the bot calls.
        """
        number = self._number = number or len(self.turns) + 1
        if recorded is not None:
            self._recorded[number] = recorded
        session, reply = self._session, None
        failed: PlayError | None = None
        refusal: Refused | TransportError | None = None
        try:
            if pause:
                session.wait(pause)
            session.accept(accepted)
            reply = session.say(message, number, recorded, answer)
        except PlayError as error:
            failed = error
        if isinstance(failed, (Refused, TransportError)) and is_expected(failed):
            refusal, failed = failed, None
            if isinstance(refusal, TransportError) and self.context.recorder is not None:
                self.context.recorder.transport.accept_break()
        self.exchanges = session.take_exchanges()
        turn = Turn(
            number=number,
            user=message,
            reply=reply,
            refusal=refusal,
            exchanges=self.state.redact(self.exchanges),
        )
        self.turns.append(turn)
        self.context.pay(turn)
        return turn, failed

    def wait(self, left: TurnTimeLeft) -> None:
        """Add to the last turn the messages that follow its reply, while `left` gives time.

        Earlier waiting counts. Raises `PlayError`; the exchanges until then are in the turn.
        """
        turn = self.turns[-1]
        reply = turn.reply
        if reply is None:
            return
        looks = list(turn.looked_up)
        came = came_at(turn.exchanges)
        passed = came_at(turn.looks) - came if turn.looks else 0.0

        def seconds(so_far: Reply, passed: float) -> float:
            looks.extend(self._take())
            return left(replace(turn, reply=so_far), passed)

        try:
            reply = self._session.wait_for_more(reply, came, seconds, passed=passed)
        finally:
            looks.extend(self._take())
            self.amend(reply=reply, looked_up=tuple(looks))

    def history(self) -> Json:
        """The provider's own record, which is added to the last turn. Raises `PlayError`."""
        history: Json = None
        try:
            history = self._session.history()
        finally:
            looked_up = self._take()
            if self.turns:
                self.amend(history=history, looked_up=(*self.turns[-1].looked_up, *looked_up))
        return history

    def amend(self, **changes: Any) -> Turn:  # noqa: ANN401  # fields of `Turn`
        """Change the last turn, and return it."""
        self.turns[-1] = replace(self.turns[-1], **changes)
        return self.turns[-1]

    def end_turn(self) -> None:
        """The last turn is complete: nothing more is captured from it."""
        if self.context.recorder is not None:
            self.context.recorder.end_turn(self.turns[-1].number, self.state.uncaptured)

    def close(self, *, is_broken: bool) -> PlayError | None:
        """Run the closing steps; on a transport of their own if this one may be broken.

        Returns the error if they could not be run. A refusal is only noted: the turns before are
        complete.
        """
        try:
            if is_broken and not self.context.is_recorded:
                with self.context.closing_transport() as transport:
                    self._session.close(transport)
            else:
                self._session.close()
        except Refused as refused:
            self.state.notes += (
                f"the conversation was not closed: {self.state.redactor.text(refused.message)}",
            )
        except PlayError as error:
            return error
        except ESCAPED as error:
            return internal_error(error, self.state.redactor)
        finally:
            self.around = self._take()
        return None

    def checkpoint(self) -> Checkpoint:
        """The state of a live conversation between two turns."""
        context, recorder = self.context, self.context.recorder
        return Checkpoint(
            seed=context.seed,
            now=context.now,
            transport=context.checkpoint() if context.checkpoint is not None else None,
            flow=self._session.left(),
            turns=tuple(self.turns),
            messages=dict(self._recorded),
            recorded=recorder.transport.interactions if recorder is not None else (),
            secrets=dict(self.state.redactor.learned),
        )

    def resume(self, checkpoint: Checkpoint) -> None:
        """Continue from the checkpoint of another conversation, before anything is said.

        The context was made with the checkpoint. Raises `CassetteError` if the journal cannot be
        written.
        """
        self.state.know_all(checkpoint.secrets)
        if self.context.recorder is not None:
            self.context.recorder.transport.resume(checkpoint.recorded)
        self._session.go_on(checkpoint.flow)
        self.turns.extend(checkpoint.turns)
        self._recorded.update(checkpoint.messages)
        self._taken_over = len(self.turns)

    def transcript(self, stop: Stop | None = None) -> Transcript:
        """The conversation so far; `stop` is why it ended early."""
        return Transcript(
            scenario=self._name,
            provider=self.context.provider.name,
            turns=tuple(self.turns),
            around=self.around,
            stop=stop,
            user_end=self.user_end,
            is_recorded=self.context.is_recorded,
        )

    @property
    def spent(self) -> Spent:
        """What its replies cost, without those of turns that another conversation has said."""
        return Spent.of(self.context.charges(self.turns[self._taken_over :]))

    def judged_turn(self, turn: Turn) -> tuple[Turn, Transcript]:
        """A turn and the conversation so far, as checks see both: as a replay will have them."""
        turn, transcript = self._as_recorded(turn), self._transcript()
        if not self.state.held_secrets:
            return turn, transcript
        redactor = self.state.redactor
        return (
            redact_turn(turn, self._captures, redactor),
            redact_transcript(transcript, self._captures, redactor),
        )

    def judged_transcript(self, stop: Stop | None = None) -> Transcript:
        """The conversation so far, as checks see it: without secrets of answers and messages."""
        transcript = self._transcript(stop)
        if self.state.is_withheld:
            return without_answers(transcript)
        if self.state.held_secrets:
            return redact_transcript(transcript, self._captures, self.state.redactor)
        return transcript

    def _as_recorded(self, turn: Turn) -> Turn:
        recorded = self._recorded.get(turn.number)
        return turn if recorded is None else replace(turn, user=recorded)

    def _transcript(self, stop: Stop | None = None) -> Transcript:
        return replace(self.transcript(stop), turns=tuple(map(self._as_recorded, self.turns)))

    def shown(self, result: ScenarioResult) -> ScenarioResult:
        """A result without the known secrets, as it can be shown."""
        if self.context.is_recorded and not self.state.held_secrets:
            return result
        return redact_result(result, self.state.redactor, in_bodies=self.state.held_secrets)

    def _note(self, step: Step, payload: Json, _captured: Mapping[str, Json]) -> None:
        if self.state.answers is not None:
            self.state.answers.append(StepAnswer(self._number, step, payload))

    def _take(self) -> tuple[Exchange, ...]:
        return self.state.redact(self._session.take_exchanges())


def came_at(exchanges: tuple[Exchange, ...]) -> float:
    """When the last answer was complete, in seconds from the start of the conversation."""
    ends = (one.response.ended for one in reversed(exchanges) if one.response is not None)
    return next(ends, 0.0)
