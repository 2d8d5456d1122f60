"""The emulated models as a simulated user: they read the JSON of the question, and play the person.

| the last reply of the bot | the user |
|---|---|
| none | says the goal |
| has the name of a fact that was not said yet | says the fact |
| has buttons | presses the first |
| any other | is done |
"""

from __future__ import annotations

import json
from typing import Any

_KEYS = frozenset(("goal", "facts", "conversation"))


def played_user(question: str) -> str:
    """The answer to a question of a simulated user; empty if it is another message."""
    content = _content(question)
    if content is None:
        return ""
    conversation = content["conversation"]
    bots = [one for one in conversation if "bot" in one]
    said = " ".join(one["user"] for one in conversation if "user" in one)
    if not bots:
        return _answer("nothing was said yet", content["goal"])
    last = bots[-1]
    for name, fact in content["facts"].items():
        if name.replace("_", " ") in last["bot"].lower() and fact not in said:
            return _answer(f"the bot asks for the {name}", fact)
    if last.get("buttons"):
        return _answer("a button was offered", last["buttons"][0])
    return json.dumps({"reason": "the bot asks nothing more", "say": "", "state": "done"})


def _answer(reason: str, say: str) -> str:
    return json.dumps({"reason": reason, "say": say, "state": "going_on"}, ensure_ascii=False)


def _content(question: str) -> dict[str, Any] | None:
    """The JSON of a question, which is on the lines between two lines that are the same."""
    start = question.find("\n{\n")
    if start < 0:
        return None
    try:
        content, _ = json.JSONDecoder().raw_decode(question, start + 1)
    except ValueError:
        return None
    return content if isinstance(content, dict) and content.keys() >= _KEYS else None
