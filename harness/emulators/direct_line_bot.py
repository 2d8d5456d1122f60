"""The bot of Direct Line's emulator: a travel desk.

| the message | the answer |
|---|---|
| where to, `destinations` | a question with suggested actions, one of which sends another text |
| `book NAME`, Paris | a hero card with two buttons, and no text |
| `confirm NAME` | two messages |
| ticket | a text with a file |
| my name is …; what is my name | remembers and repeats it |
| who am I | the `channelData` and the name of the sender |
| please crash | the bot fails |
| anything else | repeats it |
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

GREETING = {"text": "Welcome to Contoso Travel!"}
_HERO = "application/vnd.microsoft.card.hero"
_NAME = re.compile(r"my name is (\w+)", re.IGNORECASE)
_BOOK = re.compile(r"(?:book\s+)?(paris|oslo)", re.IGNORECASE)
_CONFIRM = re.compile(r"confirm (\w+)", re.IGNORECASE)
_DESTINATIONS = {
    "text": "Where would you like to go?",
    "inputHint": "expectingInput",
    "suggestedActions": {
        "to": [],
        "actions": [
            {"type": "imBack", "title": "Paris", "value": "Paris"},
            {"type": "postBack", "title": "The fjords", "value": "book Oslo"},
        ],
    },
}
_TICKET = {
    "text": "Here is your ticket.",
    "attachments": [
        {
            "contentType": "application/pdf",
            "contentUrl": "https://files.example.com/ticket.pdf",
            "name": "ticket.pdf",
        }
    ],
}


def answer(
    message: str, activity: Mapping[str, Any], known: dict[str, str]
) -> list[dict[str, Any]] | None:
    """What the bot says to a message of an activity; None if it fails."""
    said = message.lower()
    if "please crash" in said:
        return None
    if confirmed := _CONFIRM.fullmatch(message.strip()):
        return [{"text": f"I have booked {confirmed[1]}."}, {"text": "Have a good journey!"}]
    if booked := _BOOK.fullmatch(message.strip()):
        return [_card(booked[1].title())]
    if "where to" in said or "destinations" in said:
        return [_DESTINATIONS]
    return [_TICKET if "ticket" in said else {"text": _remembered(message, activity, known)}]


def _remembered(message: str, activity: Mapping[str, Any], known: dict[str, str]) -> str:
    said = message.lower()
    if named := _NAME.search(message):
        known["name"] = named[1]
        return f"Nice to meet you, {named[1]}."
    if "what is my name" in said:
        return f"Your name is {known.get('name', 'not known to me')}."
    if "who am i" in said:
        page = (activity.get("channelData") or {}).get("page", "no page")
        return f"You are {activity['from'].get('name', 'nameless')} on {page}."
    return f"You said: {message}"


def _card(city: str) -> dict[str, Any]:
    buttons = [
        {"type": "postBack", "title": "Book it", "value": f"confirm {city}"},
        {"type": "imBack", "title": "Somewhere else", "value": "destinations"},
    ]
    content = {"title": city, "subtitle": "Two nights", "buttons": buttons}
    return {"attachmentLayout": "list", "attachments": [{"contentType": _HERO, "content": content}]}
