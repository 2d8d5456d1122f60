"""Test conversations with any chat API: YAML scenarios, recorded traffic, native pytest.

What a Python test needs; all else is internal. Names are imported when they are first used, so
that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.authoring import Chat, ChatReply
    from harness.checks import Subject, Verdict, failed, skipped
    from harness.checks.own import check
    from harness.conversation import Attachment, Outcome, Reply, ReplyMessage, Transcript
    from harness.errors import AuthoringError, HarnessError, PlayError, Refused
    from harness.pytest_plugin import conversation

__version__ = "0.1.0"

__all__ = [
    "Attachment",
    "AuthoringError",
    "Chat",
    "ChatReply",
    "HarnessError",
    "Outcome",
    "PlayError",
    "Refused",
    "Reply",
    "ReplyMessage",
    "Subject",
    "Transcript",
    "Verdict",
    "__version__",
    "check",
    "conversation",
    "failed",
    "skipped",
]

_HOMES = {
    "Attachment": "harness.conversation",
    "AuthoringError": "harness.errors",
    "Chat": "harness.authoring",
    "ChatReply": "harness.authoring",
    "HarnessError": "harness.errors",
    "Outcome": "harness.conversation",
    "PlayError": "harness.errors",
    "Refused": "harness.errors",
    "Reply": "harness.conversation",
    "ReplyMessage": "harness.conversation",
    "Subject": "harness.checks",
    "Transcript": "harness.conversation",
    "Verdict": "harness.checks",
    "check": "harness.checks.own",
    "conversation": "harness.pytest_plugin",
    "failed": "harness.checks",
    "skipped": "harness.checks",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'harness' has no attribute '{name}'")
    return getattr(import_module(home), name)
