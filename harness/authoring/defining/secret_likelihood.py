"""Tells which values of a request are likely secrets, beyond the names that a recording hides.

A value that becomes a setting without need costs one environment variable; a secret in a file that
is committed costs more.
"""

from __future__ import annotations

import re

from harness.providers.conversation_paths import UUID

_WORDS = re.compile(r"[a-z0-9]+")
_CREDENTIALS = frozenset(
    ("auth", "key", "token", "secret", "session", "signature", "credential", "credentials", "jwt")
)
_HARMLESS = frozenset(
    (
        *("id", "type", "version", "name", "count", "limit", "trace", "traceparent", "parent"),
        *("build", "baggage", "etag", "match", "hash", "agent", "beta", "language"),
    )
)
"""Last words of headers that contain no credentials, whatever else they are about."""
_RUN = re.compile(r"[A-Za-z0-9]{16,}")
_CHANGE = re.compile(r"(?<=\d)[A-Za-z]|(?<=[A-Za-z])\d")
_FEWEST_CHANGES = 4


def is_likely_credential(header: str, value: str) -> bool:
    """Whether a header is about credentials, as `X-Custom-Auth` is, or has a random value."""
    words = _WORDS.findall(header.lower())
    if not words or words[-1] in _HARMLESS:
        return False
    return not _CREDENTIALS.isdisjoint(words) or looks_random(value)


def looks_random(text: str) -> bool:
    """Whether letters and digits alternate in a text without spaces, which is not a UUID."""
    changes = max((len(_CHANGE.findall(run)) for run in _RUN.findall(text)), default=0)
    return changes >= _FEWEST_CHANGES and " " not in text and not UUID.fullmatch(text)
