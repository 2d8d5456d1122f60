"""Streams and polls that go wrong, or that only look as if they did."""

from __future__ import annotations

import json
from typing import Any

from fault_cases import ASK, Case, chunked, reply
from fault_cases import repeating as repeat
from misbehaving import Script, sending, sending_and_silent

from harness.conversation import Outcome

FAILED = Outcome.FAILED
STREAM = """\
send:
  - stream: {post: /talk, json: {text: '${message.text}'}}
    framing: %s
    reply: {messages: '$.events[*]', text: $%s}
"""
SSE = STREAM % ("sse", "")
LINES = STREAM % ("ndjson", ".text")
OF_JSON = STREAM % ("sse", ".text") + "    events: json\n    done: '[DONE]'\n"
TOLD = STREAM % ("auto", "") + "    done: '[DONE]'\n"
WHOLE = "send:\n  - stream: {post: /talk}\n    reply: {text: $.text}\n"
EVENTS = (b"data: Yes,\n\n", b"data: a green\n\n", b"data: one\n\n")
BEATS = b": beat\n\n"


def talk(*parts: bytes, steps: str = SSE, kind: str = "text/event-stream", **more: Any) -> Case:
    """A stream that comes in these parts."""
    return Case(answers=(sending(chunked(*parts, kind=kind)),), steps=steps, **more)


def read(*parts: bytes, **more: Any) -> Case:
    """A stream from which something is read; the screen shows what."""
    return talk(*parts, outcome=FAILED, **more)


def bytewise(content: bytes, **more: Any) -> Case:
    """The same stream with each byte in a chunk of its own."""
    return read(*(content[at : at + 1] for at in range(len(content))), **more)


def broken(*parts: bytes, **more: Any) -> Case:
    """A stream that the server closes without its end."""
    script = sending(chunked(*parts, is_whole=False))
    return Case(answers=(script,), breaks=True, **{"steps": SSE, **more})


def endless(script: Script, **more: Any) -> Case:
    """A stream that goes on until the limit."""
    return Case(answers=(script,), steps=SSE, timeout="300ms", breaks=True, **more)


def framed(part: bytes) -> bytes:
    """A chunk of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(part), part)


START = chunked(is_whole=False)
PAUSE = 0.005
STREAMS = {
    "streams/endless": endless(
        repeat(START, framed(EVENTS[0]), PAUSE), varies=r"\d+ bytes of|the text until then: .+"
    ),
    "streams/endless-comments": endless(
        repeat(START, framed(BEATS), PAUSE), varies=r"\d+ bytes of"
    ),
    "streams/endless-event": endless(
        repeat(START, framed(b"data: x\n"), PAUSE), varies=r"\d+ bytes of"
    ),
    "streams/silent": endless(sending_and_silent(START)),
    "streams/silent-after-an-event": endless(sending_and_silent(START + framed(EVENTS[0]))),
    "streams/nothing": talk(),
    "streams/comments-only": talk(BEATS, BEATS),
    "streams/fields-without-data": talk(b"event: message\nid: 7\nretry: 10\n\n"),
    "streams/no-blank-line-at-the-end": talk(b"data: Yes, a green one\n"),
    "streams/last-event-without-a-blank-line": read(EVENTS[0], b"data: dropped\n"),
    "streams/ends-before-its-last-event": talk(*EVENTS, steps=TOLD),
    "streams/last-event-without-its-end": talk(*EVENTS, b"data: [DONE]\n", steps=TOLD),
    "streams/goes-on-behind-its-last-event": read(
        *EVENTS, b"data: [DONE]\n\n", b"data: more\n\n", steps=TOLD
    ),
    "streams/broken-in-an-event": broken(*EVENTS, b"data: pi"),
    "streams/broken-between-events": broken(*EVENTS),
    "streams/broken-in-a-character": broken(*EVENTS, "data: Größe".encode()[:-2]),
    "streams/broken-before-the-first-event": broken(),
    "streams/broken-behind-its-last-event": Case(
        answers=(sending(chunked(*EVENTS, b"data: [DONE]\n\n", is_whole=False)),),
        steps=TOLD,
        outcome=FAILED,
    ),
    "streams/lines-broken": broken(b'{"text": "Yes"}\n{"te', steps=LINES),
    "streams/character-split-over-chunks": bytewise("data: Größe 👗\n\n".encode()),
    "streams/not-utf-8": read(b"data: Gr\xf6\xdfe\n\n"),
    "streams/cr": read(b"data: Yes,\rdata: a green\r\r", b"data: one\r\r"),
    "streams/crlf": read(b"data: Yes,\r\ndata: a green\r\n\r\ndata: one\r\n\r\n"),
    "streams/cr-lf-and-crlf-mixed": read(b"data: Yes,\rdata: a green\n\r\ndata: one\n\r"),
    "streams/crlf-split": bytewise(b"data: Yes,\r\ndata: a green\r\n\r\ndata: one\r\n\r\n"),
    "streams/byte-order-mark": read(b"\xef\xbb\xbfdata: Yes, a green one\n\n"),
    "streams/byte-order-mark-split": bytewise(b"\xef\xbb\xbfdata: Yes\n\n"),
    "streams/byte-order-mark-twice": talk(b"\xef\xbb\xbf\xef\xbb\xbfdata: Yes\n\n"),
    "streams/line-separator-in-a-text": read(
        "data: Yes,\u2028a green one\u2029\u0085\n\n".encode()
    ),
    "streams/nul-in-an-id": read(b"id: 1\x002\ndata: Yes, a green one\n\n"),
    "streams/fields-that-nobody-knows": read(b"date: 7\ndata\ndata:Yes\ndata:  two\n:no\n\n"),
    "streams/error-event": talk(EVENTS[0], b"event: error\ndata: model overloaded\n\n"),
    "streams/error-in-an-event": talk(EVENTS[0], b'data: {"error": {"code": 13}}\n\n'),
    "streams/error-that-is-none": read(b'data: {"error": null, "text": "Yes"}\n\n'),
    "streams/error-in-a-line": talk(
        b'{"text": "Yes"}\n', b'{"error": "model overloaded"}\n', steps=LINES
    ),
    "streams/error-instead-of-a-stream": Case(
        answers=(reply(b'{"error": "model overloaded"}'),), steps=WHOLE
    ),
    "streams/error-status": Case(
        answers=(reply(b"data: no\n\n", status="500 Oh", kind="text/event-stream"),), steps=SSE
    ),
    "streams/page-instead-of-a-stream": talk(b"<!doctype html><p>Log in", steps=WHOLE, kind=""),
    "streams/json-events": read(
        b'data: {"text": "Yes, a green one"}\n\n', b"data: [DONE]\n\n", steps=OF_JSON
    ),
    "streams/malformed-json-in-an-event": talk(
        b'data: {"text": "Yes"}\n\n',
        'data: {"text": "Größe" "a gre"}\n\n'.encode(),
        b"data: [DONE]\n\n",
        steps=OF_JSON,
    ),
    "streams/number-out-of-range-in-an-event": talk(
        b'data: {"text": "Yes"}\n\n', b'data: {"n": 1e999}\n\n', b"data: [DONE]\n\n", steps=OF_JSON
    ),
    "streams/malformed-line": talk(
        b'{"text": "Yes"}\n', b'{"text": "a gre\n', b'{"text": "one"}\n', steps=LINES
    ),
    "streams/line-with-a-key-twice": talk(
        b'{"text": "Yes"}\n\n', b'{"text": "a", "text": "b"}\n', steps=LINES
    ),
    "streams/last-line-without-its-end": read(b'{"text": "Yes"}\n{"text": "one"}', steps=LINES),
    "streams/lines-split": bytewise(
        b'{"text": "Yes"}\r\n{"text": "Gr\xc3\xb6\xc3\x9fe"}', steps=LINES
    ),
}

POLL = """\
send:
  - request: {post: /tasks, json: {text: '${message.text}'}}
    capture: {task: $.task}
  - poll: {get: '/tasks/${task}'}
    until: {$.state: done}
    fail_if: {$.state: failed}
    %severy: 20ms
    timeout: 90ms
    reply: {text: $.text}
"""
KNOWN = POLL % "pending: {$.state: [queued, running]}\n    "
ANY = POLL % ""
TASK = reply(b'{"task": "t1"}')


def state(name: object, **more: object) -> Script:
    """What a poll is answered."""
    return reply(json.dumps({"state": name, **more}).encode())


TIMES = r"\d+ requests"
GOES_ON = 0
"""How often is asked is a matter of time."""
DONE = state("done", text="Only a green one")


def poll(*answers: Script, **more: Any) -> Case:
    """A task, and what is answered when it is asked for."""
    settled = {"steps": KNOWN, "asked": 1 + len(answers), **more}
    return Case(answers=(TASK, *answers), **settled)


POLLS = {
    "polls/never-ends": poll(state("running"), varies=TIMES, asked=GOES_ON),
    "polls/goes-backwards": poll(
        state("queued"),
        state("running"),
        state("queued"),
        steps=KNOWN.replace("90ms", "400ms"),
        varies=TIMES,
        asked=GOES_ON,
    ),
    "polls/goes-backwards-and-ends": poll(state("running"), state("queued"), DONE, outcome=FAILED),
    "polls/unknown-state": poll(state("queued"), state("lost")),
    "polls/state-of-another-type": poll(state(7)),
    "polls/state-that-is-null": poll(state(None)),
    "polls/state-that-is-missing": poll(reply(b'{"status": "running"}')),
    "polls/state-that-is-missing-for-ever": poll(
        reply(b"{}"), steps=ANY, varies=TIMES, asked=GOES_ON
    ),
    "polls/error-instead-of-a-state": poll(reply(b'{"error": "no worker"}')),
    "polls/empty-answer": poll(reply(b"")),
    "polls/failed": poll(state("queued"), state("failed")),
    "polls/vanishes": poll(state("running"), reply(b'{"detail": "no"}', status="404 Not Found")),
    "polls/vanishes-at-once": poll(reply(b"", status="410 Gone")),
    "polls/done-without-a-text": poll(state("done")),
    "polls/no-task": Case(answers=(reply(b'{"task": null}'),), steps=KNOWN),
}

TOKENS = """\
open:
  - request: {post: /chats}
    capture: {state: $.state}
send:
  - request: {post: /chat, json: {text: '${message.text}', state: '${state}'}}
    answer: {schema: reply}
    capture: {state: $.state}
    reply: {text: $.text}
"""
NEW = TOKENS.replace("{state: $.state}", "{state: {json: $.state, new: true}}")
AGAIN = f"{ASK}  - user: And a green one?\n    expect: {{contains: green}}\n".replace("pink}", "a}")
OPENED = reply(b'{"state": "s0"}')


def token(value: object, text: str = "We have a green one") -> Script:
    """An answer with a token of the conversation."""
    return reply(json.dumps({"text": text, "state": value}).encode())


def tokens(*answers: Script, **more: Any) -> Case:
    """A chain of states over two turns."""
    settled = {"scenario": AGAIN, "asked": len(answers), "steps": TOKENS, **more}
    return Case(answers=answers, **settled)


CHAIN = {
    "tokens/missing": tokens(OPENED, token("s1"), reply(b'{"text": "We have a green one"}')),
    "tokens/missing-from-the-start": tokens(reply(b"{}")),
    "tokens/empty": tokens(OPENED, token("")),
    "tokens/null": tokens(OPENED, token(None)),
    "tokens/a-number": tokens(OPENED, token(7), token("s2"), outcome=FAILED),
    "tokens/an-object": tokens(OPENED, token({"v": 1}), token("s2"), outcome=FAILED),
    "tokens/used-twice": tokens(
        OPENED,
        token("s1"),
        reply(b'{"error": "state s1 was used already"}', status="409 Conflict"),
    ),
    "tokens/given-twice": tokens(OPENED, token("s1"), token("s1", text="No"), outcome=FAILED),
    "tokens/given-twice-where-it-must-be-new": tokens(
        OPENED, token("s1"), token("s1", text="No"), steps=NEW
    ),
    "tokens/given-twice-from-the-start": tokens(OPENED, token("s0"), steps=NEW),
    "tokens/given-back-later": tokens(OPENED, token("s1"), token("s0", text="No"), steps=NEW),
    "tokens/new-each-time": tokens(
        OPENED, token("s1"), token("s2", text="No"), steps=NEW, outcome=FAILED
    ),
}
REQUEST = "send:\n  - request: {post: /talk}\n    fail_if: {$.status: error}\n"
RUN = (
    "send:\n  - stream: {post: /talk}\n    events: json\n    done: '[DONE]'\n"
    "    fail_if: {'$.events[*].type': [RUN_ERROR, ABORT]}\n"
)
READS = "    reply: {text: $.text}\n"
DENIED = reply(b'{"status": "error", "text": "username missing"}')
ENDED = sending(
    chunked(
        b'data: {"type": "TEXT", "delta": "Your order"}\n\n',
        b'data: {"type": "RUN_ERROR", "message": "boom"}\n\n',
    )
)


def refusal(path: str) -> str:
    """The scenario, which expects a refusal with another value at a path of its payload."""
    return ASK.replace("expect: {contains: pink}", f"error: {{json: {{'{path}': pink}}}}")


REFUSED = {
    "A1-fail-if/request": Case(answers=(DENIED,), steps=f"{REQUEST}{READS}"),
    "A1-fail-if/request-expected": Case(
        answers=(DENIED,), steps=f"{REQUEST}{READS}", scenario=refusal("$.text"), outcome=FAILED
    ),
    "A1-fail-if/request-that-is-well": Case(
        answers=(reply(),), steps=f"{REQUEST}{READS}", outcome=FAILED
    ),
    "A1-fail-if/stream": Case(answers=(ENDED,), steps=f"{RUN}{READS}"),
    "A1-fail-if/stream-expected": Case(
        answers=(ENDED,),
        steps=f"{RUN}{READS}",
        scenario=refusal("$.events[-1].message"),
        outcome=FAILED,
    ),
    "A1-fail-if/poll-expected": poll(
        state("failed"), scenario=refusal("$.state"), steps=KNOWN, outcome=FAILED
    ),
    "A1-fail-if/poll-that-is-done-and-failed": poll(
        state("done", error=True),
        steps=KNOWN.replace("fail_if: {$.state: failed}", "fail_if: {$.error: true}"),
    ),
}
FAULTS = {**STREAMS, **POLLS, **CHAIN, **REFUSED}
