"""A cassette as the conversation that it holds, for a terminal of 100 columns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from harness.conversation import Direction, Opinion, Transcript, Turn
from harness.core import PICTURES, shorten
from harness.providers.session import CLOSING
from harness.reports.labelled_lines import LABEL, WIDTH, labelled, said_in_short
from harness.transport.cassette import Cassette, CassetteHead
from harness.transport.cassette.frames import PlainFrame
from harness.transport.cassette.plain_interaction import PlainInteraction, bytes_of

RESULT = 16
"""Columns of a status and its seconds, at the end of the line."""
MOST_LINES = 12
"""Lines that are shown of one message or body."""
MOST_OF_QUESTION = 60
"""Lines that are shown of a question to a judge, which has what the judge saw at its end."""
MOST_CHARACTERS = 2000
"""Of so many lines."""

_ARROWS = {direction.value: "<" for direction in Direction} | {Direction.SENT.value: ">"}
_PICTURES = {code: shown for code, shown in PICTURES.items() if chr(code) != "\n"}


def recorded_page(
    cassette: Cassette, transcript: Transcript | None = None, *, played_by: str = ""
) -> str:
    """The conversation turn by turn, with its requests.

    `transcript` is what a replay made of the cassette; turns that it lacks are shown as the
    bodies that were sent and came. `played_by` is the scenario's file.
    """
    lines = [cassette.path, *_head(cassette.head, played_by)]
    turns = {turn.number: turn for turn in transcript.turns} if transcript else {}
    by_turn: dict[int, list[PlainInteraction]] = {}
    frames: dict[int, list[PlainFrame]] = {}
    for row in cassette.interactions.plain:
        by_turn.setdefault(row["turn"], []).append(row)
        for frame in row.get("frames", ()):
            by_turn.setdefault(frame["turn"], [])
            frames.setdefault(frame["turn"], []).append(frame)
    for number in [*sorted(n for n in by_turn if n != CLOSING), CLOSING]:
        if number not in by_turn:
            continue
        rows = by_turn[number]
        turn = turns.get(number)
        is_answered = turn is not None and (turn.reply is not None or turn.refusal is not None)
        is_shown = is_answered or (number == CLOSING and bool(turns))
        lines += ["", _title(number, is_ours=not rows or rows[0]["is_ours"])]
        if turn is not None and is_answered:
            lines += _said(turn)
        for row in rows:
            lines += _interaction(row, has_bodies=not is_shown)
        for frame in frames.get(number, ()):
            lines += _message(frame)
    return "\n".join(lines)


def answers_page(cassette: Cassette, answers: Mapping[int, Opinion], *, played_by: str = "") -> str:
    """The recorded answers of a judge, each with its question.

    `answers` are those that the checks ask for, by their turns; others are shown as the bodies
    that were sent and received.
    """
    lines = [cassette.path, *_head(cassette.head, played_by)]
    by_turn: dict[int, list[PlainInteraction]] = {}
    for row in cassette.interactions.plain:
        by_turn.setdefault(row["turn"], []).append(row)
    for number, rows in sorted(by_turn.items()):
        opinion = answers.get(number)
        if opinion is None:
            lines += ["", f"answer {number}, for which no check asks"]
        else:
            question, answer = opinion.question, opinion.answer
            sample = f", sample {question.sample}" if question.sample > 1 else ""
            who = f"judge {question.judge}" if question.judge else question.provider
            lines += ["", f"answer {number}, of {who}{sample}"]
            lines += recorded_lines("question", question.text, most=MOST_OF_QUESTION)
            if said := f"{answer.reason} [{answer.code}]" if answer.code else answer.text:
                lines += recorded_lines("answer", said)
        for row in rows:
            lines += _interaction(row, has_bodies=opinion is None)
    return "\n".join(lines)


def recorded_lines(label: str, text: str, most: int = MOST_LINES) -> Iterator[str]:
    """A label and a text of a recording, cut where it is long: at so many lines at the latest."""
    longest = MOST_CHARACTERS * most // MOST_LINES
    shown = shorten(text.translate(_PICTURES), longest)
    return labelled(label, shown.split("\n"), most)


def _head(head: CassetteHead | None, played_by: str) -> Iterator[str]:
    if head is None:
        yield from recorded_lines("recorded", "by another tool")
        return
    name = f"{head.scenario}, row {head.row}" if head.row else head.scenario
    yield from recorded_lines("scenario", f"{name}, {played_by}" if played_by else name)
    when = head.recorded_at.replace("T", " ").replace("+00:00", " UTC")
    yield from recorded_lines("recorded", f"{when} by harness {head.version}")
    yield from recorded_lines("definition", head.definition)
    if head.take > 1:
        yield from recorded_lines("take", str(head.take))


def _title(number: int, *, is_ours: bool) -> str:
    if not is_ours:
        return "interactions"
    return {CLOSING: "closing", 0: "before the first turn"}.get(number, f"turn {number}")


def _said(turn: Turn) -> Iterator[str]:
    for label, text in said_in_short(turn):
        yield from recorded_lines(label, text)
    if turn.reply is not None and turn.reply.actions:
        yield from recorded_lines("buttons", ", ".join(turn.reply.actions))


def _interaction(row: PlainInteraction, *, has_bodies: bool) -> Iterator[str]:
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
    if has_bodies:
        yield from _body("sent", row["sent"], is_base64=row["sent_is_base64"])
        yield from _body("came", row["body"], is_base64=row["body_is_base64"])


def _message(frame: PlainFrame) -> Iterator[str]:
    """What was sent or received on a WebSocket."""
    label = f"{frame['step']} {_ARROWS[frame['direction']]}"
    if frame["direction"] == Direction.NOTHING:
        yield from recorded_lines(label, f"nothing for {frame['waited']:.3f} s")
    elif frame["direction"] == Direction.CLOSED:
        yield from recorded_lines(label, f"closed with {frame['code']} {frame['reason']}".rstrip())
    elif frame["direction"] == Direction.FAILED:
        yield from recorded_lines(label, f"{frame['reason']} [{frame['fault']}]")
    else:
        is_base64 = "base64" in frame
        text = frame.get("base64", frame.get("text", ""))
        yield from _body(label, text, is_base64=is_base64)


def _body(label: str, text: str, *, is_base64: bool) -> Iterator[str]:
    if is_base64:
        yield from recorded_lines(label, f"{len(bytes_of(text, is_base64=True))} bytes, not text")
    elif text:
        yield from recorded_lines(label, _on_one_line(text))


def _on_one_line(text: str) -> str:
    """JSON without its layout; other texts as they are."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
