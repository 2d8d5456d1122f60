"""Makes the question that a judge is asked: a prompt with what it sees."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from string import Template

from harness.checks.check import Subject
from harness.checks.judge.criteria import Scale
from harness.conversation import Transcript, Turn
from harness.core import Json, scalars, value_class


class Sees(StrEnum):
    """What a judge is shown."""

    REPLY = "reply"
    """The reply alone."""
    TURN = "turn"
    """The reply, and the message that it answers."""
    CONVERSATION = "conversation"
    """Everything that was said until then."""


_SEEN = {
    Sees.REPLY: "the bot's reply",
    Sees.TURN: "the bot's reply to the user's message",
    Sees.CONVERSATION: "the bot's last reply, after the conversation before it",
}
WHOLE = "the bot's replies in the whole conversation"
MARK = "DATA-"
"""How the lines around the data begin."""
_LINE_ENDS = str.maketrans({"\u2028": "\\u2028", "\u2029": "\\u2029", "\u0085": "\\u0085"})
"""Characters that end a line for some readers, and that JSON need not escape."""


@value_class(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a judge is shown of a subject."""

    words: str
    """In a sentence: `the bot's reply`."""
    data: Json

    @property
    def texts(self) -> Iterator[str]:
        """The texts in it, of which a quote may be taken."""
        yield from (str(text) for _, text in scalars(self.data) if isinstance(text, str))


def seen_by(sees: Sees, subject: Subject) -> Evidence:
    """What a judge is shown of a subject: a reply, or a whole conversation."""
    turn, transcript = subject.turn, subject.transcript
    if turn is None and transcript is not None:
        return Evidence(words=WHOLE, data={"turns": list(_turns(transcript))})
    if sees is Sees.REPLY or turn is None:
        return Evidence(words=_SEEN[Sees.REPLY], data={"reply": _reply(subject)})
    own: Json = {"user": _said(turn), "reply": _reply(subject)}
    if sees is Sees.TURN or transcript is None:
        return Evidence(words=_SEEN[Sees.TURN], data=own)
    before = list(_turns(transcript, until=turn.number))
    return Evidence(words=_SEEN[sees], data={"turns": [*before, own]})


def question_text(
    prompt: str,
    seen: Evidence,
    criteria: Mapping[str, str] | Scale,
    names: list[str],
    reference: str,
) -> str:
    """A prompt with its places filled in.

    What the bot and the user said goes in as JSON on one line, between two lines that are made of
    its hash and cannot occur in it.
    """
    asked: Json = (
        {
            names[0]: {
                "levels": {str(level): criteria.levels[level] for level in sorted(criteria.levels)}
            }
        }
        if isinstance(criteria, Scale)
        else {name: criteria[name] for name in names}
    )
    data = _json(seen.data)
    delimiter = f"{MARK}{hashlib.blake2s(data.encode(), digest_size=8).hexdigest()}"
    return Template(prompt).substitute(
        seen=seen.words,
        criteria=_json(asked),
        reference=f"\nA reply that would be right, as JSON: {_json(reference)}\n"
        if reference
        else "",
        delimiter=delimiter,
        data=data,
    )


def repair_text(asked: str, answered: str, fault: str) -> str:
    """The second question after an answer that could not be read."""
    return (
        f"{asked}\n\nYou were asked this before. Your answer could not be read: {fault}. It was, as"
        f" JSON:\n{_json(answered)}\nAnswer again, with the JSON object alone."
    )


def answer_schema(names: list[str], scale: Scale | None) -> dict[str, Json]:
    """JSON Schema of an answer."""
    decided: Json = (
        {"enum": ["yes", "no", "unknown"]}
        if scale is None
        else {"type": ["integer", "null"], "minimum": scale.lowest, "maximum": scale.highest}
    )
    key = "verdict" if scale is None else "level"
    keys: dict[str, Json] = {
        "reason": {"type": "string"},
        "quote": {"type": "string"},
        key: decided,
    }
    one = _closed(keys)
    return _closed({"criteria": _closed(dict.fromkeys(names, one))})


def _closed(properties: Mapping[str, Json]) -> dict[str, Json]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _turns(transcript: Transcript, until: int = 0) -> Iterator[Json]:
    """The turns of a conversation, before that of a number if it is given."""
    for turn in transcript.turns:
        if until and turn.number >= until:
            return
        reply = turn.reply
        told: Json = {"refused": True}
        if reply is not None:
            told = _told(reply.text, list(reply.actions))
        yield {"user": _said(turn), "reply": told}


def _said(turn: Turn) -> str:
    return turn.user.display_text or turn.user.text


def _reply(subject: Subject) -> Json:
    return _told(subject.text, list(subject.actions))


def _told(text: str, buttons: list[str]) -> Json:
    return {"text": text, **({"buttons": [*buttons]} if buttons else {})}


def _json(value: Json) -> str:
    """A value as JSON on one line, in which nothing looks like a line around the data.

    Criteria and references may hold what the bot said, too.
    """
    text = json.dumps(value, ensure_ascii=False).translate(_LINE_ENDS)
    return text.replace(MARK, MARK.replace("-", "\\u002d"))
