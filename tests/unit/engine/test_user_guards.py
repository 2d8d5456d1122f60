"""What the model of a simulated user says and what is never sent to the bot."""

from __future__ import annotations

import pytest

from harness.conversation import Reply, ReplyMessage, Turn, UserMessage
from harness.play.simulating.situation import Situation
from harness.play.simulating.user_guards import fault_of


def turn(number, user, bot, *buttons):
    """A turn with its reply."""
    reply = Reply(messages=(ReplyMessage(text=bot),), actions=dict.fromkeys(buttons, "x"))
    return Turn(number=number, user=UserMessage(text=user), reply=reply)


SITUATION = Situation(
    goal="Get 12.50 EUR back for order 4711, which came broken",
    persona="short of time",
    facts={"order": "4711", "name": "Ada Byron", "mail": "ada@example.org", "city": "Oslo"},
    turns=(
        turn(1, "I want my money back please", "What is your order number?"),
        turn(2, "It is 4711", "Is it the blue Fjord lamp of 3 May?"),
        turn(3, "Yes", "Shall I create request 88 for you?", "Yes, create a request", "No"),
    ),
    left=4,
)

REFUSED = {
    "user-empty": ["", " ", "\n\t", "\u200b", "\u00a0", "...", "…", "-"],
    "user-invented": [
        "It is order 4712",
        "I paid 99.90 EUR",
        "I bought it on 5 June 2026",
        "Write to grace@example.org",
        "See https://example.org/photo.jpg",
        "My name is Grace Hopper",
        "Please send it to Bergen",
        "Ich heiße Grete Meier",
    ],
    "user-repeats": [
        "I want my money back please",
        "i want my money back, please!",
        "I want my money back please.",
        "  I want my money back please  ",
        "I WANT MY MONEY BACK PLEASE",
        "I want my money back… please",
        "'I want my money back please'",
        "I want, my money, back - please",
    ],
    "user-turned-round": [
        "How can I help you today?",
        "I'm an AI language model and cannot do that",
        "As an AI, I have no order number",
        "Thank you for contacting us, we will look into it",
        "Is there anything else I can do for you?",
        "Assistant: what is your order number",
        "Wie kann ich Ihnen helfen?",
        "Shall I create request 88 for you?",
    ],
    "user-too-long": [
        "x" * 501,
        "please " * 72,
        "ö" * 501,
        "\U0001f600" * 501,
        f"4711{' ' * 500}please",
        "no\n" * 170,
        "4711 " * 101,
        "I want my money back. " * 30,
    ],
}


@pytest.mark.parametrize(
    ("code", "say"), [(code, say) for code, texts in REFUSED.items() for say in texts]
)
def test_a_guard_refuses(code, say):
    """Each text is refused by the guard that it is made for."""
    fault = fault_of(say, SITUATION)

    assert fault is not None
    assert fault.code == code


def test_there_are_eight_texts_for_each_guard():
    """No guard is tested less than the others."""
    assert {code: len(texts) for code, texts in REFUSED.items()} == dict.fromkeys(REFUSED, 8)


@pytest.mark.parametrize(
    "say",
    [
        "Yes",
        "Yes, create a request",
        "ok",
        "👍",
        "4711",
        "My name is Ada Byron, and I live in Oslo.",
        "I am Ada",
        "It's the blue Fjord lamp, from 3 May",
        "12,50 EUR would be fine",
        "Request 88? Yes please. I don't know more than that.",
        "I'd like the money back ASAP, not a new lamp",
        "Ich möchte mein Geld zurück, die Lampe ist kaputt",
        "Je veux mon argent",
        "My mail is ada@example.org",
        "Can you help me?",
        "x" * 500,
    ],
)
def test_what_a_person_says_is_sent(say):
    """A message with what the user knows, and what the bot said, passes all guards."""
    assert fault_of(say, SITUATION) is None


def test_a_bot_that_asks_again_is_answered_again():
    """A bot that goes round in circles is not the user's fault."""
    situation = Situation(
        goal="Money back for order 4711",
        turns=(
            turn(1, "I want my money back", "What is your order number?"),
            turn(2, "The order number is 4711", "What is your order number?"),
        ),
    )

    assert fault_of("The order number is 4711", situation) is None
    assert fault_of("I want my money back", situation).code == "user-repeats"
