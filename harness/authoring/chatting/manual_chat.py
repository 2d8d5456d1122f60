"""A chat by hand: what a person said, and the conversation that it was said in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from harness.authoring.chatting.held_conversation import HeldConversation
from harness.authoring.chatting.judging_by_hand import judge_last, typed_result
from harness.authoring.chatting.said_turn import AsksTool, ManualAnswers, SaidTurn
from harness.authoring.chatting.talk import Talk
from harness.authoring.chatting.typed_checks import TypedChecks
from harness.conversation import Stop, Turn, UserMessage
from harness.core import Json, NoSuchButton, PlayError, TransportError
from harness.play.consulting import Consultation
from harness.play.conversation import TurnTimeLeft
from harness.play.judging import contracts, judge
from harness.play.result import CheckResult, ScenarioResult
from harness.play.runner import Runner
from harness.play.shared_prefix import Start
from harness.project.plan import Mode
from harness.scenario import UserTurn
from harness.secrets.redaction import Redactor
from harness.transport.cassette import Cassette


class ManualChat:
    """The turns that a person said, in a conversation that begins with the first of them.

    If a turn breaks, its conversation ends. The next turn begins a new one, in which the turns
    before it are said again.
    """

    def __init__(
        self,
        talk: Talk,
        holding: Path,
        *,
        asks: AsksTool,
        said_again: Callable[[Turn], None],
    ) -> None:
        """`holding` is the folder that recordings are written to until they are saved.

        `said_again` gets each turn that is said without the person.
        """
        self.talk = talk
        self.holding = holding
        self.turns: list[SaidTurn] = []
        """Those that have a reply or a refusal."""
        self._asks = asks
        self._said_again = said_again
        self._runner = Runner(self.talk.project, Mode.LIVE, holding=self.holding)
        self._starts: dict[int, Start] = {}
        """Where turns can be said from without those before them, by their number."""
        self._held: HeldConversation | None = None
        self._cassette: Cassette | None = None
        """The recording of the conversation, once it is closed."""
        self.begun: ScenarioResult | None = None
        """The result of the turns of the file, when they were said last."""
        self._failure: ScenarioResult | None = None
        """The result of the conversation that broke last."""

    @property
    def last(self) -> Turn | None:
        """The last turn of the conversation; None before the first."""
        return self._held.turns[-1] if self._held is not None and self._held.turns else None

    @property
    def transcript_turns(self) -> tuple[Turn, ...]:
        """The turns of the conversation, those of a file included."""
        return tuple(self._held.turns) if self._held is not None else ()

    @property
    def judged_turns(self) -> tuple[Turn, ...]:
        """The same turns as checks see them: without secrets of answers."""
        return self._held.conversation.judged_transcript().turns if self._held is not None else ()

    @property
    def is_lost(self) -> bool:
        """Whether turns have to be said before the next one, since there is no conversation."""
        return self._held is None and self.next_number > 1

    @property
    def is_closed(self) -> bool:
        """Whether the conversation was closed, because it was saved."""
        return self._cassette is not None

    @property
    def has_late(self) -> bool:
        """Whether a message can come after the last reply."""
        held = self._held
        if held is None or not held.is_open or not held.turns:
            return False
        return held.has_late and held.turns[-1].reply is not None

    def is_resumed(self, number: int) -> bool:
        """Whether turn `number` can be said without saying those before it again.

        The provider then keeps nothing of a conversation. Turns of a file count.
        """
        return number in self._starts

    @property
    def session(self) -> Mapping[str, Json]:
        """What is sent when the conversation opens."""
        return self._held.session if self._held is not None else {}

    @property
    def redactor(self) -> Redactor:
        """Knows the secrets of the settings and of the conversation."""
        if self._held is not None:
            return self._held.state.redactor
        return self._runner.contexts.redactor(self.talk.play.provider, self.talk.scenario)

    def assistant_lines(self) -> Mapping[int, tuple[str, ...]]:
        """What the bot said on its own, by the number of the next turn."""
        return self._held.assistant_lines() if self._held is not None else {}

    def shown_turn(self) -> Turn | None:
        """The last turn as checks see it: without secrets of answers."""
        held = self._held
        return held.conversation.judged_turn(held.turns[-1])[0] if held and held.turns else None

    def open(self) -> None:
        """Begin a conversation, if there is none, and say all turns in it. Raises `PlayError`."""
        self._failure = None
        if self._held is not None and not self.is_closed:
            return
        if self.is_closed:
            self.forget()
        start = self._starts.get(self.next_number)
        self._held = HeldConversation(self.talk, self._runner, self._headers(), start)
        if start is not None:
            return
        try:
            self._repeat(self._held)
        except BaseException:
            self._lose()
            raise

    def say(self, message: UserMessage, line: str) -> Turn:
        """Say something. Raises `PlayError` if there is neither a reply nor a refusal.

        Whatever is raised, the turn does not count, and its conversation has ended.
        """
        self.open()
        assert self._held is not None  # noqa: S101  # opened above
        said = SaidTurn(message=self._held.pressed(message), line=line)
        number = len(self._held.turns) + 1
        if (start := self._held.start()) is not None:
            self._starts[number] = start
        turn = self._send(self._held, said)
        self.turns.append(said)
        return turn

    def back(self) -> None:
        """Take the last turn back.

        Raises `PlayError` if the turns before cannot be said again; it is taken back nevertheless.
        """
        self._cassette = None
        self.turns.pop()
        self._starts = {at: one for at, one in self._starts.items() if at <= self.next_number}
        self._lose(is_broken=False)
        if not self.turns and self.talk.beginning is None:
            return
        self.open()

    def forget(self) -> None:
        """Leave the conversation. The next turn begins another one."""
        self._cassette = None
        self.turns.clear()
        self._starts.clear()
        self._lose(is_broken=False)

    def wait(self, left: TurnTimeLeft) -> None:
        """Add messages to the last turn that come after its reply; see `Conversation.wait`."""
        if self._held is not None and self._held.is_open:
            self._held.wait(left)

    def judge(self, planned: UserTurn) -> ScenarioResult:
        """Judge the last turn, and wait for it as its checks do.

        Raises `PlayError` if that breaks.
        """
        held = self._held
        assert held is not None  # noqa: S101  # the caller has a turn
        vocabulary, asking = self.talk.project.vocabulary, self._consultation()
        return self._result(judge_last(held, planned, vocabulary, asking))

    def keep(self, checks: TypedChecks) -> None:
        """Write checks into the scenario of the last turn. Raises `CassetteError`."""
        said = self.turns[-1]
        said.checks.update(checks.written)
        said.headers |= checks.headers
        if self._held is not None:
            self._held.keep(checks.headers)

    def _headers(self) -> Iterable[str]:
        """The answer headers that checks use."""
        return {name for said in self.turns for name in said.headers}

    def contract_faults(self) -> ScenarioResult:
        """What of the last turn breaks the contract of the definition."""
        last = self.last
        assert last is not None  # noqa: S101  # the caller said a turn
        return self._result(contracts((*last.exchanges, *last.looked_up), last.number))

    def broken(self, error: PlayError, line: str) -> ScenarioResult:
        """The result for a turn that broke, which was typed as this line."""
        if self._failure is not None:
            return self._failure
        return self._result(stop=Stop(turn=self.next_number, error=error), line=line)

    def recording(self) -> Cassette:
        """Close the conversation; its recording. Raises `PlayError` if it is not complete."""
        if self._cassette is None:
            self.open()
            held, self._held = self._held, None
            assert held is not None  # noqa: S101  # opened above
            self._cassette = held.record()
            self._held = held
        return self._cassette

    @property
    def next_number(self) -> int:
        """The number of the next turn; those of the file count."""
        return self._before + len(self.turns) + 1

    @property
    def _before(self) -> int:
        return len(self.talk.scenario.user_turns)

    def _consultation(self) -> Consultation:
        return self._runner.consulting.begun(self.talk.scenario, self.talk.play)

    def _repeat(self, held: HeldConversation) -> None:
        """Say the turns of the file, and those of the person. Raises `PlayError`."""
        if self.talk.scenario.turns:
            self._begin(held)
        for said in self.turns:
            if (start := held.start()) is not None:
                self._starts[len(held.turns) + 1] = start
            try:
                said.message = held.pressed(said.message)
            except NoSuchButton as error:
                stop = Stop(turn=len(held.turns) + 1, error=error)
                self._failure = self._result(stop=stop)
                raise
            turn = self._send(held, said)
            if said.late and turn.reply is not None:
                turn = held.wait_for_another(said.patience)
            self._said_again(turn)

    def _begin(self, held: HeldConversation) -> None:
        """Say the turns of the file. Raises `PlayError`."""
        stop = held.begin()
        for turn in held.turns:
            if turn.reply is not None or turn.refusal is not None:
                self._said_again(turn)
        scenario, vocabulary = self.talk.scenario, self.talk.project.vocabulary
        with self._consultation() as consultation:
            transcript = consultation.of_whole(held.conversation.judged_transcript())
        checks = judge(scenario, transcript, vocabulary)
        self.begun = self._result(checks)
        if stop is not None:
            self._failure = self._result(stop=stop)
            raise stop.error

    def _send(self, held: HeldConversation, said: SaidTurn) -> Turn:
        """Say a turn. Whatever is raised, the conversation has ended."""
        answers = ManualAnswers(said, held.player, self._asks)
        try:
            failed = held.say(said.message, answers.answer)
        except BaseException:
            self._lose()
            raise
        if failed is not None:
            is_new = all(one is not said for one in self.turns)
            stop = Stop(turn=len(held.turns), error=failed)
            self._failure = self._result(stop=stop, line=said.line if is_new else "")
            self._lose()
            raise failed
        said.answers = answers.given
        return held.conversation.amend(variables=held.player.variables.snapshot())

    def _lose(self, *, is_broken: bool = True) -> None:
        """End the conversation; nothing of it is kept."""
        held, self._held = self._held, None
        if held is not None:
            unclosed = held.discard(is_broken=is_broken)
            if is_broken or isinstance(unclosed, TransportError):
                # What was prepared for all conversations may be what is broken.
                self._runner = Runner(self.talk.project, Mode.LIVE, holding=self.holding)

    def _result(
        self, checks: Iterable[CheckResult] = (), stop: Stop | None = None, line: str = ""
    ) -> ScenarioResult:
        lines = [*(said.line for said in self.turns), *([line] if line else ())]
        return typed_result(self.talk, self._held, lines, checks, stop)
