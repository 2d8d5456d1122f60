"""Five systems as their vendors' pages have them, each answer of which a test may replace."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.conformance import pages
from tests.conformance.strict_server import Ask, Says

Answer = Says | Callable[[Ask], Says]

SETTINGS = {
    "mister-turing": {"token": "t0ken-of-a-test"},
    "connectly": {"api_key": "k3y-of-a-test", "business_id": "b 1", "agent_descriptor_id": "a-1"},
    "enthusiast": {
        "token": "t0ken-of-a-test",
        "data_set_id": 1,
        "poll_every": "5ms",
        "poll_timeout": "2s",
    },
    "superoffice": {"token": "t0ken-of-a-test"},
    "bighummingbird": {},
}
"""What harness.yaml says of each, beside `base_url`; tokens and keys stand in the environment."""


def as_json(value: object, status: int = 200, **more: Any) -> Says:
    """An answer in JSON."""
    return Says(body=json.dumps(value).encode(), status=status, **more)


def events(*texts: str) -> Says:
    """A stream of events, whole."""
    body = "".join(f"data: {text}\n\n" for text in texts)
    return Says(body=body.encode(), kind="text/event-stream; charset=utf-8")


NOT_FOUND = as_json({"detail": "Not found."}, 404)


def _shop(ask: Ask) -> Says:
    """The two replies on Connectly's page, in the order of the conversation there."""
    is_first = "agentDescriptorId" in json.loads(ask.body)["context"]
    return as_json(pages.SHIPPING_REPLY if is_first else pages.DRESS_REPLY)


BASE: Mapping[str, Mapping[str, Answer]] = {
    "mister-turing": {
        "POST /assistant/": as_json(
            {"external_id": "as-1", "name": "IT", "assistant_preferences": {}}, 201
        ),
        "POST /assistant/deploy/": as_json({}),
        "POST /assistant/conversation/": as_json({"conversation_id": "c-1"}, 201),
        "POST /assistant/chat/": events("Hello."),
    },
    "connectly": {
        "POST /internal/v1/businesses/b%201/ai/sales_assistant_v2/invoke/v1": _shop,
    },
    "enthusiast": {
        "POST /api/conversations": as_json(pages.CREATED, 201),
        "POST /api/conversations/1": as_json({"task_id": "dbe41a42"}),
        "GET /api/task_status/dbe41a42": as_json({"state": "SUCCESS"}),
        "GET /api/conversations/1": as_json(pages.CONVERSATION),
    },
    "superoffice": {
        "POST /api/v1/Agents/AI/GetChatbotResponse": as_json(
            pages.CHATBOT_TURN, kind="application/json; charset=utf-8"
        ),
    },
    "bighummingbird": {
        "POST /create-chat-session": as_json({"chat_session_id": "s-1"}),
        "POST /invoke": as_json({"message": pages.ITINERARY}),
        "DELETE /chat-session/s-1": Says(status=204, kind=""),
    },
}
"""Of each system the answers by method and path, as they were sent."""


def system(name: str, **replaced: Answer) -> Callable[[Ask], Says]:
    """A system's server; `replaced` are answers of its requests, by the last word of their path."""
    answers = dict(BASE[name])
    for word, answer in replaced.items():
        (line,) = [one for one in answers if one.rstrip("/").rsplit("/")[-1] == word]
        answers[line] = answer

    def answered(ask: Ask) -> Says:
        answer = answers.get(ask.line.partition("?")[0], NOT_FOUND)
        return answer if isinstance(answer, Says) else answer(ask)

    return answered


@dataclass(slots=True)
class Enthusiast:
    """Enthusiast's server: a history, to which each answered task adds."""

    history: list[dict[str, Any]] = field(default_factory=list)
    states: tuple[str, ...] = ("PENDING", "SUCCESS")
    """What polls of each task are answered, the last one for ever."""
    slash: str = ""
    """What stands behind a task's id: nothing as on the page, or `/` as in the server's code."""
    polled: int = 0

    def say(self, role: str, text: str) -> None:
        """Put a message into the history."""
        self.history.append({"id": len(self.history) + 1, "text": text, "role": role})

    def __call__(self, ask: Ask) -> Says:
        """Answer a request."""
        conversation = {"id": 1, "started_at": "2025-03-20T10:00:00Z"}
        if ask.line == "POST /api/conversations":
            return as_json(conversation, 201)
        if ask.line == "GET /api/conversations/1":
            return as_json({**conversation, "history": self.history})
        if ask.line == "POST /api/conversations/1":
            question = json.loads(ask.body)["question_message"]
            self.say("user", question)
            self.say("agent", f"You asked: {question}")
            self.polled = 0
            return as_json({"task_id": "t-1"}, 202)
        if ask.line == f"GET /api/task_status/t-1{self.slash}":
            state = self.states[min(self.polled, len(self.states) - 1)]
            self.polled += 1
            return as_json({"state": state})
        if ask.line == "GET /api/task_status/t-1":
            return Says(status=301, kind="", headers={"Location": f"{ask.target}/"})
        return NOT_FOUND
