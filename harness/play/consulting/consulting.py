"""Finds out what the checks of a conversation ask, and asks it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from harness.config import PROVIDER_CONCURRENCY
from harness.conversation import Opinions, ProviderAnswer, Question, Transcript, Turn
from harness.conversation.spending import NOTHING_SPENT, Charge, Purpose, Spent
from harness.core import CassetteError, Interrupted
from harness.play.consulting.model_access import NOT_RECORDED, OVER_BUDGET, ModelAccess
from harness.play.judged_subjects import JudgedSubject, judged_in, judged_in_turn
from harness.play.judging import verdict_of
from harness.project.plan import Play
from harness.project_file import JudgeMode
from harness.scenario import Scenario, UserTurn

if TYPE_CHECKING:
    from harness.play.consulting.sidecar import Sidecar

OFF = "no judge is asked: --judge off"
BROKE = "no judge was asked, because the conversation broke"
COMPARED = "no judge was asked about the old recording"


class _Asking(Opinions):
    """Answers so far; a question without one is asked."""

    def __init__(
        self, answers: dict[str, ProviderAnswer], ask: Callable[[Question], ProviderAnswer]
    ) -> None:
        """`answers` is added to."""
        super().__init__()
        self.answers = answers
        self._ask = ask
        self.failed: Exception | None = None
        """Why a question could not be asked, which no verdict of a check may hide."""

    def of(self, question: Question) -> ProviderAnswer | None:
        """The answer to a question. Raises what asking it raises."""
        key = question.key
        if key not in self.answers:
            try:
                self.answers[key] = self._ask(question)
            except Exception as error:
                self.failed = error
                raise
        return self.answers[key]


class Consulting:
    """Consults models for the plays of one run. Safe for threads."""

    def __init__(self, asking: ModelAccess) -> None:
        self.asking = asking
        self.vocabulary = asking.project.vocabulary
        self._lock = threading.Lock()
        self._places: dict[str, threading.Semaphore] = {}

    def of(self, scenario: Scenario, play: Play) -> Consultation | None:
        """Consults models about one play; None if no check asks any."""
        if not self.vocabulary.asks_in(scenario):
            return None
        return self.begun(scenario, play)

    def begun(
        self, scenario: Scenario, play: Play, known: Mapping[str, ProviderAnswer] | None = None
    ) -> Consultation:
        """Consults models about one play, whose checks may not be known yet.

        `known` are answers by the keys of their questions, which are not looked up elsewhere.
        """
        return Consultation(self, scenario, play, known or {})

    def place(self, provider: str) -> threading.Semaphore:
        """A place among the conversations that are held with a provider at once."""
        with self._lock:
            if provider not in self._places:
                own = self.asking.project.provider_config(provider).concurrency
                self._places[provider] = threading.Semaphore(own or PROVIDER_CONCURRENCY)
            return self._places[provider]


class Consultation:
    """Consults models about one play."""

    def __init__(
        self,
        consulting: Consulting,
        scenario: Scenario,
        play: Play,
        known: Mapping[str, ProviderAnswer],
    ) -> None:
        self._consulting = consulting
        self._known = known
        self._scenario = scenario
        self._play = play
        self._answers: dict[str, ProviderAnswer] = {}
        self._sidecars: dict[str, Sidecar] = {}
        self.spent = NOTHING_SPENT
        """What the answers cost so far, by judge."""

    def of_turn(self, planned: UserTurn, turn: Turn, transcript: Transcript) -> Transcript:
        """The conversation so far, with what its checks of one turn asked."""
        return self.consulted(transcript, lambda it: judged_in_turn(planned, turn, it))

    def of_whole(self, transcript: Transcript, *, is_old: bool = False) -> Transcript:
        """A conversation with everything that its checks asked.

        If it `is_old`, a recording that is only compared with, nothing is asked.
        """
        reason = COMPARED if is_old else ""
        if transcript.stop is not None and isinstance(
            transcript.stop.error, (CassetteError, Interrupted)
        ):
            reason = BROKE
        if reason:
            return replace(transcript, opinions=Opinions(unasked=reason))
        return self.consulted(transcript, lambda it: judged_in(self._scenario, it))

    def finish(self, *, is_complete: bool) -> tuple[str, ...]:
        """Write what was asked; gives notes. Raises `CassetteError`.

        Recorded answers that no check needed are dropped if the conversation `is_complete`.
        """
        return tuple(
            note
            for sidecar in self._sidecars.values()
            for note in sidecar.finish(is_complete=is_complete)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for sidecar in self._sidecars.values():
            sidecar.close()

    def consulted(
        self, transcript: Transcript, judged: Callable[[Transcript], Iterable[JudgedSubject]]
    ) -> Transcript:
        """A conversation with what some checks asked; `judged` gives what they judge of it."""
        vocabulary = self._consulting.vocabulary
        if not any(vocabulary.asks(one.expectation) for one in judged(transcript)):
            return transcript
        if self._consulting.asking.mode is JudgeMode.OFF:
            return replace(transcript, opinions=Opinions(unasked=OFF))
        asking = _Asking(self._answers, self._paid)
        for one in judged(replace(transcript, opinions=asking)):
            if vocabulary.asks(one.expectation):
                # It asks for what it needs; its verdict follows when all is known.
                verdict_of(one, vocabulary)
                if asking.failed is not None:
                    raise asking.failed
        return replace(transcript, opinions=Opinions(self._answers))

    def _paid(self, question: Question) -> ProviderAnswer:
        answer = self._answer(question)
        self._pay(question, answer)
        return answer

    def _answer(self, question: Question) -> ProviderAnswer:
        known = self._known.get(question.key)
        if known is not None:
            return known
        sidecar = self._sidecar(question.provider)
        if not self._consulting.asking.mode.asks:
            return sidecar.answer(question)
        with self._consulting.place(question.provider):
            return sidecar.answer(question)

    def _pay(self, question: Question, answer: ProviderAnswer) -> None:
        """Add what an answer cost."""
        # An answer without a usage counts as a question.
        if answer.code not in (NOT_RECORDED, OVER_BUDGET):
            charge = Charge.of(
                answer.usage or {},
                question.provider,
                self._consulting.asking.project.provider_config(question.provider).prices,
                is_recorded=answer.is_recorded,
                purpose=Purpose.JUDGE,
                name=question.judge,
            )
            self.spent += Spent.of((charge,))

    def _sidecar(self, provider: str) -> Sidecar:
        # Late: most runs ask nothing.
        from harness.play.consulting.sidecar import Sidecar  # noqa: PLC0415

        found = self._sidecars.get(provider)
        if found is None:
            found = self._sidecars[provider] = Sidecar(
                self._consulting.asking, self._scenario, self._play, provider
            )
        return found
