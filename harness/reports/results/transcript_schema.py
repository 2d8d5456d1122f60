"""The format of stored transcripts, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

from harness.conversation import UserEnding
from harness.core import Json
from harness.reports.results.schema_parts import (
    ANYTHING,
    LINE,
    NUMBER,
    PAIRS,
    SECONDS,
    TEXT,
    TEXTS,
    TRUTH,
    described,
    list_of,
    object_of,
)

_ERROR_KEYS: Mapping[str, Json] = {
    "kind": described(TEXT, "Class of the error."),
    "code": described(TEXT, "Explained on the page of errors."),
    "message": TEXT,
    "hint": described(TEXT, "The next step."),
    "details": TEXTS,
    "status": NUMBER,
    "state": TEXT,
}
_ATTACHMENTS = list_of(
    object_of({"name": TEXT, "content": described(TEXT, "A URL or base64.")}, "name")
)
_BODY: Mapping[str, Json] = {
    "body": described(TEXT, "Decoded; omitted if it is empty."),
    "body_base64": described(TEXT, "Instead of `body` if the bytes are not UTF-8."),
}
_HEADERS = described(PAIRS, "Name and value, in the order sent or received.")

_RESPONSE = object_of(
    {
        "status": NUMBER,
        "reason": TEXT,
        "headers": _HEADERS,
        **_BODY,
        "started": described(SECONDS, "Seconds from the start of the conversation to the sending."),
        "first_byte": described(SECONDS, "Seconds from sending to the first byte of the body."),
        "seconds": described(SECONDS, "Seconds from sending to the end of the body."),
        "chunks": described(PAIRS, "Of a stream: seconds from sending, length in bytes."),
        "attempts": list_of(
            object_of({"status": NUMBER, "reason": TEXT, "waited": SECONDS}, "reason", "waited")
        ),
    },
    "status",
)
_EXCHANGE = object_of(
    {
        "step": described(TEXT, "Of the definition, such as `send.1`."),
        "turn": described(NUMBER, "0 before the first turn, -1 for closing."),
        "method": TEXT,
        "url": TEXT,
        "headers": _HEADERS,
        **_BODY,
        "response": described(_RESPONSE, "Omitted if the answer was not complete."),
        "contract": described(TEXTS, "Violations of the definition's schema."),
    },
    "step",
    "turn",
    "method",
    "url",
)
_MESSAGE = object_of(
    {
        "text": TEXT,
        "id": TEXT,
        "payload": ANYTHING,
        "late": described(TRUTH, "It arrived after the reply, while a check waited."),
    },
    "text",
)
_TOOL_CALL = object_of(
    {
        "name": TEXT,
        "arguments": ANYTHING,
        "id": TEXT,
        "result": described(ANYTHING, "What the scenario answered; omitted if nothing did."),
        "is_error": described(TRUTH, "The answer was that the tool failed."),
    },
    "name",
)
_REPLY = object_of(
    {
        "messages": list_of(_MESSAGE),
        "payload": described(ANYTHING, "The raw payload."),
        "actions": {"type": "object", "description": "Buttons: label to prompt."},
        "products": list_of(ANYTHING),
        "attachments": _ATTACHMENTS,
        "tools": list_of(_TOOL_CALL),
        "usage": {"type": "object", "description": "Numbers of the provider by name."},
    },
    "messages",
)
_USER = object_of(
    {
        "text": TEXT,
        "pressed": described(TEXT, "Label of the pressed button."),
        "attachments": _ATTACHMENTS,
        "metadata": {"type": "object"},
    },
    "text",
)
_TURN = object_of(
    {
        "number": described(LINE, "From 1."),
        "user": _USER,
        "reply": _REPLY,
        "refusal": described(
            object_of(
                {
                    **_ERROR_KEYS,
                    "payload": described(ANYTHING, "What the answer said, if it is JSON."),
                },
                *("code", "message"),
            ),
            "Instead of a reply.",
        ),
        "exchanges": list_of(_EXCHANGE),
        "looked_up": described(list_of(_EXCHANGE), "Looks for late messages, and for the record."),
        "missing": described(PAIRS, "Captures that were not found: name, reason."),
        "history": described(ANYTHING, "The provider's own record."),
        "variables": {"type": "object", "description": "The values of `${…}` in this turn."},
    },
    "number",
    "user",
)
TRANSCRIPT_SCHEMA: Mapping[str, Json] = object_of(
    {
        "scenario": TEXT,
        "provider": TEXT,
        "is_recorded": described(TRUTH, "It was played from a cassette."),
        "turns": list_of(_TURN),
        "around": described(list_of(_EXCHANGE), "Preparing and closing."),
        "user_end": described(
            object_of(
                {
                    "ending": described(
                        {"enum": [ending.value for ending in UserEnding]}, "Why it said no more."
                    ),
                    "reason": described(TEXT, "The model's."),
                },
                "ending",
            ),
            "How a simulated user ended it.",
        ),
        "stop": described(
            object_of({"turn": NUMBER, **_ERROR_KEYS}, "turn", "code", "message"),
            "Why it ended early.",
        ),
    },
    "turns",
)
"""A stored transcript."""
