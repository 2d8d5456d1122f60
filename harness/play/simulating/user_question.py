"""The question to the model of a simulated user, and how its answer is read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from string import Template as Placeholders

from harness.conversation import Turn, UserEnding
from harness.core import Json, value_class
from harness.formats.json_schema import Schema, compile_format, explain
from harness.formats.strict_json import finite, first_fault, no_constant, unique_keys
from harness.play.simulating.prompt import PROMPT, prompt_text
from harness.play.simulating.situation import Situation

LONGEST = 500
"""Characters of one message."""
GOING_ON = "going_on"
ANSWER: Mapping[str, Json] = {
    "type": "object",
    "required": ["reason", "say", "state"],
    "additionalProperties": False,
    "properties": {
        "reason": {"type": "string"},
        "say": {"type": "string"},
        "state": {"enum": [GOING_ON, UserEnding.DONE.value, UserEnding.GAVE_UP.value]},
    },
}
"""The format of an answer."""


class BadAnswer(ValueError):
    """An answer of the model that is not what it was asked for; the text is a clause."""


@value_class(frozen=True, slots=True, kw_only=True)
class UserAnswer:
    """What the model decided."""

    say: str = ""
    ending: UserEnding | None = None
    """None if the user says something more."""
    reason: str = ""


def question(situation: Situation, before: str = "", fault: str = "") -> str:
    """The text that the model is asked with.

    `before` is an answer that was refused because of `fault`.
    """
    content: dict[str, Json] = {
        "goal": situation.goal,
        **({"persona": situation.persona} if situation.persona else {}),
        "facts": dict(situation.facts),
        "conversation": list(_conversation(situation.turns)),
        "left": situation.left,
    }
    again = ""
    if fault:
        again = f"\nYour last answer is not used: {fault}. It was {_json(before)}\n"
    data = _json(content)
    return Placeholders(prompt_text()).substitute(
        delimiter=f"DATA-{hashlib.sha256(data.encode()).hexdigest()[:16]}",
        data=data,
        longest=LONGEST,
        fault=again,
    )


def read_answer(text: str) -> UserAnswer:
    """The model's answer. Raises `BadAnswer`."""
    fault = first_fault(text)
    if fault is not None:
        raise BadAnswer(f"the answer is not JSON: {fault[1]}")
    try:
        value: Json = json.loads(
            text, object_pairs_hook=unique_keys, parse_constant=no_constant, parse_float=finite
        )
    except (ValueError, RecursionError) as error:
        raise BadAnswer(f"the answer is not JSON: {error}") from error
    violations = explain(value, _format())
    if violations:
        raise BadAnswer(f"the answer is not of the format: {violations[0]}")
    assert isinstance(value, Mapping)  # noqa: S101  # by the format
    state = str(value["state"])
    return UserAnswer(
        say=str(value["say"]).strip(),
        ending=None if state == GOING_ON else UserEnding(state),
        reason=str(value["reason"]).strip(),
    )


@cache
def _format() -> Schema:
    return compile_format(dict(ANSWER), name=PROMPT)


def _conversation(turns: Sequence[Turn]) -> Iterator[Json]:
    for turn in turns:
        yield {"user": turn.user.display_text or turn.user.text}
        if turn.reply is not None:
            buttons = list(turn.reply.actions)
            yield {"bot": turn.reply.text, **({"buttons": buttons} if buttons else {})}


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
