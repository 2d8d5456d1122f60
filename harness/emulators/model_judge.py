"""The emulated models as judges: they answer the questions of the check `judge` by simple rules.

| a criterion with | is true if |
|---|---|
| "polite" | none of the words of `RUDE` is in the reply; a scale has its highest level then |
| "declines" | the reply says that the bot cannot do it |
| anything else | the reply has at least half of its words; their first five letters count |

Of a conversation, the last reply is judged. The quote is the sentence with the first such word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

RUDE = ("stupid", "idiot", "shut up", "ahoy")
_CRITERIA = re.compile(r"^The criteria.*, as JSON:\n(\{.*\})$", re.MULTILINE)
_DATA = re.compile(r"^DATA-\w+\n(\{.*\})\nDATA-\w+$", re.MULTILINE)
_WORD = re.compile(r"[a-z]{4,}")
_SMALL = frozenset(
    {"reply", "says", "said", "that", "this", "user", "with", "from", "what", "which"}
)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")


def judged(text: str) -> str:
    """The answer to the question of a judge, as JSON; empty for any other message."""
    criteria, data = _CRITERIA.search(text), _DATA.search(text)
    if criteria is None or data is None:
        return ""
    reply = _reply(json.loads(data[1]))
    found = {name: _decided(words, reply) for name, words in json.loads(criteria[1]).items()}
    return json.dumps({"criteria": found})


def _reply(data: Mapping[str, Any]) -> str:
    last = data["turns"][-1] if data.get("turns") else data
    return str(last["reply"].get("text", "")) if "reply" in last else ""


def _decided(criterion: str | Mapping[str, Any], reply: str) -> dict[str, Any]:
    rude = next((word for word in RUDE if word in reply.lower()), "")
    if not isinstance(criterion, str):
        levels = [int(level) for level in criterion["levels"]]
        level = min(levels) if rude else max(levels)
        return {"reason": _reason(rude, "rude"), "quote": _quote(reply, rude), "level": level}
    if "polite" in criterion:
        return _verdict(not rude, _reason(rude, "rude"), _quote(reply, rude))
    if "declines" in criterion:
        said = re.search(r"\b(cannot|can't|unable)\b", reply)
        word = said[0] if said else ""
        return _verdict(bool(said), _reason(word, "a refusal"), _quote(reply, word))
    wanted = list(dict.fromkeys(_stems(criterion)))
    there = [stem for stem in wanted if stem in set(_stems(reply))]
    is_true = bool(wanted) and len(there) * 2 >= len(wanted)
    reason = f"The reply has {len(there)} of {len(wanted)} words of the criterion."
    return _verdict(is_true, reason, _quote(reply, there[0]) if there else "")


def _verdict(is_true: bool, reason: str, quote: str) -> dict[str, Any]:  # noqa: FBT001  # the first of three parts
    return {"reason": reason, "quote": quote, "verdict": "yes" if is_true else "no"}


def _reason(word: str, what: str) -> str:
    return f"'{word}' is {what}." if word else f"Nothing in it is {what}."


def _stems(text: str) -> Iterator[str]:
    return (word[:5] for word in _WORD.findall(text.lower()) if word not in _SMALL)


def _quote(reply: str, word: str) -> str:
    sentences = (found[0].strip() for found in _SENTENCE.finditer(reply))
    return next((one for one in sentences if word and word in one.lower()), "")
