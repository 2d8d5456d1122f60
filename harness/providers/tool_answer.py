"""How the scenario's side answers the tools that the bot calls."""

from __future__ import annotations

import json
from collections.abc import Callable

from harness.conversation import ToolCall, ToolResult
from harness.core import ProtocolError, value_class


@value_class(frozen=True, slots=True, kw_only=True)
class ToolAnswer:
    """The answer to one call."""

    result: ToolResult
    recorded: ToolResult
    """The result as a replay will give it, where a secret in it differs."""
    delay: float = 0.0
    """Seconds that the tool takes."""


AnswersTool = Callable[[ToolCall], ToolAnswer]
"""Answers a call. Raises `PlayError` where nothing answers it."""


def unanswered(
    call: ToolCall,
    why: str = "nothing answers it",
    hint: str = "",
    details: tuple[str, ...] = (),
) -> ToolAnswer:
    """Raise `ProtocolError`: a call must be answered, or the conversation cannot go on."""
    arguments = json.dumps(call.arguments, ensure_ascii=False)
    raise ProtocolError(
        "tool-unanswered",
        f"the bot calls the tool '{call.name}', and {why}",
        hint or f"add to the turn or the scenario: answers: {{{call.name}: {{returns: …}}}}",
        details=(f"its arguments are {arguments}", *details),
    )
