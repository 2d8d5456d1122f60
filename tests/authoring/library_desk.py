"""A library's chat API on loopback: a thread is opened, and messages are posted to it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.json_server import JsonHandler, serving_json

KEY = "k-93fe7a01bc5d4e82"


@dataclass
class Desk:
    """What the server knows, and was sent."""

    url: str = ""
    threads: dict[str, list[str]] = field(default_factory=dict)
    """What was said in each thread, by its reference."""
    opened: list[Any] = field(default_factory=list)
    """The bodies of the requests that opened threads."""
    posted: list[Any] = field(default_factory=list)
    """The bodies of the messages."""


class _Handler(JsonHandler):
    def do_POST(self) -> None:  # noqa: N802  # http.server's name
        desk: Desk = self.server.desk  # type: ignore[attr-defined]  # of `serving_json`
        given = self.given()
        version, *parts = self.path.strip("/").split("/")
        if self.headers["X-Desk-Key"] != KEY:
            self.answer(403, {"problem": "unknown desk key"})
        elif parts == ["threads"]:
            reference = f"thr-{uuid.uuid4()}"
            desk.threads[reference] = []
            desk.opened.append(given)
            self.answer(201, {"thread": {"ref": reference, "open": True}, "version": version})
        elif len(parts) == 3 and parts[1] in desk.threads and "body" in given:
            desk.threads[parts[1]].append(given["body"])
            desk.posted.append(given)
            texts, choices = _said(given["body"], desk.threads[parts[1]])
            posts = [{"kind": "text", "body": text} for text in texts]
            self.answer(200, {"seq": len(desk.posted), "posts": posts, "choices": choices})
        else:
            self.answer(404, {"problem": "no such thread"})


def _said(text: str, before: list[str]) -> tuple[list[str], list[str]]:
    """The messages of the reply, and the labels of its buttons."""
    until = (datetime.now(UTC) + timedelta(days=14)).date()
    match text:
        case "Renew a book":
            return ["We can do that.", "Which book?"], []
        case "Dune":
            return [f"Renewed until {until}. Your receipt is {uuid.uuid4()}."], []
        case "My account":
            return [
                f"Your card is valid until {until}.",
                "You have 2 books.",
                f"{uuid.uuid4()}",
                "",
                "OK",
            ], []
        case "Again?":
            return [f"You said {len(before) - 1} things before."], []
        case _:
            return ["Welcome to the library desk."], ["Opening hours", "Renew a book"]


@contextmanager
def library_desk() -> Iterator[Desk]:
    """Serve it."""
    desk = Desk()
    with serving_json(_Handler, desk=desk) as url:
        desk.url = url
        yield desk


DEFINITION = """\
definition: library
settings:
  base_url: {type: string, required: true}
  desk_key: {type: string, secret: true}
headers: {X-Desk-Key: '${settings.desk_key}'}
open:
  - request: {post: /v2/threads, json: {locale: '${session.locale}'}}
    answer: {status: 201}
    capture: {ref: $.thread.ref}
send:
  - request:
      post: /v2/threads/${ref}/posts
      json: {body: '${message.text}', page: '${message.metadata.page}'}
    reply:
      messages: $.posts[*]
      text: $.body
      text_optional: true
      actions: $.choices[*]
"""
"""Written by hand."""
CONFIG = """\
providers:
  library:
    definition: definitions/library
    settings: {base_url: '${env.LIBRARY_URL}', desk_key: '${env.LIBRARY_KEY}'}
"""
