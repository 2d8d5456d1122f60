"""A request as a command that can be copied into a shell."""

from __future__ import annotations

import re
import shlex

from harness.conversation import ON_SOCKET, Request
from harness.secrets.conversation_redaction import redact_request
from harness.secrets.redaction import NOTHING_SECRET

LONGEST = 2000
"""Characters of the body that are shown."""
_QUOTED = re.compile(r"%3Credacted(?:%3A|:)([A-Za-z0-9_.-]*)%3E")


def curl_line(request: Request) -> str:
    """A curl command with `<redacted:name>` in place of secrets.

    Secrets are recognised by the names of headers and keys. A body longer than `LONGEST` is cut,
    and one that is not text is left out; a comment after the command says so.
    """
    shown = redact_request(request, NOTHING_SECRET)
    if shown.method in ON_SOCKET:
        return f"# curl cannot continue on the WebSocket of {_plain_marks(shown.url)}"
    words = ["curl"]
    if shown.method != "GET" or shown.body:
        words += ["-X", shown.method]
    words.append(_plain_marks(shown.url))
    for name, value in shown.headers:
        # For curl, "name:" means to leave a header out.
        words += ["-H", f"{name}: {value}" if value else f"{name};"]
    text, remark = _body(shown.body)
    if text:
        words += ["--data-raw", _plain_marks(text)]
    return shlex.join(words) + remark


def _plain_marks(text: str) -> str:
    """The text with the marks in a query or a form unquoted, as a live request shows them."""
    return _QUOTED.sub(r"<redacted:\1>", text) if "%3Credacted" in text else text


def _body(content: bytes) -> tuple[str, str]:
    """The part of a body that a command can contain, and a remark about the rest."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        return "", f"  # without its body: {len(content)} bytes that are not text"
    if len(text) > LONGEST:
        return text[:LONGEST], f"  # body cut at {LONGEST} of {len(text)} characters"
    return text, ""
