"""The checks of an `expect:` block: compiled once, then pure functions of what was said."""

from harness.checks.check import (
    PASS,
    BadExpectation,
    CheckKind,
    Finding,
    Judge,
    Kind,
    Options,
    Verdict,
    failed,
    skipped,
    turned_round,
)
from harness.checks.subject import Subject, conversation_of, history_of, subject_of
from harness.checks.vocabulary import (
    ANSWER_KINDS,
    CONVERSATION_KINDS,
    KINDS,
    PAYLOAD_KINDS,
    RECORD_KINDS,
    block_definitions,
    conversation_kinds,
    own_among,
    reply_kinds,
)

__all__ = [
    "ANSWER_KINDS",
    "CONVERSATION_KINDS",
    "KINDS",
    "PASS",
    "PAYLOAD_KINDS",
    "RECORD_KINDS",
    "BadExpectation",
    "CheckKind",
    "Finding",
    "Judge",
    "Kind",
    "Options",
    "Subject",
    "Verdict",
    "block_definitions",
    "conversation_kinds",
    "conversation_of",
    "failed",
    "history_of",
    "own_among",
    "reply_kinds",
    "skipped",
    "subject_of",
    "turned_round",
]
