"""A cassette as the conversation that it holds, for a terminal of 100 columns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from textwrap import wrap
from urllib.parse import urlsplit

from harness.conversation import Transcript, Turn
from harness.core.printable import PICTURES
from harness.core.source import shorten
from harness.providers.session import CLOSING
from harness.transport.cassette import Cassette, CassetteHead
from harness.transport.cassette.plain_interaction import PlainInteraction, bytes_of

WIDTH = 100
LABEL = 14
"""Columns before a value, its indentation included."""
RESULT = 16
"""Columns of a status and its seconds, at the end of the line."""
MOST_LINES = 12
"""Lines that are shown of one message or body."""
MOST_CHARACTERS = 2000

_PICTURES = {code: shown for code, shown in PICTURES.items() if chr(code) != "\n"}


def recorded_page(
    cassette: Cassette, transcript: Transcript | None = None, *, played_by: str = ""
) -> str:
    """The conversation turn by turn, with its requests.

    `transcript` is what a replay made of the cassette; turns that it lacks are shown as the
    bodies that were sent and came. `played_by` is the scenario's file.
    """
    lines = [cassette.path, *_head(cassette.head, played_by)]
    told = {turn.number: turn for turn in transcript.turns} if transcript else {}
    by_turn: dict[int, list[PlainInteraction]] = {}
    for row in cassette.interactions.plain:
        by_turn.setdefault(row["turn"], []).append(row)
    for number in [*sorted(n for n in by_turn if n != CLOSING), CLOSING]:
        rows = by_turn.get(number)
        if not rows:
            continue
        turn = told.get(number)
        is_told = turn is not None and (turn.reply is not None or turn.refusal is not None)
        is_said = is_told or (number == CLOSING and bool(told))
        lines += ["", _title(number, is_ours=rows[0]["is_ours"])]
        if turn is not None and is_told:
            lines += _said(turn)
        for row in rows:
            lines += _interaction(row, is_told=is_said)
    return "\n".join(lines)


def labelled(label: str, text: str) -> Iterator[str]:
    """A label and its text, wrapped; further lines stand under the first."""
    rows = [
        row
        for line in shorten(text.translate(_PICTURES), MOST_CHARACTERS).split("\n")
        for row in wrap(line, WIDTH - LABEL, drop_whitespace=False, break_on_hyphens=False) or [""]
    ]
    if len(rows) > MOST_LINES:
        rows = [*rows[: MOST_LINES - 1], f"… {len(rows) - MOST_LINES + 1} more lines"]
    for index, row in enumerate(rows):
        name = f"  {label} " if index == 0 else ""
        yield f"{name:<{LABEL}}{row}".rstrip()


def _head(head: CassetteHead | None, played_by: str) -> Iterator[str]:
    if head is None:
        yield from labelled("recorded", "by another tool")
        return
    name = f"{head.scenario}, row {head.row}" if head.row else head.scenario
    yield from labelled("scenario", f"{name}, {played_by}" if played_by else name)
    when = head.recorded_at.replace("T", " ").replace("+00:00", " UTC")
    yield from labelled("recorded", f"{when} by harness {head.version}")
    yield from labelled("definition", head.definition)
    if head.take > 1:
        yield from labelled("take", str(head.take))


def _title(number: int, *, is_ours: bool) -> str:
    if not is_ours:
        return "interactions"
    return {CLOSING: "closing", 0: "before the first turn"}.get(number, f"turn {number}")


def _said(turn: Turn) -> Iterator[str]:
    yield from labelled("user", turn.user.display_text or turn.user.text)
    if turn.reply is not None:
        for message in turn.reply.messages:
            yield from labelled("assistant", message.text or "(no text)")
        if turn.reply.actions:
            yield from labelled("buttons", ", ".join(turn.reply.actions))
    elif turn.refusal is not None:
        yield from labelled("refused", turn.refusal.message)


def _interaction(row: PlainInteraction, *, is_told: bool) -> Iterator[str]:
    parts = urlsplit(row["uri"])
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    request = f"{row['method']} {target}".translate(_PICTURES)
    space = WIDTH - LABEL - RESULT - 1
    if len(request) > space:
        request = f"{request[: space - 1]}…"
    seconds = "" if row["seconds"] is None else f"{row['seconds']:.3f} s"
    result = f"{row['status']:>4}{seconds:>{RESULT - 4}}"
    step = f"  {row['step']} "
    yield f"{step:<{LABEL}}{request:<{space}} {result}".rstrip()
    if not is_told:
        yield from _body("sent", row["sent"], is_base64=row["sent_is_base64"])
        yield from _body("came", row["body"], is_base64=row["body_is_base64"])


def _body(label: str, text: str, *, is_base64: bool) -> Iterator[str]:
    if is_base64:
        yield from labelled(label, f"{len(bytes_of(text, is_base64=True))} bytes, no text")
    elif text:
        yield from labelled(label, _on_one_line(text))


def _on_one_line(text: str) -> str:
    """JSON without its layout; other texts as they are."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
