"""Bodies that differ from a page's sample in one place: some still fit, the others must not.

A variant is a JSON Pointer and the value that stands there instead; MISSING takes the key away.
Each applies to the first example of its schema.
"""

from __future__ import annotations

import copy
from typing import Any, Final

from tests.conformance import pages

MISSING: Final = object()

Variants = dict[str, tuple[tuple[str, Any], ...]]

CONTENT = "/response/responseEvents/0/messageEvent/content"
INPUT = "/inputEvents/0/messageEvent"
NIL = {"@xsi:nil": "true"}

FITTING: Variants = {
    "mister-turing/assistant": (("/description", None), ("/created_by", "qa")),
    "mister-turing/conversation": (("/messages_count", 0),),
    "mister-turing/conversation-details": (
        ("/messages", []),
        ("/source_tool", {"type": "assistant"}),
        ("/messages/0/extractions", MISSING),
        ("/messages/0/extractions/0/extraction_value", None),
    ),
    "connectly/reply": (
        (CONTENT, {"imageContent": {"url": "<url>"}}),
        (CONTENT, {"audioContent": {"url": "<url>"}}),
        (CONTENT, {"locationContent": {"latitude": 37.79, "longitude": -122.39}}),
        ("/response/responseEvents/0", {"typingEvent": {}}),
        ("/response/responseEvents", []),
        ("/requestId", "r-1"),
    ),
    "connectly/product": (
        ("/facets", {"size": ["10yrs"]}),
        ("/metadata", MISSING),
        ("/price", 80),
        ("/vendor", "Connectly"),
    ),
    "enthusiast/conversation-request": (("/agent_id", 2),),
    "enthusiast/conversation": (
        ("/history", []),
        ("/summary", None),
        ("/started_at", "2025-03-20T10:00:00.123456+00:00"),
        ("/data_set", 1),
    ),
    "enthusiast/message-request": (("/data_set_id", MISSING),),
    "enthusiast/task-status": (
        ("/state", "STARTED"),
        ("/state", "RETRY"),
        ("/state", "REVOKED"),
        ("/state", "RECEIVED"),
    ),
    "superoffice/chat-request": (
        ("/PreviousTurns", []),
        ("/DisplayValue", MISSING),
        ("/PreviousTurns/0", {"UserPrompt": "aut", "BotResponse": "numquam"}),
        ("/PreviousTurns/0", {"BotResponse": "Welcome!"}),
    ),
    "superoffice/turn": (
        ("/Timestamp", None),
        ("/Timestamp", "2024-11-24T13:32:45.7890123Z"),
        ("/UserPrompt", None),
        ("/UserDisplayText", None),
        ("/BotResponse", None),
        ("/BotActions", None),
        ("/BotActions", {}),
        ("/Attachments", None),
        ("/Attachments", MISSING),
    ),
    "superoffice/xml-text": (("", None), ("", NIL), ("", {"@lang": "en", "#text": "numquam"})),
    "superoffice/turn-xml": (
        ("/ChatbotTurn/@xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ("/ChatbotTurn/BotResponse", NIL),
        ("/ChatbotTurn/BotActions", None),
        ("/ChatbotTurn/BotActions", NIL),
        ("/ChatbotTurn/BotActions/KeyValueOfstringstring", {"Key": "Yes", "Value": "I agree"}),
        ("/ChatbotTurn/Attachments/string", "guide.pdf"),
    ),
    "superoffice/turns-xml": (
        ("/ArrayOfChatbotTurn", None),
        ("/ArrayOfChatbotTurn/ChatbotTurn", pages.XML_TURN),
    ),
    "superoffice/chat-request-xml": (
        ("/ChatbotRequest/PreviousTurns", None),
        ("/ChatbotRequest/@xmlns", "http://www.example.com/"),
    ),
    "bighummingbird/variables": (("/0/value", 3),),
    "bighummingbird/session-details": (("/data/messages", []),),
}

BROKEN: Variants = {
    "mister-turing/assistant-request": (("/name", MISSING), ("/name", 1), ("/colour", "red")),
    "mister-turing/assistant": (
        ("/external_id", MISSING),
        ("/external_id", ""),
        ("/name", None),
        ("/assistant_preferences", MISSING),
        ("/assistant_preferences", "{}"),
    ),
    "mister-turing/deploy-request": (("/assistant_id", MISSING), ("/name", "IT")),
    "mister-turing/conversation-request": (("/assistant_id", None), ("/assistant_id", 6)),
    "mister-turing/conversation": (("/conversation_id", MISSING), ("/conversation_id", 1)),
    "mister-turing/chat-request": (("/message", MISSING), ("/message", None), ("/text", "Hi")),
    "mister-turing/chat-stream": (
        ("/text", ""),
        ("/text", MISSING),
        ("/framing", "xml"),
        ("/framing", MISSING),
        ("/events", "Hello."),
        ("/events", MISSING),
    ),
    "mister-turing/conversation-details": (
        ("/conversation_id", MISSING),
        ("/messages_count", "1"),
        ("/created_at", "2025-11-21T20:59:00Z"),
        ("/created_at", "21/11/2025 20:59"),
        ("/messages", {}),
        ("/messages/0/answer", MISSING),
        ("/messages/0/extractions/0/extraction_name", MISSING),
        ("/messages/0/extractions/0/extraction_value", MISSING),
    ),
    "connectly/invoke-request": (
        ("/context", {}),
        ("/context/stateId", "018e7d88-792a-a9c3-b24b-b6e3055923fb"),
        ("/context/sessionId", "018e7d88"),
        ("/context/agentDescriptorId", 1),
        ("/inputEvents", MISSING),
        ("/inputEvents", []),
        ("/input_events", []),
        (f"{INPUT}/role", "user"),
        (f"{INPUT}/role", MISSING),
        (f"{INPUT}/content/textContent", {"text": "Hi"}),
        (f"{INPUT}/content/textContent", MISSING),
        (f"{INPUT}/content/text_content", "Hi"),
    ),
    "connectly/reply": (
        ("/response", MISSING),
        ("/response/stateId", MISSING),
        ("/response/stateId", ""),
        ("/response/sessionId", 7),
        ("/response/responseEvents", MISSING),
        ("/response/responseEvents", None),
        ("/response/responseEvents/0", {}),
        ("/response/responseEvents/0", "Hello."),
        (f"{CONTENT}/textContent", "Hello."),
        (f"{CONTENT}/textContent/text", MISSING),
    ),
    "connectly/response-event": (
        ("/recommendationEvent", None),
        ("/recommendationEvent/products", MISSING),
        ("/recommendationEvent/products/1/price", "179.9"),
        ("", {"chatSuggestionEvent": {"suggestedQuestions": "Do you ship abroad?"}}),
        ("", {"handoverEvent": {"reason": "The customer asked for a person."}}),
        ("", {"agentHandoverEvent": {"triggerHandover": "yes", "reason": None}}),
    ),
    "connectly/message-event": (
        ("/role", MISSING),
        ("/role", "USER"),
        ("/content", MISSING),
        ("/content", {}),
        ("/content", {"videoContent": {}}),
        ("/content/imageContent", {"url": "<url>"}),
        ("/content/textContent/text", None),
    ),
    "connectly/product": (
        ("/productId", MISSING),
        ("/title", None),
        ("/price", "79.9"),
        ("/price", None),
        ("/currency", MISSING),
        ("/facets", "pink"),
        ("/metadata", 0),
    ),
    "connectly/agent-graph-line": (
        ("/result", MISSING),
        ("/result/response", MISSING),
        ("/result/response/sessionId", MISSING),
        ("/result/response/responseEvents", {}),
    ),
    "connectly/agent-graph-stream": (
        ("/framing", "text"),
        ("/events", []),
        ("/events/1", {"error": {"message": "The agent is gone."}}),
    ),
    "enthusiast/conversation-request": (("/data_set_id", MISSING), ("/data_set_id", "1")),
    "enthusiast/conversation": (
        ("/id", MISSING),
        ("/id", "1"),
        ("/started_at", MISSING),
        ("/started_at", "20 March 2025"),
        ("/history", {}),
    ),
    "enthusiast/conversation-with-history": (
        ("/history", MISSING),
        ("/id", None),
        ("/history/1/role", "assistant"),
    ),
    "enthusiast/message": (("/id", MISSING), ("/text", None), ("/role", MISSING)),
    "enthusiast/message-request": (
        ("/question_message", MISSING),
        ("/question_message", ["Hi"]),
        ("/data_set_id", "1"),
        ("/question", "Hi"),
    ),
    "enthusiast/task": (("/task_id", MISSING), ("/task_id", None), ("/streaming", "no")),
    "enthusiast/task-status": (("/state", MISSING), ("/state", "success"), ("/state", "DONE")),
    "superoffice/chat-request": (
        ("/ChatId", MISSING),
        ("/UserPrompt", MISSING),
        ("/UserPrompt", None),
        ("/PreviousTurns", pages.PREVIOUS_TURN),
        ("/PreviousTurns/0/BotResponse", 1),
        ("/PreviousTurns/0", {"UserDisplayText": "aut"}),
        ("/Prompt", "quam"),
    ),
    "superoffice/previous-turn": (("/Timestamp", "yesterday"), ("/DisplayValue", "porro")),
    "superoffice/turn": (
        ("/Timestamp", 1732455165),
        ("/Timestamp", "24.11.2024 14:32"),
        ("/BotResponse", MISSING),
        ("/UserPrompt", ["quam"]),
        ("/BotActions", ["Contact Support"]),
        ("/BotActions/action1", 1),
        ("/Attachments", "guide.pdf"),
        ("/Attachments/0", None),
    ),
    "superoffice/turns-request": (("/ChatId", MISSING), ("/ChatId", 1)),
    "superoffice/turns": (("", pages.PREVIOUS_TURN), ("/0/BotResponse", MISSING)),
    "superoffice/xml-text": (("", []), ("", {}), ("", {"child": "numquam"})),
    "superoffice/xml-turn-element": (
        ("/BotResponse", ["one", "two"]),
        ("/BotActions", "Contact Support"),
        ("/BotActions/KeyValueOfstringstring/0/Key", MISSING),
        ("/Attachments", "guide.pdf"),
    ),
    "superoffice/turn-xml": (
        ("/ChatbotTurn", MISSING),
        ("/ChatbotTurn", None),
        ("/ChatbotTurn/BotResponse", MISSING),
    ),
    "superoffice/turns-xml": (
        ("/ArrayOfChatbotTurn", MISSING),
        ("/ArrayOfChatbotTurn/ChatbotTurn", "numquam"),
    ),
    "superoffice/chat-request-xml": (
        ("/ChatbotRequest/ChatId", MISSING),
        ("/ChatbotRequest/UserPrompt", None),
        ("/ChatbotRequest/PreviousTurns", [pages.XML_TURN]),
        ("/ChatbotRequest/Prompt", "quam"),
    ),
    "bighummingbird/variables": (
        ("", {"country": "France"}),
        ("/0/key", MISSING),
        ("/0/value", MISSING),
        ("/0/value", {"code": "fr"}),
        ("/0/type", "text"),
    ),
    "bighummingbird/session": (("/chat_session_id", MISSING), ("/chat_session_id", 123)),
    "bighummingbird/invoke-request": (
        ("/user_message", MISSING),
        ("/chat_session_id", None),
        ("/message", "Hi"),
    ),
    "bighummingbird/invoke-reply": (("/message", MISSING), ("/message", {"text": "Hi"})),
    "bighummingbird/session-details": (
        ("/data", MISSING),
        ("/data/engineStateId", MISSING),
        ("/data/messages", {}),
        ("/data/messages/0/role", MISSING),
        ("/data/messages/1/content", None),
    ),
}


def varied(body: Any, pointer: str, value: Any) -> Any:
    """A copy of a body with one value put in, taken away, or, for an empty pointer, all new."""
    if not pointer:
        return value
    copied = copy.deepcopy(body)
    *path, last = (int(part) if part.isdecimal() else part for part in pointer.split("/")[1:])
    parent = copied
    for part in path:
        parent = parent[part]
    if value is MISSING:
        del parent[last]
    else:
        parent[last] = value
    return copied
