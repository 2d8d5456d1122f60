"""The messages of docs/websocket.md, "The built-in definition"."""

from __future__ import annotations

from typing import Any

from tests.conformance.body_variants import MISSING, Variants

_MESSAGE = {
    "type": "message",
    "id": "m1",
    "text": "How can I help you?",
    "buttons": [{"title": "Opening hours", "payload": "hours"}],
}
_DELTA = {"type": "delta", "id": "m2", "text": "Once upon"}
_ERROR = {"type": "error", "code": "unknown_order", "message": "There is no order 13."}

PAGES: dict[str, tuple[Any, ...]] = {
    "message": (
        {"type": "message", "text": "Hi there!", "metadata": {"page": "/pricing"}},
        {"type": "message", "text": ""},
    ),
    "event": (_MESSAGE, _DELTA, _ERROR, {"type": "typing"}, {"type": "done"}),
    "events": ({"text": "", "events": [_MESSAGE, _DELTA, {"type": "done"}]}, {"events": []}),
}

FITTING: Variants = {
    "message": (("/metadata", MISSING),),
    "event": (
        ("/id", MISSING),
        ("/id", 7),
        ("/buttons", None),
        ("/buttons/0/payload", MISSING),
        ("/buttons/0/colour", "red"),
        ("/type", "of-a-later-version"),
    ),
    "events": (("/events/1/id", 2), ("/events/2", {"type": "typing", "seconds": 3})),
}

BROKEN: Variants = {
    "message": (
        ("/type", "text"),
        ("/text", MISSING),
        ("/metadata", "page"),
        ("/colour", "red"),
    ),
    "event": (
        ("", "Hi"),
        ("/type", MISSING),
        ("/text", 42),
        ("/text", MISSING),
        ("/id", {}),
        ("/buttons", {"Opening hours": "hours"}),
        ("/buttons/0/title", MISSING),
        ("/buttons/0/payload", 1),
    ),
    "events": (("/events", MISSING), ("/events/1/id", MISSING), ("/events/1/text", None)),
}
