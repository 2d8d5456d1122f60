"""Conversations as JSON: a stored transcript can be read, shown and judged again.

Empty values are left out, so that a record is short; reading puts the defaults back.
"""

from harness.conversation.stored.foreign_messages import transcript_of_lines, transcript_of_messages
from harness.conversation.stored.judged_questions import answers_in, judged_json
from harness.conversation.stored.transcript_reading import (
    NoTranscript,
    latency_of,
    transcript_from,
)
from harness.conversation.stored.transcript_writing import transcript_json

__all__ = [
    "NoTranscript",
    "answers_in",
    "judged_json",
    "latency_of",
    "transcript_from",
    "transcript_json",
    "transcript_of_lines",
    "transcript_of_messages",
]
