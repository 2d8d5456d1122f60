"""A project and a server that plant secrets wherever one can stand.

Each kind has a secret of its own, so that what is found in an output says where it leaked from.
"""

from __future__ import annotations

import base64
import html
import json
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from tests.transport.conftest import Visit

SENT = ("header", "bearer", "cookie", "query", "path", "form", "field", "basic", "text")
"""Secrets that every conversation sends."""
NUMBER = "83920174655601"
ODD = 'qu"ote\\back/slash é+%'
"""What encodings write in different ways."""


def secret(kind: str) -> str:
    """The secret of a kind."""
    if kind == "number":
        return NUMBER
    plain = f"Zk9{kind.replace(' ', '')}Vx7{len(kind)}q"
    return plain + ODD if kind in {*ENCODED, "HTML error page"} else plain


def _base64(text: str, before: str = "") -> str:
    return base64.b64encode(f"{before}{text}".encode()).decode()


def _escaped(text: str) -> str:
    return json.dumps(text)[1:-1]


def _as_dotnet(text: str) -> str:
    """JSON's escapes as .NET writes them: in capitals, and more of them than needed."""
    plain = _escaped(text).replace('\\"', "\\u0022").replace("+", "\\u002B")
    return plain.replace("\\u00e9", "\\u00E9")


ENCODED = {
    "percent-encoding": lambda text: quote(text, safe=""),
    "JSON escapes": lambda text: text,
    "JSON in JSON": _escaped,
    "JSON of dotnet": lambda text: text,
    "base64": _base64,
    "base64 inside": lambda text: _base64(text, "me:"),
    "base64 for URLs": lambda text: _base64(text).replace("+", "-").replace("/", "_"),
    "HTML": lambda text: f"<p>{html.escape(text)}</p>",
    "HTML of Go": lambda text: html.escape(text).replace("&quot;", "&#34;").replace("+", "&#43;"),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "JSON in a query": lambda text: quote(_escaped(text), safe=""),
    "hex": lambda text: text.encode().hex(),
    "hex inside": lambda text: f"me:{text}".encode().hex().upper(),
}
"""What the bot does to a secret before it says it."""
NAMED = {
    "named part": lambda text: (
        f'--x\r\nContent-Disposition: form-data; name="password"\r\n\r\n{text}\r\n--x--'
    ),
    "named query": lambda text: f"see /cb?next=%2Fa%3Ftoken%3D{text}",
    "key of a URL": lambda text: f"see https://host.example/x?key={text}",
}
"""What the bot says, by kind, where only a name in its text tells that it is a secret."""
REPLIES = {
    **ENCODED,
    **NAMED,
    "plain": lambda text: f"it is {text}, is it not",
    "URL password": lambda text: f"see https://me:{text}@host.example/x",
    "URL query": lambda text: f"see https://host.example/x?q={text}",
    "my own message": lambda text: f"you said {text}",
    "multipart": lambda text: (
        f'--x\r\nContent-Disposition: form-data; name="pin"\r\n\r\n{text}\r\n--x--'
    ),
    "cookie line": lambda text: f"Cookie: sid={text}; a=b",
    "key of a mapping": lambda text: text,
}
"""What the bot says, by kind."""
HEADS = {
    "reason phrase": lambda text: (f"200 {text}", ()),
    "kept header": lambda text: ("200 OK", (f"X-Request-Id: {text}",)),
    "set-cookie": lambda text: ("200 OK", (f"Set-Cookie: sid={text}; Path=/",)),
}
"""Status line and headers of an answer, by kind."""
GIVEN = {
    "rotated cookie": lambda text: (f"Set-Cookie: sid={text}; Path=/",),
    "second cookie": lambda text: ("Set-Cookie: a=1; Path=/", f"Set-Cookie: b={text}; Path=/"),
    "quoted cookie": lambda text: (f'Set-Cookie: sid="{text}"; Secure',),
    "authorization header": lambda text: (f"Authorization: Bearer {text}",),
    "token header": lambda text: (f"X-Session-Token: {text}",),
    "location header": lambda text: (f"Location: /cb?access_token={text}&a=1",),
}
"""Headers of an answer whose text says the secret as well, by kind."""
STREAMS = {
    "stream event": lambda text: [f'data: {{"t": "{text}"}}\n\n'],
    "two chunks": lambda text: [f'data: {{"t": "{text[:6]}', f'{text[6:]}"}}\n\n'],
    "two events": lambda text: [f'data: {{"t": "{one}"}}\n\n' for one in (text[:9], text[9:])],
    "two events of text": lambda text: [f"data: {one}\n\n" for one in (text[:9], text[9:])],
}
"""Chunks of a stream, by kind."""
LINES = {
    "two JSON lines": lambda text: [f'{{"t": "{one}"}}\n' for one in (text[:9], text[9:])],
}
"""Chunks of a stream of messages, by kind."""
BREAKS = {
    "error text": lambda text: ("500 Oops", (), json.dumps({"error": f"no {text}"})),
    "error page": lambda text: ("200 OK", (), f"<html>{text}</html>"),
    "HTML error page": lambda text: ("500 Oops", (), f"<p>no {html.escape(text)}</p>"),
    "cut JSON": lambda text: ("200 OK", (), f'{{"reply": "{text}'),
    "redirect": lambda text: ("302 Found", (f"Location: http://127.0.0.1:9/?q={text}",), ""),
    "retry reason": lambda text: (f"503 {text}", ("Retry-After: 0",), ""),
    "broken contract": lambda text: ("200 OK", (), json.dumps({"reply": [text]})),
    "odd escapes": lambda text: (
        *("200 OK", ()),
        json.dumps({"reply": "-"}).replace("-", "".join(f"\\u{ord(one):04x}" for one in text)),
    ),
    "odd percent-encoding": lambda text: (
        *("200 OK", ()),
        json.dumps({"reply": "".join(f"%{one:02x}" for one in text.encode())}),
    ),
    "number": lambda text: ("200 OK", (), f'{{"reply": "a number", "n": {text}}}'),
}
"""Whole answers that are wrong or odd, by kind."""
WHOLE = {
    **BREAKS,
    **{
        kind: lambda text, headers=headers: (
            *("200 OK", headers(text)),
            json.dumps({"reply": f"now {text}"}),
        )
        for kind, headers in GIVEN.items()
    },
}
CAPTURED = ("captured token", "captured by a step", "prepared token", "captured in prepare")
"""Secrets that no setting makes known, only what the API gave before the first message."""
TICKETS = {
    "captured by path": "{json: $.ticket, secret: true}",
    "captured by pattern": "{matches: 'ticket (\\S+)', secret: true}",
    "captured header": "{header: x-ticket, secret: true}",
    "captured in a mapping": "{json: $.both, secret: true}",
    "said before": "{json: $.ticket, secret: true}",
}
"""Secrets that only a capture of the scenario makes known: what is captured, by kind."""
ECHOED = "cookie of the jar"
"""The bot says the Cookie header that it was sent, which an answer set before."""
ASKED = (*REPLIES, *HEADS, *GIVEN, ECHOED, *STREAMS, *LINES, *BREAKS, *CAPTURED, *TICKETS)
KINDS = (*SENT, *ASKED)

UNKNOWN = {"set-cookie", *GIVEN, *NAMED, ECHOED, *CAPTURED, *TICKETS}
"""Known by the place where they stand, not by a setting."""


def setting(kind: str) -> str:
    """The name of the setting that holds a kind's secret."""
    return "own_" + "".join(one if one.isalnum() else "_" for one in kind)


def variable(kind: str) -> str:
    """The environment variable of a kind's secret."""
    return setting(kind).upper()


def environment() -> dict[str, str]:
    """What the project takes from the environment, the server's address aside."""
    return {variable(kind): secret(kind) for kind in KINDS if kind not in UNKNOWN}


DEFINITION = """\
definition: leaky
settings:
  base_url: {type: string, required: true}
%(settings)s
headers:
  X-Own: ${settings.own_header}
  Authorization: Bearer ${settings.own_bearer}
  Cookie: sid=${settings.own_cookie}
prepare:
  - request: {post: /prepare}
    capture: {key: $.access_token, pass: {json: $.pass, secret: true}}
open:
  - request:
      post: '/${settings.own_path}/open'
      query: {q: '${settings.own_query}'}
      form: {user: me, pin: '${settings.own_form}'}
      headers: {X-Key: '${key}', X-Pass: '${pass}'}
    capture: {token: $.token, ticket: {json: $.ticket, secret: true}}
send:
  - when: ${'stream' not in message.metadata and 'lines' not in message.metadata}
    request:
      post: /talk
      headers: {X-Basic: "Basic ${'me' | basic_auth(settings.own_basic)}"}
      json: {text: '${message.text}', pin: '${settings.own_field}'}
    answer: {schema: answer}
    reply: {text: $.reply}
  - when: ${'stream' in message.metadata}
    stream: {post: /stream, text: '${message.text} ${settings.own_text}'}
    framing: sse
    reply: {messages: $, text: $.text}
  - when: ${'lines' in message.metadata}
    stream: {post: /stream, text: '${message.text}'}
    framing: ndjson
    events: json
    reply: {messages: '$.events[*]', text: $.t}
history:
  - request: {get: /history}
close:
  - request: {delete: /talk, repeatable: true}
    answer: {status: 204, as: none}
"""
ANSWER = {
    "type": "object",
    "required": ["reply"],
    "properties": {"reply": {"type": "string", "minLength": 1}},
}


def file_of(kind: str) -> str:
    """The scenario in which a kind is asked for."""
    return setting(kind).replace("_", "-")


def ticket_turns(kind: str, expect: str) -> str:
    """Turns that get a ticket and say it; of the last kind, it is told before it is captured."""
    asked = f"  - {{user: {kind}, expect: none}}\n" if kind == "said before" else ""
    return asked + (
        f"  - user: {kind}\n    expect: {expect}\n    capture: {{it: {TICKETS[kind]}}}\n"
        f"  - user: echo ${{it}}\n    expect: {expect}\n"
    )


def scenario(kind: str) -> str:
    """A scenario that asks for a secret and fails, so that all of it is shown."""
    if kind in TICKETS:
        turns = ticket_turns(kind, "{equals: '${it}', json: {$.reply: '${it}'}}")
        return f"scenario: {file_of(kind)}\nturns:\n{turns}"
    text = f"{kind} {secret(kind)}" if kind == "my own message" else kind
    way = "stream" if kind in STREAMS else "lines" if kind in LINES else ""
    metadata = f", metadata: {{{way}: 1}}" if way else ""
    said = f"{{text: {json.dumps(text)}{metadata}}}"
    return (
        f"scenario: {file_of(kind)}\nturns:\n  - user: {said}\n"
        "    expect: {equals: nothing, schema: {type: object, maxProperties: 0}}\n"
    )


ALL = "scenario: all-of-them\nturns:\n" + "".join(
    f"  - user: {json.dumps(kind)}\n    expect: none\n"
    for kind in (*REPLIES, *HEADS, *GIVEN, *CAPTURED)
)
ALL += "".join(ticket_turns(kind, "none") for kind in TICKETS)
"""Says everything, and breaks off: what was heard stays in the journal."""


CHAT = """\
def test_reply(conversation):
    reply = conversation().say("plain")
    reply.expect(equals="nothing")


def test_refusal(conversation):
    chat = conversation()
    chat.say("error text")


def test_error(conversation):
    chat = conversation()
    chat.say("cut JSON")
"""
"""Python tests whose failures show what they got."""


def write_leaky_project(folder: Path) -> None:
    """Write the project's files."""
    known = [kind for kind in KINDS if kind not in UNKNOWN]
    settings = "\n".join(f"  {setting(kind)}: {{type: string, secret: true}}" for kind in known)
    filled = "".join(f"      {setting(kind)}: ${{env.{variable(kind)}}}\n" for kind in known)
    files = {
        "harness.yaml": "providers:\n  leaky:\n    definition: definitions/leaky\n    settings:\n"
        "      base_url: ${env.LEAKY_URL}\n" + filled,
        "definitions/leaky/provider.yaml": DEFINITION % {"settings": settings},
        "definitions/leaky/schemas/answer.schema.json": json.dumps(ANSWER),
        "scenarios/broken/all.yaml": ALL + "  - {user: break off, expect: none}\n",
        "scenarios/test_chat.py": CHAT,
        **{f"scenarios/{file_of(kind)}.yaml": scenario(kind) for kind in ASKED},
    }
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


@dataclass
class Leaky:
    """The server: gives a kind's secret to whoever asks for the kind."""

    traffic: list[bytes] = field(default_factory=list)
    """All that was received and sent."""
    says: str = "ticket"
    """Stands in replies: another word is a drift."""

    def __call__(self, visit: Visit) -> None:
        self.traffic += [visit.head.encode("latin-1"), b"\r\n\r\n", visit.body]
        target = visit.head.split(" ")[1]
        if target == "/prepare":
            token, key = secret("prepared token"), secret("captured in prepare")
            self._answer(visit, json.dumps({"access_token": token, "pass": key}))
        elif target.partition("?")[0].endswith("/open"):
            token, ticket = secret("captured token"), secret("captured by a step")
            cookie = f"Set-Cookie: jar={secret(ECHOED)}; Path=/"
            self._answer(visit, json.dumps({"token": token, "ticket": ticket}), "200 OK", cookie)
        elif visit.head.startswith("DELETE"):
            self._answer(visit, "", "204 No Content")
        elif target == "/stream":
            self._stream(visit, _asked(visit.body.decode()))
        elif (text := json.loads(visit.body)["text"]).startswith("echo"):
            self._answer(visit, json.dumps({"reply": f"a {self.says}: {text}"}))
        elif text == ECHOED:
            sent = [line for line in visit.head.split("\r\n") if line.lower().startswith("cookie")]
            self._answer(visit, json.dumps({"reply": f"you sent {sent}"}))
        else:
            self._say(visit, _asked(text))

    def _say(self, visit: Visit, kind: str) -> None:
        text = secret(kind)
        if kind in WHOLE:
            status, headers, body = WHOLE[kind](text)
            self._answer(visit, body, status, *headers)
        elif kind in HEADS:
            status, headers = HEADS[kind](text)
            self._answer(visit, json.dumps({"reply": "see above"}), status, *headers)
        elif kind == "key of a mapping":
            self._answer(visit, json.dumps({"reply": "a key", text: 1}))
        elif kind == "JSON of dotnet":
            self._answer(visit, f'{{"reply": "it is {_as_dotnet(text)}"}}')
        elif kind in REPLIES:
            self._answer(visit, json.dumps({"reply": REPLIES[kind](text)}))
        elif kind in CAPTURED:
            self._answer(visit, json.dumps({"reply": f"your {self.says} {text}"}))
        elif kind == "captured by pattern":
            self._answer(visit, json.dumps({"reply": f"your ticket {text} is ready"}))
        elif kind == "captured header":
            self._answer(visit, json.dumps({"reply": "see above"}), "200 OK", f"X-Ticket: {text}")
        elif kind in TICKETS:
            body = {"reply": f"it is {text}", "ticket": text, "both": {"a": text, "b": [text, 1]}}
            self._answer(visit, json.dumps(body))
        else:
            self._send(visit, b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\npart")
            visit.connection.close()

    def _answer(self, visit: Visit, body: str, status: str = "200 OK", *headers: str) -> None:
        content = body.encode()
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", *headers]
        self._send(visit, "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + content)

    def _stream(self, visit: Visit, kind: str) -> None:
        self._send(visit, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        # As a reader sees it: on the wire, chunks have their lengths between them.
        parts = {**STREAMS, **LINES}[kind](secret(kind))
        self.traffic.append("".join(parts).encode())
        for part in parts:
            self._send(visit, b"%x\r\n%s\r\n" % (len(part), part.encode()))
        self._send(visit, b"0\r\n\r\n")

    def _send(self, visit: Visit, content: bytes) -> None:
        self.traffic.append(content)
        visit.raw(content)


def _asked(text: str) -> str:
    """The kind that a message asks for; empty where it asks for none."""
    return next((kind for kind in sorted(ASKED, key=len)[::-1] if text.startswith(kind)), "")
