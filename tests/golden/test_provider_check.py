"""What `harness providers check --live` shows of the steps of a definition, word by word."""

from __future__ import annotations

import json
import re

import pytest
from golden_texts import SECRET, compare, stale, without_what_varies

from harness.emulators import serving as serving_emulators
from tests.emulated import providers_yaml
from tests.recordings.desk import write_desk
from tests.transport.conftest import Server

OPEN = """\
open:
  - request: {post: /chats, headers: {X-Key: '${settings.key}'}}
    answer: {status: 201}
    capture: {chat: $.id, ticket: {json: $.ticket, secret: true}, unused: $.started}
"""
TOKENS = """\
send:
  - stream: {post: '/chats/${chat}/tokens', json: {text: '${message.text}', with: '${ticket}'}}
    framing: sse
    events: json
    done: {text: END, optional: true}
    reply: {messages: '$.events[?@.d]', text: $.d, actions: '$.events[*].buttons[*]', id: $.id}
"""
NO_END = (
    TOKENS.replace("    done: {text: END, optional: true}\n", "")
    .replace("/tokens", "/texts")
    .replace("    events: json\n", "")
    .replace("$.events[?@.d]', text: $.d", "$.events[0]', text: $")
)
POLLED = """\
send:
  - request: {post: '/chats/${chat}/questions', json: {text: '${message.text}'}}
    capture: {asked: $.id}
  - poll: {get: '/chats/${chat}/answers', query: {with: '${ticket}'}}
    until: {%s: {exists: true}}
    every: 10ms
    timeout: 5s
    reply: {messages: '$.answers[*]', text: $.text, text_optional: true}
close:
  - request: {delete: '/chats/${chat}'}
    answer: {status: 204, as: none}
"""
CASES = {
    "pieces-of-one-text": OPEN + TOKENS,
    "stream-without-done": OPEN + NO_END,
    "until-at-once": OPEN + POLLED % "'$.answers'",
    "polled": OPEN + POLLED % "'$.answers[0]'",
    "until-that-never-matches": OPEN + POLLED % "$.answer: true, '$.answers[0]'",
    "refused": OPEN.replace("201", "200") + TOKENS,
    "missing-capture": OPEN.replace("$.started", "$.begun") + TOKENS,
}


BROKEN = ("until-at-once", "refused", "missing-capture")
"""Cases in which the definition cannot read an answer."""


class Desk:
    """A chat service whose answers take a look or two."""

    def __init__(self):
        self.looks = 0

    def __call__(self, visit):
        method, path = visit.head.split()[:2]
        name = path.partition("?")[0].rpartition("/")[2]
        if method == "DELETE":
            visit.answer(b"", "204 No Content")
        elif name in ("tokens", "texts"):
            pieces = [{"d": "Grey"}, {"d": " whales"}, {"d": " sing."}]
            body = "".join(f"data: {json.dumps(one)}\n\n" for one in pieces)
            body += "data: [DONE]\n\n" if name == "texts" else ""
            visit.answer(body.encode(), "200 OK", "Content-Type: text/event-stream")
        elif name == "answers":
            self.looks += 1
            said = [{"text": "Soon."}, {"image": "whale.png"}] if self.looks > 2 else []
            visit.answer(json.dumps({"answers": said}).encode())
        else:
            ticket = "t1cket-Zx81Kq27"
            body = {"id": 7, "ticket": ticket, "started": "now"}
            visit.answer(json.dumps(body).encode(), "201 Created" if name == "chats" else "200 OK")


@pytest.mark.parametrize("case", CASES)
def test_what_each_step_sent_and_read(case, tmp_path, monkeypatch, harness):
    """Each step with its request, answer and captures; what looks wrong is a warning."""
    write_desk(tmp_path, CASES[case], secrets=["key"])
    monkeypatch.chdir(tmp_path)
    server = Server(Desk())
    server.start()
    monkeypatch.setenv("URL", server.url)
    monkeypatch.setenv("KEY", SECRET)
    try:
        said = harness("providers", "check", "desk", "--live", "--message", "Which whales sing?")
    finally:
        server.stop()

    compare(f"provider-check/{case}", without_what_varies(said.text))
    assert said.status == (case in BROKEN)


@pytest.mark.parametrize("name", ["connectly", "mister-turing", "enthusiast"])
def test_an_emulator(name, project, monkeypatch, harness):
    """A built-in definition, against its emulator."""
    project.write("harness.yaml", providers_yaml(name, poll_every="10ms"))
    with serving_emulators([name]) as running:
        for variable, value in running.environment.items():
            monkeypatch.setenv(variable, value)
        said = harness("providers", "check", name, "--live", "--message", "Hello")

    compare(f"provider-check/{name}", without_ids(without_what_varies(said.text)))
    assert said.status == 0


def without_ids(text):
    """The text without ids, times and numbers of polls that an emulator draws."""
    text = re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "<uuid>", text)
    text = re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]*)+…", "<uuid>…", text)
    text = re.sub(r"asked     (once|\d+ times)", "asked     N times", text)
    text = re.sub(r"\b\d\d/\d\d/\d{4} \d\d:\d\d", "<time>", text)
    return re.sub(r"\b\d{4}-\d\d-\d\dT[\d:.+Z-]+", "<time>", text)


def test_no_text_is_stale():
    """Every text of the folder is that of a case."""
    assert stale("provider-check", [*CASES, "connectly", "mister-turing", "enthusiast"]) == set()
