"""The conversation that a recorded history contains, as turns and rounds of tools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.authoring.importing.model_history import (
    ASSISTANT,
    SYSTEM,
    TOOL,
    USER,
    HistoryItem,
    RecordedResult,
    Unplaced,
)
from harness.core import Json


@dataclass(slots=True, kw_only=True)
class DialogueTurn:
    """A message of the user, and what follows it."""

    text: str
    before: tuple[str, ...] = ()
    """What the bot said by itself."""
    answers: list[HistoryItem] = field(default_factory=list)
    """The answers of the bot that the history contains."""
    results: dict[int, tuple[RecordedResult, ...]] = field(default_factory=dict)
    """What the tools returned, by the number of the answer that called them, from 0."""

    @property
    def is_waiting(self) -> bool:
        """Whether the bot has to answer next."""
        return not self.answers or len(self.answers) - 1 in self.results

    def tool_answers(self) -> dict[str, Json]:
        """`answers:` of a scenario."""
        found: dict[str, list[Json]] = {}
        for number, results in self.results.items():
            for call, result in zip(self.answers[number].calls, results, strict=True):
                key = "fails" if result.is_error else "returns"
                found.setdefault(call.name, []).append({key: result.value})
        return {name: given[0] if len(given) == 1 else given for name, given in found.items()}


@dataclass(slots=True, kw_only=True)
class Dialogue:
    """The turns of a history whose last one waits for an answer."""

    system: str = ""
    turns: list[DialogueTurn] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    """For each answer of the bot, the number of items of the history before it."""

    @property
    def rounds(self) -> list[HistoryItem]:
        """The answers of the bot that the history contains, in order."""
        return [answer for turn in self.turns for answer in turn.answers]


def dialogue_of(history: Sequence[HistoryItem]) -> Dialogue:
    """The turns of a history. Raises `Unplaced` for an item that no scenario can say."""
    dialogue = Dialogue()
    before: list[str] = []
    for at, said in enumerate(history):
        turn = dialogue.turns[-1] if dialogue.turns else None
        if said.role == SYSTEM:
            if dialogue.system or turn is not None or before:
                raise Unplaced(said.place, "is another system message, or one after the first turn")
            dialogue.system = said.text
        elif said.role == USER:
            _begin(dialogue, said, tuple(before))
            before.clear()
        elif said.role == ASSISTANT and turn is None and not said.calls:
            before.append(said.text)
        elif said.role == ASSISTANT and turn is not None and turn.is_waiting:
            dialogue.ends.append(at)
            turn.answers.append(said)
        elif said.role == TOOL and turn is not None and turn.answers and not turn.is_waiting:
            turn.results[len(turn.answers) - 1] = _in_order(turn.answers[-1], said)
        else:
            what = "is an answer of the bot, but the bot spoke before"
            raise Unplaced(said.place, what if said.role == ASSISTANT else "answers no call")
    dialogue.ends.append(len(history))
    last = dialogue.turns[-1] if dialogue.turns else None
    if last is None:
        raise Unplaced((), "contains no message of the user")
    if not last.is_waiting:
        raise Unplaced(history[-1].place, "is the last item, but an answer of the bot")
    return dialogue


def _begin(dialogue: Dialogue, said: HistoryItem, before: tuple[str, ...]) -> None:
    turn = dialogue.turns[-1] if dialogue.turns else None
    if turn is not None and not turn.answers:
        raise Unplaced(said.place, "follows a message that the bot did not answer")
    if turn is not None and turn.answers[-1].calls:
        raise Unplaced(said.place, "follows a call that was not continued")
    dialogue.turns.append(DialogueTurn(text=said.text, before=before))


def _in_order(answer: HistoryItem, said: HistoryItem) -> tuple[RecordedResult, ...]:
    """The results in the order of the calls, each of which must have one."""
    by_id = {result.id: result for result in said.results}
    ordered = [by_id.get(call.id) for call in answer.calls]
    found = tuple(result for result in ordered if result is not None)
    if len(found) < len(answer.calls) or len(said.results) != len(found):
        raise Unplaced(said.place, "does not answer exactly the calls before it")
    return found
