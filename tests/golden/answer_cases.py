"""Servers that answer, but wrongly, oddly or late: everything after the connection stands."""

from __future__ import annotations

import gzip
import zlib

from fault_cases import ASK, GOOD, REPEATABLE, Case, bomb, cut, packed, reply
from misbehaving import HEAD, Script, dripping, sending, sending_and_silent
from shop import CHAT

from harness.conversation import Outcome

FAILED = Outcome.FAILED
GET = "send:\n  - request: {get: /chat, query: {q: '${message.text}'}}\n    reply: {text: $.text}\n"
PART = b'{"text": "Yes, a pink dr'
BUSY = reply(b"busy", "Retry-After: 0", status="503 Service Unavailable", kind="text/plain")
LIMITED = reply(b"slow down", "Retry-After: 0", status="429 Too Many Requests", kind="text/plain")


def wants(check: str) -> str:
    """The scenario with another check."""
    return ASK.replace("{contains: pink}", check)


def refused(check: str) -> str:
    """The scenario that expects a refusal."""
    return ASK.replace("expect: {contains: pink}", f"error: {{{check}}}")


def said(body: str | bytes, **more: object) -> Case:
    """A case whose answer has this body and status 200."""
    content = body if isinstance(body, bytes) else body.encode()
    return Case(answers=(reply(content),), **more)  # type: ignore[arg-type]  # a case names its own


def redirected(target: str, status: str = "302 Found") -> Case:
    """A case that leads somewhere else."""
    return Case(answers=(reply(b"", f"Location: {target}", status=status),))


def again(*scripts: Script, steps: str = GET, **more: object) -> Case:
    """A case whose request is sent again."""
    return Case(answers=scripts, steps=steps, **more)  # type: ignore[arg-type]  # as above


RETRIES = {
    "retries/429-then-good": Case(answers=(LIMITED, reply()), asked=2, outcome=FAILED),
    "retries/503-then-429-then-good": Case(
        answers=(BUSY, LIMITED, reply()), asked=3, outcome=FAILED
    ),
    "retries/429-for-ever": Case(answers=(LIMITED,), asked=3),
    "retries/503-without-retry-after": Case(
        answers=(reply(b"busy", status="503 Service Unavailable", kind="text/plain"), reply()),
        asked=2,
        outcome=FAILED,
    ),
    "retries/retry-after-that-is-no-time": Case(
        answers=(reply(b"busy", "Retry-After: soon", status="503 Busy"), reply()),
        asked=2,
        outcome=FAILED,
    ),
    "retries/retry-after-beyond-the-limit": Case(
        answers=(reply(b"busy", "Retry-After: 25", status="429 Too Many Requests"),)
    ),
    "retries/D8-retry-after-of-an-hour": Case(
        answers=(reply(b"slow", "Retry-After: 3600", status="429 Too Many Requests"),)
    ),
    "retries/B7-retry-after-of-an-absurd-offset": Case(
        answers=(
            reply(
                b"slow",
                f"Retry-After: Mon, 01 Jan 2024 00:00:00 +{'9' * 20}",
                status="429 Too Many Requests",
            ),
        ),
        asked=3,
    ),
    "retries/D8-429-that-is-expected": Case(
        answers=(LIMITED,), scenario=refused("status: 429"), asked=1, outcome=Outcome.PASSED
    ),
    "retries/D8-busy-in-any-way-that-is-expected": Case(
        answers=(BUSY,), scenario=refused("contains: busy"), asked=1, outcome=Outcome.PASSED
    ),
    "retries/D8-429-where-403-is-expected": Case(
        answers=(LIMITED, reply(status="403 Forbidden")),
        scenario=refused("status: [401, 403]"),
        asked=2,
        outcome=Outcome.PASSED,
    ),
    "retries/500-is-believed": Case(answers=(reply(b"oh", status="500 Internal Server Error"),)),
    "retries/lost-message-is-not-sent-again": Case(answers=(sending(b""),)),
    "retries/lost-message-that-may-be-sent-again": Case(
        answers=(sending(b""), reply()), steps=REPEATABLE, asked=2, outcome=FAILED
    ),
    "retries/lost-question-is-asked-again": again(sending(b""), reply(), asked=2, outcome=FAILED),
    "retries/lost-for-ever": again(sending(b""), asked=3),
    "retries/cut-then-good": again(cut(PART), reply(), asked=2, outcome=FAILED),
    "retries/cut-for-ever": again(cut(PART), asked=3, breaks=True),
    "retries/busy-then-cut": Case(answers=(BUSY, cut(PART)), asked=2, breaks=True),
}
BREAKS = {
    "breaks/closed-in-mid-body": Case(answers=(cut(PART),), breaks=True),
    "breaks/closed-in-mid-character": Case(
        answers=(cut('{"text": "Größe'.encode()[:-2]),), breaks=True
    ),
    "breaks/closed-behind-the-head": Case(answers=(cut(b""),), breaks=True),
    "breaks/silent-in-mid-body": Case(
        answers=(sending_and_silent(HEAD + PART),), timeout="300ms", breaks=True
    ),
    "breaks/a-byte-now-and-then": Case(
        answers=(dripping(HEAD),), timeout="300ms", breaks=True, varies=r"\d+ bytes? of"
    ),
    "breaks/timeout-of-the-scenario": Case(
        answers=(sending_and_silent(HEAD + PART),),
        scenario=f"timeout: 300ms\n{ASK}",
        breaks=True,
    ),
    "breaks/gzip-cut": Case(answers=(packed(gzip.compress(GOOD)[:-12]),), breaks=True),
}
REDIRECTS = {
    "redirects/to-another-host": redirected("http://127.0.0.1:9/steal"),
    "redirects/to-a-name": redirected("https://chat.invalid/", "308 Permanent Redirect"),
    "redirects/to-another-scheme": redirected("ftp://127.0.0.1/chat"),
    "redirects/to-a-file": redirected("file:///etc/passwd"),
    "redirects/to-what-is-no-address": redirected("http://[chat"),
    "redirects/with-a-password": redirected("http://user:pa55w0rd@127.0.0.1:9/"),
    "redirects/without-an-end": Case(
        answers=(reply(b"", "Location: /again", status="307 Temporary Redirect"),), asked=6
    ),
    "redirects/that-leads-nowhere": Case(answers=(reply(b"", status="302 Found"),)),
}
ENCODINGS = {
    "encodings/bad-gzip": Case(answers=(packed(GOOD),), breaks=True),
    "encodings/gzip-twice-and-said-once": Case(
        answers=(packed(gzip.compress(gzip.compress(GOOD, 0, mtime=0), 0, mtime=0)),)
    ),
    "encodings/gzip-twice-and-said-twice": Case(
        answers=(packed(gzip.compress(gzip.compress(GOOD)), "gzip, gzip"),), outcome=FAILED
    ),
    "encodings/deflate-without-its-head": Case(
        answers=(packed(zlib.compress(GOOD, wbits=-15), "deflate"),), outcome=FAILED
    ),
    "encodings/unknown": Case(answers=(packed(GOOD, "br"),)),
    "encodings/made-up": Case(answers=(packed(GOOD, "x-squeeze"),)),
    "encodings/five-times": Case(answers=(packed(GOOD, ", ".join(["gzip"] * 5)),)),
    "encodings/bomb": Case(answers=(packed(bomb(51 * 1024 * 1024), "gzip, gzip"),)),
}
HEADERS = {
    "headers/duplicates": Case(
        answers=(reply(GOOD, "X-Note: one", "x-other: 1", "X-Note: two"),),
        scenario=wants("{headers: {X-Note: none, X-Other: none}}"),
        outcome=FAILED,
    ),
    "headers/case-variants": Case(
        answers=(reply(GOOD, "x-NOTE: one", "X-Note: two"),),
        scenario=wants("{headers: {x-note: none}}"),
        outcome=FAILED,
    ),
    "headers/latin-1": Case(
        answers=(reply(GOOD, "X-Note: Gr\xf6\xdfe \xa9"),),
        scenario=wants("{headers: {x-note: none}}"),
        outcome=FAILED,
    ),
    "headers/empty": Case(
        answers=(reply(GOOD, "X-Note:"),),
        scenario=wants("{headers: {x-note: none}}"),
        outcome=FAILED,
    ),
    "headers/no-reason": Case(
        answers=(reply(GOOD, status="200 "),), scenario=wants("{status: 201}"), outcome=FAILED
    ),
    "headers/no-reason-and-no-blank": Case(
        answers=(reply(GOOD, status="200"),), scenario=wants("{status: 201}"), outcome=FAILED
    ),
    "headers/reason-of-its-own": Case(
        answers=(reply(GOOD, status="200 Sch\xf6n: gut"),),
        scenario=wants("{status: 201}"),
        outcome=FAILED,
    ),
    "headers/no-content-type": Case(answers=(reply(GOOD, kind=""),), outcome=FAILED),
    "headers/blank-in-a-name": Case(answers=(reply(GOOD, "X Note: one"),)),
    "headers/two-lengths": Case(answers=(reply(GOOD, "Content-Length: 3"),)),
}
PAGE = b"<!doctype html>\n<html><title>Log in</title></html>"
BODIES = {
    "bodies/html-page": Case(answers=(reply(PAGE, kind="text/html"),)),
    "bodies/html-page-that-says-json": Case(answers=(reply(PAGE),)),
    "bodies/html-page-with-a-status": Case(
        answers=(reply(PAGE, status="502 Bad Gateway", kind="text/html"),)
    ),
    "bodies/json-that-says-html": Case(answers=(reply(GOOD, kind="text/html"),), outcome=FAILED),
    "bodies/plain-text": said("Service temporarily unavailable"),
    "bodies/empty": said(""),
    "bodies/blank": said(" \r\n\t"),
    "bodies/no-content": Case(answers=(sending(b"HTTP/1.1 204 No Content\r\n\r\n"),)),
    "bodies/error": said('{"error": "model overloaded"}'),
    "bodies/error-object": said('{"error": {"code": 13, "message": "model overloaded"}}'),
    "bodies/errors": said('{"errors": ["model overloaded", "try later"]}'),
    "bodies/error-beside-an-empty-text": said('{"text": null, "error": "model overloaded"}'),
    "bodies/null": said("null"),
    "bodies/a-list": said("[]"),
    "bodies/a-number": said("7"),
    "bodies/text-that-is-a-number": said('{"text": 7}'),
}
JSON = {
    "json/nan": said('{"text": "Hi", "price": NaN}'),
    "json/infinity": said('{"text": "Hi", "price": -Infinity}'),
    "json/number-beyond-all": said('{"text": "Hi", "price": 1e999}'),
    "json/key-twice": said('{"text": "Hi", "text": "Ho"}'),
    "json/key-twice-deep": said('{"text": "Hi", "ä": [{"a": 1, "\\u0061": 2}]}'),
    "json/5000-digits": said(f'{{"text": "Hi", "price": {"7" * 5000}}}'),
    "json/lone-surrogate": said('{"text": "Hi \\ud83d there"}'),
    "json/lone-surrogate-in-a-key": said('{"text": "Hi", "\\udc00": 1}'),
    "json/100000-levels": said(f'{{"text": {"[" * 100_000}{"]" * 100_000}}}'),
    "json/100000-levels-without-an-end": said("[" * 100_000),
    "json/trailing-bytes": said('{"text": "Hi"} {"text": "Ho"}'),
    "json/trailing-nul": said('{"text": "Hi"}\0'),
    "json/cut": said('{"text": "Größe'),
    "json/byte-order-mark": said('\ufeff{"text": "Hi"}', outcome=Outcome.FAILED),
    "json/utf-16": said('{"text": "Hi"}'.encode("utf-16")),
    "json/latin-1": said('{"text": "Größe"}'.encode("latin-1")),
    "json/single-quotes": said("{'text': 'Hi'}"),
    "json/line-break-in-a-text": said('{"text": "Hi\nthere"}'),
    "json/comma-at-the-end": said('{"text": "Hi",}'),
    "json/400-levels": said(f'{{"text": "Hi", "a": {"[" * 400}{"]" * 400}}}', outcome=FAILED),
}
LONG = "${'long ' * 200000}${'er' * 1}"
"""A text of 1,000,002 characters."""
AGAIN = """\
    capture: {said: $.text}
  - id: again
    user: ${said * 100001}
    expect: none
"""
TEMPLATES = {
    "templates/too-long-in-a-step": said(
        GOOD, steps=f'{CHAT}  - request: {{post: /again, json: {{text: "{LONG}"}}}}\n'
    ),
    "templates/too-long-in-a-turn": said('{"text": "a pink one"}', scenario=f"{ASK}{AGAIN}"),
}
ANSWERS = {
    **RETRIES,
    **BREAKS,
    **REDIRECTS,
    **ENCODINGS,
    **HEADERS,
    **BODIES,
    **JSON,
    **TEMPLATES,
}
