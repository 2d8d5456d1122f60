"""Conversations as values: messages, exchanges, replies, transcripts."""

from harness.conversation.exchange import (
    BUSY,
    LOST,
    REPLYING,
    Attempt,
    Direction,
    Exchange,
    Frame,
    Headers,
    Origin,
    Phase,
    Request,
    Response,
    phase_of,
)
from harness.conversation.message import (
    Attachment,
    Reply,
    ReplyMessage,
    ToolCall,
    ToolResult,
    UserMessage,
    joined_replies,
    json_text,
)
from harness.conversation.outcome import Outcome
from harness.conversation.transcript import Stop, Transcript, Turn

__all__ = [
    "BUSY",
    "LOST",
    "REPLYING",
    "Attachment",
    "Attempt",
    "Direction",
    "Exchange",
    "Frame",
    "Headers",
    "Origin",
    "Outcome",
    "Phase",
    "Reply",
    "ReplyMessage",
    "Request",
    "Response",
    "Stop",
    "ToolCall",
    "ToolResult",
    "Transcript",
    "Turn",
    "UserMessage",
    "joined_replies",
    "json_text",
    "phase_of",
]
