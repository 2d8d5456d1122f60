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
)
from harness.checks.subject import Subject, history_of, subject_of
from harness.checks.vocabulary import (
    ANSWER_KINDS,
    KINDS,
    PAYLOAD_KINDS,
    RECORD_KINDS,
)

__all__ = [
    "ANSWER_KINDS",
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
    "failed",
    "history_of",
    "skipped",
    "subject_of",
]
