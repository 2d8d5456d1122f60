"""What is said in the generated conversations, and what the bench server answers.

The scenarios, the server, the floors and the peers all take their texts from here, so that every
row sends the same requests and gets the same answers.
"""

from __future__ import annotations

TURNS = 5
"""User messages in a conversation."""

PATTERN = r"^You wrote: .+ as it should be\.$"
"""What every reply matches."""
FIRST_SUGGESTION = "Track the order"
STATUS = 200
MOST_WORDS = 60

_QUESTIONS = (
    "Where is my order {order}?",
    "Can the order {order} still be changed?",
    "Please send the order {order} to my office instead.",
    "What does express delivery of order {order} cost?",
    "Thank you. Please confirm order {order} once more.",
)


def conversation_name(number: int) -> str:
    """The id of a conversation, which names its scenario and cassette."""
    return f"order-{number:05}"


def order(number: int) -> str:
    """What all turns of a conversation are about; every reply must contain it."""
    return f"N-{number:05}"


def said(number: int) -> tuple[str, ...]:
    """The user's messages in a conversation."""
    return tuple(question.format(order=order(number)) for question in _QUESTIONS)


def payload(text: str, session: str) -> dict[str, object]:
    """The whole answer to a text."""
    return {
        "session_id": session,
        "message": {"id": f"m-{len(text)}", "role": "assistant", "text": replied(text)},
        "suggestions": [FIRST_SUGGESTION, "Talk to a person"],
        "usage": {"input_tokens": len(text), "output_tokens": len(text) + 40},
    }


def replied(text: str) -> str:
    """What the bot answers to a text."""
    return f"You wrote: {text} I looked it up, and everything about it is as it should be."
