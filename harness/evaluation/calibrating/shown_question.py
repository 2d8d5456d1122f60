"""A criterion and what it is about, as a labeller reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.checks.judge.judge_rulings import stored_scale
from harness.conversation.rulings import JudgedCriterion


def question_lines(asked: JudgedCriterion) -> Iterator[str]:
    """The conversation, the criterion, and the reference. Nothing of what the judge says."""
    data: Any = asked.data
    turns = data.get("turns", [data]) if isinstance(data, Mapping) else ()
    for turn in turns:
        if "user" in turn:
            yield from _said("user", turn["user"])
        yield from _reply(turn.get("reply", {}))
    yield ""
    if asked.scale is not None:
        scale = stored_scale(asked.scale)
        yield f"Does this level describe {asked.seen}: {scale.text}?"
        yield from (f"  {level}  {words}" for level, words in scale.levels.items())
    else:
        yield f"Is this true of {asked.seen}?"
        yield from _said("", asked.words)
    if asked.reference:
        yield "A reply that would be right:"
        yield from _said("", asked.reference)


def _reply(reply: Mapping[str, Any]) -> Iterator[str]:
    if reply.get("refused"):
        yield "  bot   (refused)"
        return
    yield from _said("bot", str(reply.get("text", "")))
    if buttons := reply.get("buttons"):
        yield f"        [{'] ['.join(buttons)}]"


def _said(who: str, text: str) -> Iterator[str]:
    first, *more = text.splitlines() or [""]
    indent = "        " if who else "  "
    yield f"  {who:<6}{first}" if who else f"{indent}{first}"
    yield from (f"{indent}{line}" for line in more)
