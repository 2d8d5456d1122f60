"""A bot that pays money back, on loopback, and projects of simulated users that talk to it.

It has no memory: what it answers depends on the message alone.
"""

from __future__ import annotations

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
