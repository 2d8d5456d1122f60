"""The Sample IT Assistant of Mister Turing's emulator: memory, slots and answers.

| the message | the answer |
|---|---|
| "hey", "hello", "olá" | a greeting, in Portuguese for the last |
| password, VPN | instructions, with a source |
| printer, without "ticket" | three lines of instructions, with a source |
| ticket | asks for the company registration number; opens the ticket once it is known |
| a ticket's number, or "my ticket" | what that ticket is about |
| a number from 0 to 10 after a ticket was opened | thanks for the rating |
| an e-mail address, a department, a badge number | noted, unless the message asks for more |
| "what is my email", "… department" | the slot's value |

Tickets are numbered from IT-1001 in each app. The extractions are `Email`, `Department`,
`CompanyID`, `Reason for the ticket` and `Rating`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

# The slot's value is the last group that matches.
_SLOTS = {
    "Email": re.compile(r"([\w.+-]+@[\w-]+(?:\.[\w-]+)+)"),
    "Department": re.compile(
        r"\bdepartment is (?:the )?(\w+)|\b((?!my\b|your\b|the\b|which\b)\w+) department\b",
        re.IGNORECASE,
    ),
    "CompanyID": re.compile(r"\b(?:badge|registration) number is (\d+)", re.IGNORECASE),
}
_TICKET = re.compile(r"\bIT-\d+\b", re.IGNORECASE)
_ASKED_SLOT = re.compile(r"\bwhat(?:'s| is) my (e-?mail|department)", re.IGNORECASE)
_RATING = re.compile(r"\s*(10|[0-9])\s*")

_ABOUT = (
    (
        "password",
        (
            "To reset your password, open the self-service portal and choose 'Forgot password'. "
            "A new password has at least 12 characters."
        ),
        "Password policy",
    ),
    (
        "vpn",
        "Install the VPN client from the software center, then sign in with your company account.",
        "VPN guide",
    ),
    (
        "printer",
        "Please try these steps:\n1. Turn the printer off and on.\n2. Check the paper tray.",
        "Printer manual",
    ),
)
_GREETINGS = {
    r"\bolá\b": "Olá! Como posso ajudar você?",
    r"\b(hey|hi|hello)\b": "Hey! How can I help you?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantAnswer:
    """The assistant's text, the titles of its sources, and the slots that it filled."""

    text: str
    sources: tuple[str, ...] = ()
    extractions: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True, kw_only=True)
class Memory:
    """What the assistant knows about one conversation. `tickets` maps a number to its reason."""

    slots: dict[str, str] = field(default_factory=dict)
    tickets: dict[str, str] = field(default_factory=dict)
    reason: str | None = None
    awaits_rating: bool = False


def answer(memory: Memory, message: str, next_ticket: Callable[[], str]) -> AssistantAnswer:
    """Answers a message, and remembers what the message says."""
    if memory.awaits_rating and (rating := _RATING.fullmatch(message)):
        memory.awaits_rating = False
        return AssistantAnswer(
            text=f"Thank you for your rating of {rating[1]}!",
            extractions=(("Rating", rating[1]),),
        )
    extracted = _extract(message)
    memory.slots.update(extracted)
    if "ticket" in message.lower() and not _asks_for_ticket(message):
        memory.reason = message
        extracted["Reason for the ticket"] = message
    text, sources = _answer(memory, message, extracted, next_ticket)
    return AssistantAnswer(text=text, sources=sources, extractions=tuple(extracted.items()))


def _answer(
    memory: Memory, message: str, extracted: dict[str, str], next_ticket: Callable[[], str]
) -> tuple[str, tuple[str, ...]]:
    said = message.lower()
    if question := _ASKED_SLOT.search(message):
        slot = "Department" if question[1].lower() == "department" else "Email"
        known, name = memory.slots.get(slot), slot.lower()
        return f"Your {name} is {known}." if known else f"I do not know your {name}.", ()
    if _asks_for_ticket(message):
        return _recall_ticket(memory, message), ()
    if memory.reason is not None:
        return _open_ticket(memory, memory.reason, next_ticket), ()
    for topic, text, source in _ABOUT:
        if topic in said:
            return text, (source,)
    if extracted:
        noted = ", ".join(f"{name} {value}" for name, value in extracted.items())
        return f"Thank you, I have noted: {noted}.", ()
    greetings = (text for pattern, text in _GREETINGS.items() if re.search(pattern, said))
    return next(greetings, "I can help you with passwords, the VPN, printers and tickets."), ()


def _extract(message: str) -> dict[str, str]:
    matches = {slot: pattern.search(message) for slot, pattern in _SLOTS.items()}
    return {slot: match[match.lastindex or 0] for slot, match in matches.items() if match}


def _asks_for_ticket(message: str) -> bool:
    return _TICKET.search(message) is not None or "my ticket" in message.lower()


def _recall_ticket(memory: Memory, message: str) -> str:
    named = _TICKET.search(message)
    number = named[0].upper() if named else next(reversed(memory.tickets), None)
    if number is None:
        return "You have no open ticket."
    if number not in memory.tickets:
        return f"I cannot find ticket {number}."
    return f"Ticket {number} is open: {memory.tickets[number]}"


def _open_ticket(memory: Memory, reason: str, next_ticket: Callable[[], str]) -> str:
    if "CompanyID" not in memory.slots:
        return "Sure. To open a ticket I need your company registration number. What is it?"
    number = next_ticket()
    memory.tickets[number] = reason
    memory.reason = None
    memory.awaits_rating = True
    return (
        f"Thank you! I have opened ticket {number} for you. "
        "From 0 to 10, how would you rate this support?"
    )
