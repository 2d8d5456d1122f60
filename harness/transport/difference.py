"""How a request differs from the recorded one, in lines for a message."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import parse_qsl, urlsplit

from harness.conversation import Phase, Request, phase_of
from harness.core import Json, Path, pointer, quote, shorten
from harness.secrets.conversation_redaction import redact_request
from harness.secrets.redaction import Redactor
from harness.secrets.secret_marks import MARK
from harness.transport.cassette.plain_interaction import PlainInteraction, bytes_of

MOST_LINES = 8


def body_differences(recorded: bytes, now: bytes) -> tuple[str, ...]:
    """What differs, field by field where both are JSON or a form; at most `MOST_LINES` lines."""
    before, after = _parsed(recorded), _parsed(now)
    lines = [
        f"{pointer(path) or 'body'}: recorded {_shown(old)}, now {_shown(new)}"
        for path, old, new in _walk(before, after, ())
    ]
    if len(lines) > MOST_LINES:
        more = len(lines) - MOST_LINES
        return (*lines[:MOST_LINES], f"and {more} more")
    return tuple(lines)


def request_difference(
    interaction: PlainInteraction, request: Request, redactor: Redactor, *, is_first_format: bool
) -> str:
    """Where a request first says something else than the recorded one; empty where nowhere.

    Query, headers and body are compared, but for headers that hold a secret.
    """
    sent = redact_request(request, redactor)
    before = dict(parse_qsl(urlsplit(interaction["uri"]).query, keep_blank_values=True))
    after = dict(parse_qsl(urlsplit(sent.url).query, keep_blank_values=True))
    lines = [*_named("the query", before, after)]
    old = {name.lower(): value for name, value in interaction["sent_headers"]}
    new = {name.lower(): value for name, value in sent.headers}
    if is_first_format:
        # It kept some headers only.
        new = {name: value for name, value in new.items() if name in old}
    lines += _named("the headers", old, new)
    recorded = bytes_of(interaction["sent"], is_base64=interaction["sent_is_base64"])
    lines += body_differences(recorded, sent.body)
    more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
    return f"{lines[0]}{more}" if lines else ""


def sent_message(interactions: Sequence[PlainInteraction], place: int) -> tuple[int, str] | None:
    """The interaction behind a place that sent the message of its turn, and the body; or none."""
    message = interactions[place]["message"]
    for later, interaction in enumerate(interactions[place + 1 :], place + 1):
        if interaction["message"] == message and phase_of(interaction["step"]) is Phase.SEND:
            sent = bytes_of(interaction["sent"], is_base64=interaction["sent_is_base64"])
            return later, shorten(sent.decode("utf-8", "replace"))
    return None


def _named(what: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    """A line for each name whose value is another one."""
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name, _MISSING), new.get(name, _MISSING)
        if before != after and not MARK.search(str(after)):
            yield f"{name} of {what}: recorded {_shown(before)}, now {_shown(after)}"


class _Missing:
    """Stands for a field that is not there."""


_MISSING = _Missing()

Field = Json | _Missing


def _walk(old: Field, new: Field, path: Path) -> Iterator[tuple[Path, Field, Field]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys([*old, *new]):
            yield from _walk(old.get(key, _MISSING), new.get(key, _MISSING), (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else _MISSING
            after = new[index] if index < len(new) else _MISSING
            yield from _walk(before, after, (*path, index))
    elif old != new or type(old) is not type(new):
        yield path, old, new


def _parsed(body: bytes) -> Json:
    text = body.decode(errors="replace")
    try:
        content: Json = json.loads(text)
    except (ValueError, RecursionError):
        pairs = parse_qsl(text, keep_blank_values=True) if "=" in text[:200] else []
        return dict(pairs) if pairs and " " not in text else text
    return content


def _shown(value: Field) -> str:
    if isinstance(value, _Missing):
        return "nothing"
    return (
        quote(value) if isinstance(value, str) else shorten(json.dumps(value, ensure_ascii=False))
    )
