"""The formats of steps on a WebSocket, as JSON Schemas."""

from __future__ import annotations

from harness.core import Json
from harness.providers.poll import DURATION
from harness.providers.reply_format import CONDITIONS

SOCKET: Json = {
    "if": {"type": "object"},
    "then": {
        "required": ["path"],
        "additionalProperties": False,
        "properties": {
            "path": {"type": "string", "pattern": "^/", "description": "Path below base_url."},
            "headers": {"type": "object", "description": "Headers of the handshake only."},
            "query": {"type": "object", "description": "Query parameters; a null omits one."},
            "subprotocols": {
                "type": "array",
                "items": {"type": "string", "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"},
                "minItems": 1,
                "uniqueItems": True,
                "description": "Offered to the server, the preferred one first.",
            },
        },
    },
    "else": {"type": "string", "pattern": "^/"},
    "description": "Opens a WebSocket: its path below base_url, or a mapping with more.",
}
CONTENTS = ("json", "text", "base64")
"""Keys of what a `frame` step sends, of which one must be there."""
MESSAGE: Json = {
    "type": "object",
    "description": "Sends one message on the WebSocket.",
    "oneOf": [{"required": [key]} for key in CONTENTS],
    "additionalProperties": False,
    "properties": {
        "json": {"description": "Any value; texts can contain ${…}, and for_each builds a list."},
        "text": {"type": "string", "description": "Sent as it is."},
        "base64": {"type": "string", "description": "Sent as a binary message."},
        "schema": {"type": "string", "description": "Contract of the message, in schemas/."},
    },
}
MESSAGES: Json = {
    "type": "object",
    "description": "Receives messages on the WebSocket until one of the conditions ends it.",
    "anyOf": [{"required": ["until"]}, {"required": ["quiet"]}],
    "additionalProperties": False,
    "properties": {
        "until": {
            **CONDITIONS,  # type: ignore[dict-item]  # a mapping by construction
            "description": "JSONPath into a message, to the values that make it the last one.",
        },
        "quiet": DURATION,
        "timeout": DURATION,
    },
}
