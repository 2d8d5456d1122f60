"""The messages of a WebSocket in a recording: as plain JSON, and as they are in its file."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NotRequired, TypedDict

from harness.conversation import Direction, Frame, Origin
from harness.core import Json
from harness.transport.cassette.bodies import COMPACT, layout_of, restore

_DEEPEST = 20
"""Levels of JSON that are readable in the file; it is read with a limit on its levels."""
_LONGEST_KEY = 200
"""YAML limits the length of a key."""
_EXACT = re.compile(r"-?[0-9]+\.[0-9]+")
_DIRECTIONS = frozenset(direction.value for direction in Direction)


class PlainFrame(TypedDict):
    """A `Frame`."""

    turn: int
    step: str
    message: str
    direction: str
    at: float
    text: NotRequired[str]
    base64: NotRequired[str]
    """In place of a text: a binary message."""
    now: NotRequired[float]
    """Only of a message that was made with a time."""
    waited: NotRequired[float]
    """Only of a wait without a message."""
    code: NotRequired[int]
    """Only of a close."""
    fault: NotRequired[str]
    """Only of a failure."""
    reason: NotRequired[str]
    """Only of a close and of a failure."""


def plain_frame(frame: Frame) -> PlainFrame:
    """The plain form of a message."""
    origin = frame.origin
    plain = PlainFrame(
        turn=origin.turn,
        step=origin.step,
        message=origin.message,
        direction=frame.direction.value,
        at=float(frame.at),
    )
    if frame.now is not None:
        plain["now"] = float(frame.now)
    if frame.direction is Direction.NOTHING:
        plain["waited"] = float(frame.waited)
    elif frame.direction is Direction.CLOSED:
        plain["code"], plain["reason"] = frame.code, frame.reason
    elif frame.direction is Direction.FAILED:
        plain["fault"], plain["reason"] = frame.fault, frame.reason
    elif isinstance(frame.content, bytes):
        plain["base64"] = base64.b64encode(frame.content).decode()
    else:
        plain["text"] = frame.content
    return plain


def frame_of(plain: PlainFrame) -> Frame:
    """Restore a message from its plain form."""
    return Frame(
        origin=Origin(turn=plain["turn"], step=plain["step"], message=plain["message"]),
        direction=Direction(plain["direction"]),
        at=plain["at"],
        content=content_of(plain),
        waited=plain.get("waited", 0.0),
        code=plain.get("code", 0),
        fault=plain.get("fault", ""),
        reason=plain.get("reason", ""),
        now=plain.get("now"),
    )


def content_of(plain: PlainFrame) -> str | bytes:
    """The text or the bytes of a message; an empty text where it has none."""
    if "base64" in plain:
        return base64.b64decode(plain["base64"])
    return plain.get("text", "")


def require_frame(plain: Mapping[str, Any]) -> None:
    """Raise `TypeError` or `ValueError` where a value of a message has a wrong type."""
    kinds = {"turn": int, "step": str, "message": str, "direction": str, "at": float}
    if plain["direction"] not in _DIRECTIONS:
        raise ValueError(f"'{plain['direction']}' is not a direction")
    needed: dict[str, type] = {"base64": str} if "base64" in plain else {"text": str}
    if plain["direction"] == Direction.NOTHING:
        needed = {"waited": float}
    elif plain["direction"] == Direction.CLOSED:
        needed = {"code": int, "reason": str}
    elif plain["direction"] == Direction.FAILED:
        needed = {"fault": str, "reason": str}
    for name, kind in (*kinds.items(), *needed.items()):
        if type(plain[name]) is not kind:
            raise TypeError(f"'{name}' of a message has the wrong type")
    if type(plain.get("now", 0.0)) is not float:
        raise TypeError("'now' of a message has the wrong type")
    if "base64" in plain:
        base64.b64decode(plain["base64"], validate=True)


def written_frame(plain: PlainFrame) -> dict[str, Json]:
    """A message as it is in the file: JSON is readable, where its text can be restored."""
    written: dict[str, Json] = {**plain}  # type: ignore[dict-item]  # its values are JSON
    found = layout_of(plain.get("text", ""))
    if found is None or not _is_exact(found[0]):
        return written
    value, layout = found
    del written["text"]
    written["json"] = value
    if layout != COMPACT:
        written["layout"] = layout
    return written


def read_frame(written: Mapping[str, Any]) -> PlainFrame:
    """The plain form of a message in a file. Raises one of `OF_ANOTHER_KIND`."""
    plain = dict(written)
    if "json" in plain:
        layout = plain.pop("layout", COMPACT)
        plain["text"] = restore(json.dumps(plain.pop("json")), layout)
    for name in ("at", "waited", "now"):
        if name in plain:
            plain[name] = float(plain[name])
    require_frame(plain)
    return plain  # type: ignore[return-value]  # looked at above


def _is_exact(value: Json) -> bool:
    """Whether YAML reads a value exactly as JSON does."""
    return all(_is_exact_part(part, level) for part, level in _parts(value, 0))


def _is_exact_part(part: Json, level: int) -> bool:
    if level > _DEEPEST:
        return False
    if isinstance(part, float):
        return _EXACT.fullmatch(repr(part)) is not None
    return not (isinstance(part, dict) and any(len(key) > _LONGEST_KEY for key in part))


def _parts(value: Json, level: int) -> Iterator[tuple[Json, int]]:
    yield value, level
    if level > _DEEPEST:
        return
    if isinstance(value, dict):
        for one in value.values():
            yield from _parts(one, level + 1)
    elif isinstance(value, list):
        for one in value:
            yield from _parts(one, level + 1)
