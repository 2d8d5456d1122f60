"""The shop assistant of both of Connectly's emulated APIs.

Its answer depends only on the events so far, so any state can be continued any number of times.

| the message | the answer's events |
|---|---|
| free shipping | two messages, as on the vendor's page |
| a COLOUR dress | a recommendation of two products and two messages; pink as on the page |
| the first, second or last one | that product of the last recommendation goes into the cart |
| which one is cheaper | names it |
| what is in my cart | lists the cart |
| what did you say first | repeats the first message of the assistant, the greeting included |
| purple | a recommendation of one product with facets and metadata, and a message |
| picture or photo | a message and an image |
| where is your store | a location |
| say it, or voice | an audio |
| what can I ask | suggested questions |
| human | a hand-over and a message |
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

Event = dict[str, Any]

_DRESS = re.compile(r"\b(?P<colour>black|blue|green|orange|pink|purple|red|white|yellow) dress\b")
_CHOICE = re.compile(r"\bthe (?P<which>first|second|last) one\b")
_PLACES = {"first": 0, "second": 1, "last": -1}


def reply_to(events: Sequence[Event], message_text: str) -> list[Event]:
    """The assistant's events after these events, of which `message_text` was said last."""
    said = message_text.lower()
    if dress := _DRESS.search(said):
        return _recommend(dress["colour"], "he" if re.search(r"\b(son|boy)", said) else "she")
    recalled = _recall(events, said)
    if recalled is not None:
        return [message(recalled)]
    for pattern, answer in _ANSWERS:
        if re.search(pattern, said):
            return answer
    return [message("I can help you find a product. What do you look for?")]


def message(text: str) -> Event:
    """A text message of the assistant."""
    return _content({"textContent": {"text": text}})


def texts_of(events: Sequence[Event], role: str) -> list[str]:
    """The texts of the messages of a role, a text or `{"text": …}` each."""
    messages = [event.get("messageEvent", {}) for event in events]
    contents = [each["content"].get("textContent") for each in messages if each.get("role") == role]
    texts = [text["text"] if isinstance(text, dict) else text for text in contents]
    return [text for text in texts if text is not None]


def _content(content: dict[str, Any]) -> Event:
    return {"messageEvent": {"role": "ASSISTANT", "content": content}}


def _recall(events: Sequence[Event], said: str) -> str | None:
    """The answer to a question about the conversation so far; None for any other message."""
    shown = [event["recommendationEvent"] for event in events if "recommendationEvent" in event]
    products = shown[-1]["products"] if shown else []
    texts = texts_of(events, "ASSISTANT")
    if choice := _CHOICE.search(said):
        if not products:
            return "I have not shown you a product yet."
        chosen = products[min(_PLACES[choice["which"]], len(products) - 1)]
        return f"I have added {chosen['title']} to your cart."
    if "cheaper" in said and products:
        cheapest = min(products, key=lambda product: float(product["price"]))
        return f"{cheapest['title']} is cheaper, at {cheapest['price']} {cheapest['currency']}."
    if "cart" in said:
        added = re.findall(r"I have added (.+?) to your cart\.", "\n".join(texts))
        return f"In your cart: {', '.join(added)}." if added else "Your cart is empty."
    if "what did you say first" in said:
        return f'I first said: "{texts[0]}"' if texts else "I have not said a word yet."
    return None


def _recommend(colour: str, pronoun: str) -> list[Event]:
    name = colour.capitalize()
    products = [
        {
            "productId": "018c6302-ec34-02f2-cc2c-c5f1f38a7a03",
            "title": f"{name} dress size 10yrs",
            "description": f"The perfect {colour} dress for all Birthdays and events",
            "price": 79.9,
        },
        {
            "productId": "018c39ce-db1b-48e1-1bca-d36601955c9c",
            "title": f"Connectly Signature {name} Dress",
            "description": (
                "This dress is made for 10 year olds to enjoy their birthdays and the only dress "
                "made by a chatbot company"
            ),
            "price": 179.9,
        },
    ]
    return [
        {"recommendationEvent": {"products": [_complete(product) for product in products]}},
        message("Do either of these dresses stand out to you?"),
        message(f"Does {pronoun} also like purple?"),
    ]


def _complete(product: dict[str, Any]) -> dict[str, Any]:
    address = f"https://shop.example/products/{product['productId']}"
    return {
        **product,
        "url": address,
        "imageUrl": f"{address}.jpg",
        "currency": "USD",
        "facets": None,
        "metadata": None,
    }


_PURPLE = {
    **_complete(
        {
            "productId": "018c6302-ec34-02f2-cc2c-c5f1f38a7a09",
            "title": "Purple dress size 10yrs",
            "description": "A purple dress for all Birthdays and events",
            "price": 59.9,
        }
    ),
    "facets": {"colour": ["purple"], "size": ["10yrs"]},
    "metadata": {"stock": "3"},
}
_IMAGE = {"url": "https://shop.example/pink-dress.jpg", "caption": "Pink dress"}
_STORE = {
    "latitude": 37.79,
    "longitude": -122.39,
    "name": "My store",
    "address": "1 Market Street, San Francisco",
}
_QUESTIONS = ["Do you offer free shipping?", "Do you have a pink dress?"]
_HANDOVER = {"triggerHandover": True, "reason": "The customer asked for a human."}
_ANSWERS: tuple[tuple[str, list[Event]], ...] = (
    (
        "free shipping",
        [
            message("We do offer free shipping on all orders over $50!"),
            message("Can I help you find a product?"),
        ],
    ),
    (
        "purple",
        [
            {"recommendationEvent": {"products": [_PURPLE]}},
            message("This is our purple one."),
        ],
    ),
    ("picture|photo", [message("Here is a picture."), _content({"imageContent": _IMAGE})]),
    ("where is your store", [_content({"locationContent": _STORE})]),
    ("say it|voice", [_content({"audioContent": {"url": "https://shop.example/welcome.mp3"}})]),
    ("what can i ask", [{"chatSuggestionEvent": {"suggestedQuestions": _QUESTIONS}}]),
    (
        r"\b(human|person)\b",
        [
            {"agentHandoverEvent": _HANDOVER},
            message("I am handing you over to a colleague."),
        ],
    ),
)
