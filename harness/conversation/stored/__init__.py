"""Conversations as JSON: a transcript that was stored can be read, shown and judged again.

What is empty is left out, so that a record is short; reading puts the defaults back.
"""

from harness.conversation.stored.foreign_messages import transcript_of_lines, transcript_of_messages
from harness.conversation.stored.reading import NoTranscript, latency_of, transcript_from
from harness.conversation.stored.writing import transcript_json

__all__ = [
    "NoTranscript",
    "latency_of",
    "transcript_from",
    "transcript_json",
    "transcript_of_lines",
    "transcript_of_messages",
]
