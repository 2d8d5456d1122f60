"""A chat API on loopback that is both the bot and its judge, and does what a test says."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.json_server import JsonHandler

Say = Callable[[str], "Said"]
"""Answers the text of a question to the judge."""


@dataclass
class Said:
    """An answer of the judge: its text, or a status with a body that is no answer."""

    text: str = ""
    status: int = 200
    refusal: str | None = None
    hangs: bool = False
    """It comes when `Judging.released` is set."""


@dataclass
class Judging:
    """What the judge says, and what it was asked."""

    say: Say
    bot: str | Callable[[str], str] = "We ship from 50 dollars."
    button: str | None = None
    """Comes with what the bot says, as a refusal."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    talked: int = 0
    released: threading.Event = field(default_factory=threading.Event)


def criteria_in(text: str) -> dict[str, Any]:
    """The criteria of a question, as a judge reads them."""
    found = re.search(r"as JSON:\n(\{.*\})\n", text)
    assert found is not None
    return json.loads(found[1])


def verdicts(text: str, verdict: str = "yes", **more: str) -> str:
    """An answer that says the same of every criterion."""
    one = {"reason": f"It is {verdict}.", "quote": "", "verdict": verdict, **more}
    return json.dumps({"criteria": dict.fromkeys(criteria_in(text), one)})


class ChatHandler(JsonHandler):
    """Serves both; a question of a judge is recognised by its first words."""

    def do_POST(self) -> None:  # noqa: N802  # named by the standard library
        body = self.given()
        judging: Judging = self.server.judging  # type: ignore[attr-defined]  # set where it is served
        text = body["messages"][-1]["content"]
        if not text.startswith(("You check", "You rate")):
            judging.talked += 1
            bot = judging.bot
            self._said(bot if isinstance(bot, str) else bot(text), judging.button)
            return
        judging.asked.append(body)
        said = judging.say(text)
        if said.hangs:
            judging.released.wait(10)
        if said.status != 200:
            self.answer(said.status, {"error": {"message": said.text}})
            return
        # A test may let the client give up.
        with suppress(ConnectionError):
            self._said(said.text, said.refusal)

    def _said(self, text: str, refusal: str | None = None) -> None:
        message = {"role": "assistant", "content": text or None, "refusal": refusal}
        self.answer(
            200,
            {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 1,
                "model": "m",
                "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
                "usage": {"prompt_tokens": 5, "completion_tokens": 6, "total_tokens": 11},
            },
        )
