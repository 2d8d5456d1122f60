"""The bot of Rasa's emulator: a mood bot with one slot.

| the message | the answer |
|---|---|
| hello, `/greet` | asks for the mood, with buttons that send `/mood_great` and `/mood_unhappy` |
| great, happy, `/mood_great` | one text |
| sad, unhappy, `/mood_unhappy` | a text, an image, and a question with buttons |
| `/affirm`, yes; `/deny`, no | one text |
| my name is …, `/inform{"name": "…"}` | fills the slot `name` |
| what is my name | the slot |
| opening hours | two texts, of which the second follows a blank line of the response |
| menu | a custom payload without a text |
| dishes | two texts, each with a button "Order" that sends another payload |
| `/order{"dish": "…"}` | one text |
| brochure | an attachment |
| where am I | the page of the metadata |
| wait, `/silent` | nothing: the bot listens |
| `/restart` | forgets the slots, and says nothing |
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_MOODS = [
    {"title": "Great", "payload": "/mood_great"},
    {"title": "Super sad", "payload": "/mood_unhappy"},
]
_YES_OR_NO = [
    {"title": "Yes", "payload": "/affirm"},
    {"title": "No", "payload": "/deny"},
]
_MENU = {"type": "carousel", "cards": [{"title": "Soup", "price": 6.5}, {"title": "Pie"}]}
_TEXTS: Mapping[str, list[dict[str, Any]]] = {
    "greet": [{"text": "Hey! How are you?", "buttons": _MOODS}],
    "mood_great": [{"text": "Great, carry on!"}],
    "mood_unhappy": [
        {"text": "Here is something to cheer you up:"},
        {"image": "https://images.example.com/tiger-cub.jpg"},
        {"text": "Did that help you?", "buttons": _YES_OR_NO},
    ],
    "affirm": [{"text": "I am glad to hear that."}],
    "deny": [{"text": "I am sorry. A person will call you."}],
    "hours": [{"text": "We are open from nine to five.\n\nOn Sundays we are closed."}],
    "menu": [{"custom": _MENU}],
    "dishes": [
        {"text": dish, "buttons": [{"title": "Order", "payload": f'/order{{"dish": "{dish}"}}'}]}
        for dish in ("Soup", "Pie")
    ],
    "brochure": [{"text": "Here it is.", "attachment": "https://files.example.com/brochure.pdf"}],
    "silent": [],
    "unknown": [{"text": "Sorry, I did not understand that. Can you rephrase?"}],
}
_WORDS = {
    "hours": r"opening hours",
    "menu": r"\bmenu\b",
    "dishes": r"\bdishes\b",
    "brochure": r"\bbrochure\b",
    "mood_unhappy": r"\b(?:un|not )happy\b|\bsad\b",
    "mood_great": r"\bgreat\b|\bhappy\b",
    "ask_name": r"what is my name",
    "ask_page": r"where am i",
    "silent": r"\bwait\b",
    "affirm": r"^yes\b",
    "deny": r"^no\b",
    "greet": r"\bhello\b|\bhi\b",
}
_NAME = re.compile(r"my name is (\w+)", re.IGNORECASE)
_INTENT = re.compile(r"/(\w+)\s*(\{.*\})?", re.DOTALL)


def answer(
    message: str, slots: dict[str, Any], metadata: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """What the bot says to a message. Fills and clears the slots."""
    intent, entities = _understood(message)
    slots.update(entities)
    if intent == "restart":
        slots.clear()
        return []
    if intent == "inform":
        return [{"text": f"Nice to meet you, {slots.get('name')}."}]
    if intent == "order":
        return [{"text": f"You have ordered: {slots.get('dish')}."}]
    if intent == "ask_name":
        name = slots.get("name")
        return [{"text": f"Your name is {name}." if name else "You have not told me your name."}]
    if intent == "ask_page":
        return [{"text": f"You are on the page {metadata.get('page', 'that you have not named')}."}]
    return [part for said in _TEXTS.get(intent, _TEXTS["unknown"]) for part in _split(said)]


def _understood(message: str) -> tuple[str, dict[str, Any]]:
    """The intent and the entities of a message."""
    if written := _INTENT.fullmatch(message.strip()):
        try:
            entities = json.loads(written[2] or "{}")
        except (ValueError, RecursionError):
            return "unknown", {}
        return written[1], entities
    if named := _NAME.search(message):
        return "inform", {"name": named[1]}
    said = message.lower()
    return next((intent for intent, words in _WORDS.items() if re.search(words, said)), ""), {}


def _split(said: dict[str, Any]) -> list[dict[str, Any]]:
    """Rasa sends each paragraph of a plain text as a message."""
    if said.keys() != {"text"}:
        return [said]
    return [{"text": part} for part in said["text"].split("\n\n")]
