"""What a person said in one turn of a chat."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from harness.conversation import ToolCall, ToolResult, UserMessage
from harness.core import Json
from harness.play.scenario_player import ScenarioPlayer
from harness.providers.tool_answer import ToolAnswer, unanswered

AsksTool = Callable[[ToolCall], ToolResult | None]
"""Asks the person for the answer to a call; None if there is none."""
SHORTEST_WAIT = 5.0
"""Seconds."""


@dataclass(slots=True, kw_only=True, eq=False)
class SaidTurn:
    """What a person said in one turn, and chose for it."""

    message: UserMessage
    """If a button was pressed, `display_text` is its label."""
    line: str
    """As it was typed."""
    answers: dict[str, list[ToolResult]] = field(default_factory=dict)
    """What tools returned, by their names, in the order of the calls."""
    late: float = 0.0
    """Seconds after the reply when the last late message was there."""
    checks: dict[str, Json] = field(default_factory=dict)
    """Checks that the person keeps, as in `expect:` or `error:`."""
    headers: frozenset[str] = frozenset()
    """Answer headers that these checks use."""

    @property
    def patience(self) -> float:
        """Seconds in which a late message is expected, if one came; longer than it took."""
        return max(SHORTEST_WAIT, 2.0 * math.ceil(self.late))


class ManualAnswers:
    """Answers the tools of one turn: as before or, if the bot calls more, as the person says."""

    def __init__(self, said: SaidTurn, player: ScenarioPlayer, asks: AsksTool) -> None:
        """The answers that the scenario of `player` has come before questions."""
        self.given: dict[str, list[ToolResult]] = {}
        """By the names of the tools."""
        self._before = {name: list(results) for name, results in said.answers.items()}
        self._player = player
        self._asks = asks

    def answer(self, call: ToolCall) -> ToolAnswer:
        """Answer a call. Raises `ProtocolError` if the person gives no answer."""
        before = self._before.get(call.name)
        asked: ToolResult | None
        if before:
            asked = before.pop(0)
        elif call.name in self._player.scenario.answers:
            asked = self._player.tools.answer(call).result
        else:
            asked = self._asks(call)
        result = asked if asked is not None else unanswered(call).result
        self.given.setdefault(call.name, []).append(result)
        return ToolAnswer(result=result, recorded=result)


def answers_by_name(turns: Mapping[int, SaidTurn]) -> dict[int, dict[str, Json]]:
    """`answers:` of turns as a scenario has them, by the number of the turn."""
    return {
        number: {
            name: given[0] if len(given) == 1 else [*given]
            for name, results in said.answers.items()
            if (given := [_written(result) for result in results])
        }
        for number, said in turns.items()
        if said.answers
    }


def _written(result: ToolResult) -> dict[str, Json]:
    return {"fails" if result.is_error else "returns": result.value}
