"""A request as a command that can be copied into a shell."""

from __future__ import annotations

import re
import shlex

from harness.conversation import Request
from harness.secrets.conversation_redaction import redact_request
from harness.secrets.redaction import NOTHING_SECRET, Redactor

LONGEST = 2000
"""Characters of the body that are shown."""
_QUOTED = re.compile(r"%3Credacted(?:%3A|:)([A-Za-z0-9_.-]*)%3E")


def curl_line(request: Request, redactor: Redactor | None = None, limit: int = LONGEST) -> str:
    """A curl command with `<redacted:name>` for every secret.

    Without a redactor, secrets are known by the names of headers and keys alone. A body past the
    limit is cut, and one that is not text left out; a comment behind the command says so.
    """
    shown = redact_request(request, redactor or NOTHING_SECRET)
    words = ["curl"]
    if shown.method != "GET" or shown.body:
        words += ["-X", shown.method]
    words.append(_plain_marks(shown.url))
    for name, value in shown.headers:
        # curl takes "name:" for the wish to leave a header out.
        words += ["-H", f"{name}: {value}" if value else f"{name};"]
    text, remark = _body(shown.body, limit)
    text = _plain_marks(text)
    if text:
        words += ["--data-raw", text]
    return shlex.join(words) + remark


def _plain_marks(text: str) -> str:
    """Marks that a replay filled into a query or a form, as a live request shows them."""
    return _QUOTED.sub(r"<redacted:\1>", text) if "%3Credacted" in text else text


def _body(content: bytes, limit: int) -> tuple[str, str]:
    """What of a body can stand in a command, and a remark on the rest."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        return "", f"  # without its body: {len(content)} bytes that are not text"
    if len(text) > limit:
        return text[:limit], f"  # body cut at {limit} of {len(text)} characters"
    return text, ""
