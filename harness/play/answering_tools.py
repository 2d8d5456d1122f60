"""Answers the tools that the bot calls, as the scenario says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from harness.checks import BadExpectation, Options
from harness.checks.tools import argument_rules
from harness.conversation import ToolCall, ToolResult
from harness.core import PlayError, counted, nearest_word, value_class
from harness.play.conversation_variables import Variables
from harness.providers.tool_answer import ToolAnswer, answers_to_add, unanswered
from harness.scenario.tool_answers import PlannedAnswer, PlannedAnswers, ToolAnswers


@value_class(frozen=True, slots=True)
class _Choice:
    """An answer, or why there is none."""

    answer: PlannedAnswer | None
    reason: str = ""
    details: tuple[str, ...] = ()


class AnsweredTools:
    """The answers of one play: those of a turn first, then those of the scenario."""

    def __init__(self, answers: ToolAnswers, variables: Variables) -> None:
        """`answers` are the scenario's own."""
        self._answers = answers
        self._variables = variables
        self._given: Counter[tuple[str, str]] = Counter()
        """How many answers of a list were given in order, by the turn and the tool."""
        self._used: set[int] = set()
        """The answers that were given, by their identity."""
        self._own: ToolAnswers = {}
        self._subject = ""

    def in_turn(self, answers: ToolAnswers, subject: str) -> None:
        """Begin a turn with answers of its own; `subject` names it, such as `turn 2`."""
        self._own, self._subject = answers, subject

    def answer(self, call: ToolCall) -> ToolAnswer:
        """Answer a call. Raises `PlayError` if there is no answer, or a value is missing."""
        known = {**self._answers, **self._own}
        planned = known.get(call.name)
        if planned is None:
            return unanswered(
                call, "nothing answers it", self._hint(call, nearest_word(call.name, known))
            )
        choice = self._chosen(planned, call)
        if choice.answer is None:
            return unanswered(call, choice.reason, self._hint(call), choice.details)
        self._used.add(id(choice.answer))
        recorded = None
        if self._variables.has_secrets:
            # First, as for a message: values drawn for it are drawn again.
            with self._variables.hidden():
                recorded = self._result(choice.answer)
        result = self._result(choice.answer)
        return ToolAnswer(result=result, recorded=recorded or result, delay=choice.answer.delay)

    def unused_in_turn(self) -> Iterator[str]:
        """Notes on the answers of the turn that no call asked for."""
        yield from self._unused(self._own, self._subject)

    def unused(self) -> Iterator[str]:
        """Notes on the answers of the scenario that no call asked for."""
        yield from self._unused(self._answers, "the scenario")

    def checkpoint(self) -> Mapping[tuple[str, str], int]:
        """How many answers of each list were given."""
        return dict(self._given)

    def resume(self, given: Mapping[tuple[str, str], int]) -> None:
        """Continue where another conversation was."""
        self._given.update(given)

    def _chosen(self, planned: PlannedAnswers, call: ToolCall) -> _Choice:
        """The first answer for these arguments, otherwise the next one without arguments."""
        misfits: list[str] = []
        for answer in planned.answers:
            if answer.arguments is not None:
                misfit = self._misfit(answer, call)
                if not misfit:
                    return _Choice(answer)
                misfits.append(misfit)
        rest = [answer for answer in planned.answers if answer.arguments is None]
        if not rest:
            return _Choice(None, "no answer is for these arguments", tuple(misfits))
        if not planned.is_sequence:
            return _Choice(rest[0])
        key = (self._subject if call.name in self._own else "", call.name)
        number = self._given[key]
        if number == len(rest):
            given = counted(number, "answer")
            return _Choice(None, f"its {given} {'was' if number == 1 else 'were'} given before")
        self._given[key] += 1
        return _Choice(rest[number])

    def _misfit(self, answer: PlannedAnswer, call: ToolCall) -> str:
        """Why an answer is not for a call's arguments; empty if it is."""
        assert answer.arguments is not None  # noqa: S101  # the caller asked
        try:
            rules = argument_rules(self._variables.fill(answer.arguments), Options())  # type: ignore[arg-type]  # JSON
        except BadExpectation as error:
            raise PlayError(error.code, error.message, error.hint) from error
        faults: Sequence[str] = [fault.message for fault in rules.faults(call.arguments)]
        return f"{answer.place}: {'; '.join(faults)}" if faults else ""

    def _result(self, answer: PlannedAnswer) -> ToolResult:
        if answer.fails is not None:
            return ToolResult(value=self._variables.text(answer.fails), is_error=True)
        assert answer.returns is not None  # noqa: S101  # one of both by the format
        return ToolResult(value=self._variables.fill(answer.returns))  # type: ignore[arg-type]  # JSON

    def _hint(self, call: ToolCall, near: str = "") -> str:
        """What to add to the file, with the arguments of the call."""
        add = f"add to {self._subject or 'the turn'}: {answers_to_add(call.name, call.arguments)}"
        return f"{near} Otherwise {add}" if near else add

    def _unused(self, answers: ToolAnswers, subject: str) -> Iterator[str]:
        for tool, planned in answers.items():
            rest = [answer for answer in planned.answers if id(answer) not in self._used]
            if len(rest) == len(planned.answers):
                yield f"{subject}: the bot did not call '{tool}', so its answer was not used"
            elif rest:
                was = "was" if len(rest) == 1 else "were"
                yield f"{subject}: {counted(len(rest), 'answer')} to '{tool}' {was} not used"
