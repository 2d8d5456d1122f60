"""Conversations as values: messages, exchanges, replies, transcripts."""

from harness.conversation.exchange import (
    BUSY,
    Attempt,
    Exchange,
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
    UserMessage,
)
from harness.conversation.outcome import Outcome
from harness.conversation.transcript import Stop, Transcript, Turn

__all__ = [
    "BUSY",
    "Attachment",
    "Attempt",
    "Exchange",
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
    "Transcript",
    "Turn",
    "UserMessage",
    "phase_of",
]
