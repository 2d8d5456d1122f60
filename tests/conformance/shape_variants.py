"""Bodies for the shapes in schemas/: the first of each fits, its variants must not."""

from __future__ import annotations

from typing import Any

from tests.conformance import pages
from tests.conformance.body_variants import MISSING, Variants

TEXT = "/response/responseEvents/0/messageEvent/content/textContent/text"
PRODUCTS = "/response/responseEvents/0/recommendationEvent/products"

SHAPES: dict[str, tuple[Any, ...]] = {
    "common/money": ({"price": 79.9, "currency": "USD"},),
    "common/words": ("We do.", " Two lines\nof text "),
    "connectly/reply": (
        {
            "response": {
                **pages.SHIPPING_REPLY["response"],
                "responseEvents": [
                    {"messageEvent": pages.MESSAGE},
                ],
            }
        },
        pages.SHIPPING_REPLY,
        pages.DRESS_REPLY,
    ),
    "connectly/text-message": ({"messageEvent": pages.MESSAGE},),
    "connectly/product": (pages.PRODUCT,),
    "connectly/product-recommendation": (pages.RECOMMENDATION,),
    "connectly/reply-with-products": (pages.DRESS_REPLY,),
    "mister-turing/answer": pages.PAGES["mister-turing/chat-stream"],
    "mister-turing/conversation-details": pages.PAGES["mister-turing/conversation-details"],
    "mister-turing/extraction": ({"extraction_name": "city", "extraction_value": "Berlin"},),
    "enthusiast/message": (pages.QUESTION,),
    "enthusiast/conversation-with-answer": (pages.CONVERSATION,),
    "superoffice/turn": (
        pages.CHATBOT_TURN,
        {**dict.fromkeys(pages.CHATBOT_TURN), "BotResponse": "numquam"},
    ),
    "superoffice/turn-with-buttons": (pages.CHATBOT_TURN,),
    "bighummingbird/reply": pages.PAGES["bighummingbird/invoke-reply"],
    "bighummingbird/session-details": pages.PAGES["bighummingbird/session-details"],
}

MISSHAPEN: Variants = {
    "common/money": (("/price", 0), ("/price", "79.9"), ("/currency", "$"), ("/price", MISSING)),
    "common/words": (("", ""), ("", " \n\t"), ("", None)),
    "connectly/reply": (
        (TEXT, " "),
        ("/response/responseEvents", []),
        ("/response/stateId", MISSING),
    ),
    "connectly/text-message": (("/messageEvent/content/textContent", MISSING),),
    "connectly/product": (
        ("/price", 0),
        ("/title", ""),
        ("/url", MISSING),
        ("/url", "the shop"),
        ("/imageUrl", MISSING),
        ("/facets", MISSING),
        ("/currency", "usd"),
    ),
    "connectly/product-recommendation": (
        ("/recommendationEvent/products", []),
        ("/recommendationEvent/products", [pages.PRODUCT, pages.PRODUCT]),
        ("/recommendationEvent/products/1/price", -1),
    ),
    "connectly/reply-with-products": (
        ("", pages.SHIPPING_REPLY),
        (PRODUCTS, []),
        (f"{PRODUCTS}/0/price", None),
        ("/response/stateId", MISSING),
    ),
    "mister-turing/answer": (("/text", " "), ("/events", []), ("/framing", MISSING)),
    "mister-turing/conversation-details": (
        ("/messages", []),
        ("/messages/0/answer", ""),
        ("/messages/0/extractions/0", {"city": "Berlin"}),
    ),
    "mister-turing/extraction": (("/extraction_name", ""), ("/extraction_value", MISSING)),
    "enthusiast/message": (("/text", ""), ("/role", "system"), ("/id", "1")),
    "enthusiast/conversation-with-answer": (
        ("/history", [pages.QUESTION, pages.QUESTION]),
        ("/history/1/text", " "),
        ("/history", MISSING),
    ),
    "superoffice/turn": (("/BotResponse", None), ("/BotResponse", ""), ("/Timestamp", "now")),
    "superoffice/turn-with-buttons": (
        ("/BotActions", {}),
        ("/BotActions", None),
        ("/BotActions", MISSING),
        ("/BotActions/action1", ""),
        ("/BotResponse", " "),
    ),
    "bighummingbird/reply": (("/message", ""), ("/message", MISSING)),
    "bighummingbird/session-details": (
        ("/data/messages", []),
        ("/data/messages/1/role", "user"),
        ("/data/messages/0/content", ""),
    ),
}
