"""An embeddings API on loopback, whose vectors count the words of a few subjects."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.json_server import JsonHandler

SUBJECTS = (
    ("ship", "deliver", "post", "free", "fee"),
    ("refund", "money", "return", "back"),
    ("open", "hour", "close", "monday"),
)
"""The beginnings of words that are about one subject; each is a direction of a vector."""


def vector_of(text: str) -> list[float]:
    """How many words of a text are about each subject; a small number for none."""
    words = re.findall(r"\w+", text.lower())
    return [0.05 + sum(word.startswith(subject) for word in words) for subject in SUBJECTS]


@dataclass
class Embedding:
    """What the model answers, and what it was asked."""

    answer: Callable[[str], object] = vector_of
    """Makes what is in the place of a vector."""
    status: int = 200
    bot: str = "Delivery is free from 50 dollars on."
    asked: list[dict[str, Any]] = field(default_factory=list)
    talked: int = 0


class EmbeddingHandler(JsonHandler):
    """Serves a bot that always says the same, and the vectors of texts."""

    def do_POST(self) -> None:  # noqa: N802  # named by the standard library
        body = self.given()
        embedding: Embedding = self.server.embedding  # type: ignore[attr-defined]  # set where it is served
        if self.path.endswith("/chat/completions"):
            embedding.talked += 1
            self.answer(200, _completion(embedding.bot))
            return
        embedding.asked.append({**body, "authorization": self.headers["Authorization"]})
        if embedding.status != 200:
            self.answer(embedding.status, {"error": {"message": "the model is overloaded"}})
            return
        found = embedding.answer(body["input"])
        data = [{"object": "embedding", "index": 0, "embedding": found}]
        usage = {"prompt_tokens": 8, "total_tokens": 8}
        self.answer(200, {"object": "list", "data": data, "model": body["model"], "usage": usage})


def _completion(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 6, "total_tokens": 11},
    }
