"""The checks of an `expect:` block: compiled once, then pure functions of what was said."""

from harness.checks.check import (
    BadExpectation,
    Claim,
    Content,
    Doubt,
    Judge,
    Kind,
    Options,
    Subject,
)
from harness.checks.subject import conversation_of, history_of, subject_of
from harness.checks.table import (
    CONVERSATION_KINDS,
    KIND_NAMED,
    KINDS,
    block_definitions,
    kinds_in,
    names_of,
)
from harness.checks.verdict import PASS, Finding, Verdict, failed, skipped, turned_round

__all__ = [
    "CONVERSATION_KINDS",
    "KINDS",
    "KIND_NAMED",
    "PASS",
    "BadExpectation",
    "Claim",
    "Content",
    "Doubt",
    "Finding",
    "Judge",
    "Kind",
    "Options",
    "Subject",
    "Verdict",
    "block_definitions",
    "conversation_of",
    "failed",
    "history_of",
    "kinds_in",
    "names_of",
    "skipped",
    "subject_of",
    "turned_round",
]
