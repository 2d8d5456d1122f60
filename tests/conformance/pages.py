"""The samples on the vendors' pages, copied by hand: as printed there, they are not valid JSON.

Keys are a system and the name of the schema that the sample must fit. Where a page has no sample
of a body, the table or sentence that describes it is followed, with made-up values.
"""

from __future__ import annotations

from typing import Any

FREE_SHIPPING: dict[str, Any] = {
    "context": {"agentDescriptorId": "018e7dc6-d9f8-48aa-1751-b57fdce7403e"},
    "inputEvents": [
        {
            "messageEvent": {
                "role": "ASSISTANT",
                "content": {"textContent": "Welcome to my store! How can I help?"},
            }
        },
        {
            "messageEvent": {
                "role": "USER",
                "content": {"textContent": "Do you offer free shipping?"},
            }
        },
    ],
}
EXAMPLE_INPUT: dict[str, Any] = {
    "context": {"agentDescriptorId": "example-agent"},
    "inputEvents": [
        {"messageEvent": {"role": "USER", "content": {"textContent": "Example input text"}}}
    ],
}
# The page spells the key of these events input_events; the other spelling is sent.
PINK_DRESS: dict[str, Any] = {
    "context": {"stateId": "018e7d88-792a-a9c3-b24b-b6e3055923fb"},
    "inputEvents": [
        {
            "messageEvent": {
                "role": "USER",
                "content": {
                    "textContent": "Yes I want a pink dress for my daughters 10th birthday"
                },
            }
        }
    ],
}
SHIPPING_REPLY: dict[str, Any] = {
    "response": {
        "stateId": "018e7d88-792a-a9c3-b24b-b6e3055923fb",
        "sessionId": "018e7d88-4bfa-0111-4540-7c4be2e7f494",
        "responseEvents": [
            {
                "messageEvent": {
                    "role": "ASSISTANT",
                    "content": {
                        "textContent": {"text": "We do offer free shipping on all orders over $50!"}
                    },
                }
            },
            {
                "messageEvent": {
                    "role": "ASSISTANT",
                    "content": {"textContent": {"text": "Can I help you find a product?"}},
                }
            },
        ],
    }
}
PRODUCT: dict[str, Any] = {
    "productId": "018c6302-ec34-02f2-cc2c-c5f1f38a7a03",
    "title": "Pink dress size 10yrs",
    "description": "The perfect pink dress for all Birthdays and events",
    "url": "<url>",
    "imageUrl": "<url>",
    "price": 79.9,
    "currency": "USD",
    "facets": None,
    "metadata": None,
}
SIGNATURE_PRODUCT: dict[str, Any] = {
    "productId": "018c39ce-db1b-48e1-1bca-d36601955c9c",
    "title": "Connectly Signature Pink Dress",
    "description": "This dress is made for 10 year olds to enjoy their birthdays and the only"
    " dress made by a chatbot company",
    "url": "<url>",
    "imageUrl": "<url>",
    "price": 179.9,
    "currency": "USD",
    "facets": None,
    "metadata": None,
}
RECOMMENDATION: dict[str, Any] = {"recommendationEvent": {"products": [PRODUCT, SIGNATURE_PRODUCT]}}
MESSAGE: dict[str, Any] = {
    "role": "ASSISTANT",
    "content": {"textContent": {"text": "Do either of these dresses stand out to you?"}},
}
DRESS_REPLY: dict[str, Any] = {
    "response": {
        "stateId": "018e7dcc-3a0e-819f-7b10-6399b1a610d2",
        "sessionId": "018e7d88-4bfa-0111-4540-7c4be2e7f494",
        "responseEvents": [
            RECOMMENDATION,
            {"messageEvent": MESSAGE},
            {
                "messageEvent": {
                    "role": "ASSISTANT",
                    "content": {"textContent": {"text": "Does she also like purple?"}},
                }
            },
        ],
    }
}
GRAPH_LINE: dict[str, Any] = {
    "result": {
        "response": {
            "sessionId": "018e7d88-4bfa-0111-4540-7c4be2e7f494",
            "responseEvents": [{"messageEvent": MESSAGE}],
        }
    }
}
CREATED: dict[str, Any] = {"id": 1, "started_at": "2025-03-20T10:00:00Z"}
QUESTION: dict[str, Any] = {
    "id": 1,
    "text": "Does FiberUP Business Duplex include an SLA?",
    "role": "user",
}
CONVERSATION: dict[str, Any] = {
    "id": 1,
    "started_at": "2025-03-20T10:00:00Z",
    "history": [
        QUESTION,
        {
            "id": 2,
            "text": "Yes, the plan includes an SLA with an optional priority support package ....",
            "role": "agent",
        },
    ],
}
PREVIOUS_TURN: dict[str, Any] = {
    "Timestamp": "2015-05-06T10:10:58.2880006+02:00",
    "UserPrompt": "aut",
    "UserDisplayText": "voluptatibus",
    "BotResponse": "numquam",
    "BotActions": {"BotActions1": "distinctio", "BotActions2": "dolore"},
    "Attachments": ["distinctio", "quisquam"],
}
CHATBOT_REQUEST: dict[str, Any] = {
    "ChatId": "iusto",
    "IsoLangCode": "et",
    "UserPrompt": "quam",
    "DisplayValue": "porro",
    "PreviousTurns": [PREVIOUS_TURN, PREVIOUS_TURN],
    "ApiUrl": "http://www.example.com/",
}
CHATBOT_TURN: dict[str, Any] = {
    "Timestamp": "2024-11-24T14:32:45.7890123+01:00",
    "UserPrompt": "How do I reset my password?",
    "UserDisplayText": "How do I reset my password?",
    "BotResponse": "To reset your password, click on 'Forgot Password' on the login page. You'll"
    " receive an email with a secure link to create a new password. The link is valid for 24"
    " hours. If you don't receive the email, please check your spam folder.",
    "BotActions": {"action1": "Open Password Reset Page", "action2": "Contact Support"},
    "Attachments": ["password-reset-guide.pdf", "security-tips.pdf"],
}
XML_TURN: dict[str, Any] = {
    **CHATBOT_TURN,
    "BotActions": {
        "KeyValueOfstringstring": [
            {"Key": "action1", "Value": "Open Password Reset Page"},
            {"Key": "action2", "Value": "Contact Support"},
        ]
    },
    "Attachments": {"string": ["password-reset-guide.pdf", "security-tips.pdf"]},
}
ITINERARY = (
    "For your trip to Paris, I can help with hotels, must-see attractions like the Eiffel Tower"
    " and the Louvre, and dining spots. Just let me know your travel dates and any preferences,"
    " and we'll start planning your perfect itinerary!"
)

PAGES: dict[str, tuple[Any, ...]] = {
    "mister-turing/assistant-request": (
        {"name": "Sample IT Assistant", "description": "Answers questions about IT."},
        {"name": "Sample IT Assistant"},
    ),
    "mister-turing/assistant": (
        {
            "external_id": "6f0e3a52-0c57-4f0e-9a53-6a3a3f1f0d11",
            "name": "Sample IT Assistant",
            "description": "Answers questions about IT.",
            "assistant_preferences": {"color": "#0044ff"},
        },
    ),
    "mister-turing/deploy-request": ({"assistant_id": "6f0e3a52"},),
    "mister-turing/conversation-request": ({"assistant_id": "6f0e3a52"},),
    "mister-turing/conversation": ({"conversation_id": "c-1"},),
    "mister-turing/chat-request": (
        {"message": "Your message.", "conversation_id": "c-1"},
        {"message": "Your message."},
    ),
    "mister-turing/chat-stream": (
        {"framing": "sse", "text": "Hello.", "events": ["Hel", "lo."]},
        {"framing": "text", "text": "Hello.", "events": ["Hello."]},
    ),
    "mister-turing/conversation-details": (
        {
            "conversation_id": "c-1",
            "messages_count": 1,
            "created_at": "11/21/2025 20:59",
            "source_tool": "api",
            "messages": [
                {
                    "question": "I am in Berlin.",
                    "answer": "Noted.",
                    "sources": [],
                    "extractions": [{"extraction_name": "city", "extraction_value": "Berlin"}],
                }
            ],
        },
    ),
    "connectly/invoke-request": (FREE_SHIPPING, EXAMPLE_INPUT, PINK_DRESS),
    "connectly/reply": (SHIPPING_REPLY, DRESS_REPLY),
    "connectly/response-event": (
        RECOMMENDATION,
        {"messageEvent": MESSAGE},
        {"chatSuggestionEvent": {"suggestedQuestions": ["Do you ship abroad?"]}},
        {"handoverEvent": {"triggerHandover": True, "reason": "The customer asked for a person."}},
    ),
    "connectly/message-event": (MESSAGE,),
    "connectly/product": (PRODUCT, SIGNATURE_PRODUCT),
    "connectly/agent-graph-line": (GRAPH_LINE,),
    "connectly/agent-graph-stream": (
        {"framing": "ndjson", "text": "{…}", "events": [GRAPH_LINE, GRAPH_LINE]},
    ),
    "enthusiast/conversation-request": ({"data_set_id": 1}, {"agent_id": 1}),
    "enthusiast/conversation": (CREATED, CONVERSATION),
    "enthusiast/conversation-with-history": (CONVERSATION,),
    "enthusiast/message": (QUESTION,),
    "enthusiast/message-request": (
        {"question_message": "Does FiberUP Business Duplex include an SLA?", "data_set_id": 1},
    ),
    "enthusiast/task": (
        {"task_id": "dbe41a42-f678-40c7-8b4c-437fa1673d7d"},
        {"task_id": "dbe41a42-f678-40c7-8b4c-437fa1673d7d", "streaming": False},
    ),
    "enthusiast/task-status": ({"state": "SUCCESS"}, {"state": "PENDING"}, {"state": "FAILURE"}),
    "superoffice/chat-request": (CHATBOT_REQUEST,),
    "superoffice/previous-turn": (PREVIOUS_TURN,),
    "superoffice/turn": (CHATBOT_TURN, PREVIOUS_TURN),
    "superoffice/turns-request": ({"ChatId": "iusto"},),
    "superoffice/turns": ([CHATBOT_TURN, PREVIOUS_TURN], []),
    "superoffice/xml-text": ("numquam",),
    "superoffice/xml-turn-element": (XML_TURN,),
    "superoffice/turn-xml": ({"ChatbotTurn": XML_TURN},),
    "superoffice/turns-xml": ({"ArrayOfChatbotTurn": {"ChatbotTurn": [XML_TURN, XML_TURN]}},),
    "superoffice/chat-request-xml": (
        {"ChatbotRequest": {**CHATBOT_REQUEST, "PreviousTurns": {"ChatbotTurn": [XML_TURN]}}},
    ),
    "bighummingbird/variables": ([{"key": "country", "value": "France"}], []),
    "bighummingbird/session": ({"chat_session_id": "chatSessionId123"},),
    "bighummingbird/invoke-request": (
        {"user_message": "Help me plan a trip.", "chat_session_id": "chatSessionId123"},
    ),
    "bighummingbird/invoke-reply": ({"message": ITINERARY},),
    "bighummingbird/session-details": (
        {
            "data": {
                "engineStateId": "state_id",
                "messages": [
                    {"role": "user", "content": "Help me plan a trip."},
                    {"role": "assistant", "content": ITINERARY},
                ],
            }
        },
    ),
}
