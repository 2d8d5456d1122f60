"""A bot that pays money back, on loopback, and projects of simulated users that talk to it.

It has no memory: what it answers depends on the message alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.json_server import JsonHandler, serving_json

DEFINITION = """\
definition: refunds
settings:
  base_url: {type: string, required: true}
send:
  - request: {post: /chat, json: {text: '${message.text}'}}
    reply: {text: $.text, text_optional: true, actions: '$.buttons[*]'}
"""
PROJECT = """\
provider: refunds
providers:
  refunds: {definition: definitions/refunds, settings: {base_url: '${env.REFUNDS_URL}'}}
"""
SCENARIO = """\
scenario: refund
simulate:
  knows: {order: '4711'}
  opening: I want my money back
  script:
    - {when: {contains: order number}, say: 'It is ${order}'}
    - {when: {actions: 'Yes, create a request'}, press: 'Yes, create a request'}
  max_turns: 5
  stop_when: {contains_any: [refund is on its way, 'request #']}
"""


def reply_to(text: str) -> dict:
    """What the bot answers."""
    if "money back" in text:
        return {"text": "What is your order number?"}
    if "4711" in text:
        return {
            "text": "I found the order. Shall I create a request?",
            "buttons": ["Yes, create a request", "No"],
        }
    if text.startswith("Yes"):
        return {"text": "This is request #12: your refund is on its way."}
    return {"text": "I did not understand that."}


@contextmanager
def serving_refunds() -> Iterator[str]:
    """Serve the bot on a free port of loopback; gives its address."""

    class Handler(JsonHandler):
        def do_POST(self) -> None:  # noqa: N802  # http.server's name
            with suppress(ConnectionError):
                self.answer(200, reply_to(self.given()["text"]))

    with serving_json(Handler) as url:
        yield url


MODEL_PROJECT = f"""\
{PROJECT}  referee:
    definition: openai-chat
    settings: {{base_url: '${{env.MODEL_URL}}', api_key: '${{env.MODEL_KEY}}', model: small}}
"""
KEY = "sk-model-7f3a9c"
MODEL_SCENARIO = """\
scenario: refund
simulate:
  by: referee
  goal: Get the money back for order 4711, which came broken
  knows: {order: '4711', name: Ada Byron}
  persona: short of time
  opening: I want my money back
  max_turns: 5
  stop_when: {contains: refund is on its way}
"""


class PersonModel:
    """A model that plays the person: it gives the order, then says yes.

    `says` are answers that it gives first, as they are.
    """

    def __init__(self) -> None:
        self.url = ""
        self.says: list[str] = []
        self.status = 200
        self.asked: list[str] = []
        """The texts of the questions."""

    def answer(self, text: str) -> str:
        """The answer to a question."""
        self.asked.append(text)
        if self.says:
            return self.says.pop(0)
        _, _, rest = text.partition("\nDATA-")
        data = json.loads(rest.partition("\n")[2].partition("\nDATA-")[0])
        last = data["conversation"][-1]
        say = data["facts"]["order"]
        if "buttons" in last:
            say = last["buttons"][0]
        return said(say)


def said(say: str, state: str = "going_on") -> str:
    """An answer of the model."""
    return json.dumps({"reason": "because", "say": say, "state": state})


@contextmanager
def serving_person() -> Iterator[PersonModel]:
    """Serve the model with an OpenAI-compatible API on a free port of loopback."""
    model = PersonModel()

    class Handler(JsonHandler):
        def do_POST(self) -> None:  # noqa: N802  # http.server's name
            given = self.given()
            text = model.answer(given["messages"][-1]["content"])
            message = {"role": "assistant", "content": text, "refusal": None}
            choice = {"index": 0, "finish_reason": "stop", "message": message}
            content = {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 1767225600,
                "model": given["model"],
                "choices": [choice],
                "usage": {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25},
            }
            if model.status != 200:
                content = {"error": {"message": "overloaded", "type": "server_error"}}
            with suppress(ConnectionError):
                self.answer(model.status, content)

    with serving_json(Handler) as model.url:
        yield model
