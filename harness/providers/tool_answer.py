"""How the scenario's side answers the tools that the bot calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from harness.conversation import Reply, ToolCall, ToolResult, joined_replies
from harness.core import Json, ProtocolError, quote, shorten, show, value_class
from harness.formats.template.filters import to_json
from harness.formats.yaml.yaml_writing import write_line
from harness.providers.flow import FlowState

_LONGEST: Final = 200
"""Characters of the YAML in a message; longer arguments are omitted, as cut YAML is of no use."""


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


def answer_tools(
    first: Reply,
    state: FlowState,
    *,
    answer: AnswersTool,
    next_reply: Callable[[tuple[ToolCall, ...]], Reply],
    sleep: Callable[[float], object],
    most_rounds: int,
) -> Reply:
    """Answer the tools that a reply calls until the bot calls none; the joined replies.

    `next_reply` sends the answered calls and gives the reply to them; `sleep` lets seconds pass.
    Raises `ProtocolError` `too-many-rounds` if the bot calls tools again and again.
    """
    replies = [first]
    while wanted := _unanswered_calls(replies[-1]):
        if len(replies) > most_rounds:
            raise _too_many_rounds(most_rounds, wanted)
        answers = [answer(call) for call in wanted]
        sleep(max(one.delay for one in answers))
        pairs = zip(wanted, answers, strict=True)
        calls = tuple(replace(call, result=one.result) for call, one in pairs)
        answered = iter(calls)
        all_calls = (call if call.result else next(answered) for call in replies[-1].tools or ())
        replies[-1] = replace(replies[-1], tools=tuple(all_calls))
        state.served(calls, [[one.recorded.value, one.recorded.is_error] for one in answers])
        replies.append(next_reply(calls))
    return joined_replies(replies)


def _unanswered_calls(reply: Reply) -> tuple[ToolCall, ...]:
    """The calls of a reply, without those of tools that the bot ran itself."""
    return tuple(call for call in reply.tools or () if call.result is None)


def _too_many_rounds(limit: int, calls: tuple[ToolCall, ...]) -> ProtocolError:
    names = shorten(", ".join(dict.fromkeys(call.name for call in calls)))
    return ProtocolError(
        "too-many-rounds",
        f"the bot still calls tools after {limit} rounds of answers: {names}",
        "answer so that it can stop, or raise 'tool_rounds' in the provider's definition",
    )


def unanswered(
    call: ToolCall,
    why: str = "nothing answers it",
    hint: str = "",
    details: tuple[str, ...] = (),
) -> ToolAnswer:
    """Raise `ProtocolError`: a call must be answered, or the conversation cannot go on."""
    raise ProtocolError(
        "tool-unanswered",
        f"the bot calls the tool {quote(call.name)}, and {why}",
        hint or f"add to the turn or the scenario: {answers_to_add(call.name)}",
        details=(f"its arguments are {show(call.arguments)}", *details),
    )


def answers_to_add(name: str, arguments: Json = None) -> str:
    """The YAML that answers a tool, with the arguments if they are a short mapping."""
    given = {"arguments": arguments} if arguments and isinstance(arguments, dict) else {}
    # To write megabytes of YAML takes minutes. JSON of the same value is less than twice as long.
    if given and len(to_json(arguments)) > 2 * _LONGEST:
        return answers_to_add(name)
    text = write_line({"answers": {shorten(name): {**given, "returns": "…"}}})[1:-1]
    return answers_to_add(name) if given and len(text) > _LONGEST else text
