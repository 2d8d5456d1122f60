"""Rasa's page "Your Own Website", and the OpenAPI of its HTTP API."""

from __future__ import annotations

from typing import Any

from tests.conformance.body_variants import MISSING, Variants

_REPLY = {
    "recipient_id": "test_user",
    "text": "Hey! How are you?",
    "buttons": [{"title": "Great", "payload": "/mood_great"}],
}

PAGES: dict[str, tuple[Any, ...]] = {
    "message": (
        {"sender": "test_user", "message": "Hi there!", "metadata": {"page": "/pricing"}},
        {"sender": "test_user", "message": "/greet"},
    ),
    "replies": (
        [{"text": "Hey Rasa!"}, {"image": "http://example.com/image.jpg"}],
        [_REPLY, {"recipient_id": "test_user", "custom": {"any": ["JSON"]}}],
        [],
    ),
    "reply": (_REPLY,),
    "tracker": (
        {
            "sender_id": "default",
            "slots": {"name": None},
            "latest_message": {"text": "Hi there!"},
            "events": [
                {"event": "action", "timestamp": 1559744410.3, "name": "action_listen"},
                {"event": "user", "timestamp": 1559744412.1, "text": "Hi there!"},
            ],
            "paused": False,
        },
    ),
}

FITTING: Variants = {
    "message": (("/metadata", MISSING), ("/message", "")),
    "replies": (("/0/text", None), ("/0", {}), ("/1", {"attachment": {"type": "video"}})),
    "reply": (
        ("/buttons", None),
        ("/buttons/0/payload", MISSING),
        ("/buttons/0/type", "postback"),
        ("/elements", [{"title": "Soup"}]),
    ),
    "tracker": (("/events", []), ("/events/1/event", "of-a-later-version"), ("/slots", MISSING)),
}

BROKEN: Variants = {
    "message": (
        ("/sender", MISSING),
        ("/sender", ""),
        ("/message", None),
        ("/metadata", "page"),
        ("/text", "Hi"),
    ),
    "replies": (("", {"status": "failure"}), ("/0", "Hey Rasa!"), ("/0/text", 42)),
    "reply": (
        ("/text", 42),
        ("/image", {"url": "http://example.com/image.jpg"}),
        ("/buttons/0/title", MISSING),
        ("/buttons", {"Great": "/mood_great"}),
    ),
    "tracker": (("/sender_id", MISSING), ("/events", {}), ("/events/0/event", MISSING)),
}
