"""Microsoft's pages of Direct Line API 3.0, and the Bot Framework activity schema."""

from __future__ import annotations

from typing import Any

from tests.conformance.body_variants import MISSING, Variants

_REPLY: dict[str, Any] = {
    "type": "message",
    "channelId": "directline",
    "conversation": {"id": "abc123"},
    "id": "abc123|0001",
    "from": {"id": "bot1"},
    "text": "Nice to see you again!",
    "replyToId": "abc123|0000",
    "suggestedActions": {"actions": [{"type": "imBack", "title": "Hello", "value": "Hello"}]},
    "attachments": [
        {"contentType": "image/png", "contentUrl": "https://files.example.com/1.png"},
        {
            "contentType": "application/vnd.microsoft.card.hero",
            "content": {"buttons": [{"type": "imBack", "title": "Yes", "value": "yes"}]},
        },
    ],
}

PAGES: dict[str, tuple[Any, ...]] = {
    "token": (
        {"conversationId": "abc123", "token": "RCurR_XV9ZA.cwA.BKA.iaJrC8x", "expires_in": 1800},
    ),
    "conversation": (
        {
            "conversationId": "abc123",
            "token": "RCurR_XV9ZA.cwA.BKA.iaJrC8x",
            "expires_in": 1800,
            "streamUrl": "https://directline.botframework.com/v3/directline/conversations/abc123",
        },
    ),
    "activity": (
        {"type": "message", "from": {"id": "user1"}, "text": "hello", "locale": "en-EN"},
        {"type": "endOfConversation", "from": {"id": "user1"}},
    ),
    "posted": ({"id": "0001"},),
    "activities": (
        {
            "activities": [
                {
                    "type": "message",
                    "channelId": "directline",
                    "conversation": {"id": "abc123"},
                    "id": "abc123|0000",
                    "from": {"id": "user1"},
                    "text": "hello",
                },
                _REPLY,
            ],
            "watermark": "0001a-95",
        },
    ),
    "received-activity": (_REPLY, {"type": "typing", "from": {"id": "bot1"}}),
}

FITTING: Variants = {
    "token": (("/conversationId", MISSING),),
    "conversation": (("/streamUrl", MISSING), ("/eTag", '"1"'), ("/expires_in", MISSING)),
    "activity": (("/locale", MISSING), ("/text", ""), ("/channelData", {"page": "/fares"})),
    "activities": (("/activities", []), ("/eTag", '"1"')),
    "received-activity": (
        ("/text", MISSING),
        ("/text", None),
        ("/attachments", []),
        ("/replyToId", MISSING),
        ("/type", "of-a-later-version"),
        ("/suggestedActions/actions/0/type", "of-a-later-version"),
        ("/from/role", "bot"),
    ),
}

BROKEN: Variants = {
    "token": (("/token", MISSING), ("/token", ""), ("", {"error": {"code": "TokenExpired"}})),
    "conversation": (("/conversationId", MISSING), ("/conversationId", 1), ("/token", None)),
    "activity": (
        ("/type", MISSING),
        ("/type", "typing"),
        ("/from", MISSING),
        ("/from/id", ""),
        ("/text", MISSING),
        ("/channelData", "page"),
        ("/message", "hello"),
    ),
    "posted": (("/id", MISSING), ("/id", "")),
    "activities": (
        ("/activities", MISSING),
        ("/activities/0", "hello"),
        ("/watermark", MISSING),
        ("/watermark", 1),
    ),
    "received-activity": (
        ("/type", MISSING),
        ("/from", MISSING),
        ("/from/id", MISSING),
        ("/id", MISSING),
        ("/text", 42),
        ("/attachments/0/contentType", MISSING),
        ("/suggestedActions/actions", "Hello"),
    ),
}
