"""Values that look like credentials, whoever issued them and whatever file they stand in.

Shares the names that are secret with the redaction and nothing else, so that a fault there is
seen here.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from harness.secrets.named_values import named_values

# A header of a cassette has its value on the next line: `Authorization:`, `- Basic …`.
_GAP = r"""\\?["']?\s*[:=]\s*(?:-\s+)?\\?["']?"""
_VALUE = r"[A-Za-z0-9._~+/=-]"
SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("AWS access key", re.compile(r"\b((?:AKIA|ASIA)[A-Z2-7]{16})\b")),
    (
        "AWS secret key",
        re.compile(rf"(?i:aws_?secret_?access_?key){_GAP}([A-Za-z0-9/+]{{40}})(?![A-Za-z0-9/+])"),
    ),
    ("GitHub token", re.compile(r"\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})")),
    ("GitLab token", re.compile(r"\b(glpat-[A-Za-z0-9_-]{20,})")),
    ("Slack token", re.compile(r"\b(xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,})")),
    ("Slack webhook", re.compile(r"\b(hooks\.slack\.com/services/T\w+/B\w+/\w{8,})")),
    ("Google API key", re.compile(r"\b(AIza[A-Za-z0-9_-]{35})")),
    ("Stripe key", re.compile(r"\b([rs]k_(?:live|test)_[A-Za-z0-9]{16,})")),
    ("secret API key", re.compile(r"\b(sk-(?:[a-z]+-)*[A-Za-z0-9_]{20,})")),
    (
        "JSON web token",
        re.compile(
            r"(?<![A-Za-z0-9_-])(eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{8,})"
        ),
    ),
    ("Bearer credentials", re.compile(rf"(?i:\bbearer)\s+(?=\S{{0,99}}\d)({_VALUE}{{16,}})")),
    ("Basic credentials", re.compile(r"(?i:\bbasic)\s+([A-Za-z0-9+/]{6,}={0,2})")),
    (
        "private key",
        re.compile(r"(-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----)"),
    ),
    (
        "password in a URL",
        re.compile(r"\b[a-z][a-z0-9+.-]{0,19}://[^/\s:@\"'<>]{0,99}:([^/\s@\"'<>]{1,200})@"),
    ),
    ("organization or project id", re.compile(r"\b(org-[A-Za-z0-9]{16,}|proj_[A-Za-z0-9]{16,})")),
)
"""What each is called, and where its first group is the value."""

_RUN = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}(?:\n[ \t]*[A-Za-z0-9+/_-]{4,}={0,2})*")
_PLACEHOLDER = re.compile(r"[<$*{…]|redacted", re.IGNORECASE)
_PRINTABLE = 0.95
"""The part of decoded bytes that must be printable, for them to be taken for text."""


@dataclass(frozen=True, slots=True)
class CredentialShape:
    """A value that looks like a credential."""

    start: int
    """Its offset, in characters; of one that is encoded, that of the encoded text."""
    kind: str
    value: str


def shapes_in(text: str) -> list[CredentialShape]:
    """Every one in a text, in order: as it stands, percent-encoded, and inside of base64."""
    found = [*_plain(text), *_percent_encoded(text), *_in_base64(text)]
    whole = sorted(found, key=lambda one: (one.start, -len(one.value)))
    # One value may be of several shapes: the one that stands first in `SHAPES` counts.
    kept: dict[tuple[int, str], CredentialShape] = {}
    for one in whole:
        kept.setdefault((one.start, one.value), one)
    return _without_nested(list(kept.values()))


def _plain(text: str) -> Iterator[CredentialShape]:
    for kind, pattern in SHAPES:
        for match in pattern.finditer(text):
            value = match[1]
            if not _PLACEHOLDER.search(value) and _is_credential(kind, value):
                yield CredentialShape(match.start(1), kind, value)
    for start, kind, value in named_values(text):
        if not _PLACEHOLDER.search(value):
            yield CredentialShape(start, kind, value)


def _is_credential(kind: str, value: str) -> bool:
    if kind != "Basic credentials":
        return True
    try:
        return b":" in base64.b64decode(value, validate=True)
    except binascii.Error:
        return False


def _percent_encoded(text: str) -> Iterator[CredentialShape]:
    if "%" not in text:
        return
    start = 0
    for line in text.split("\n"):
        if "%" in line:
            plain = line.replace("+", " ")
            yield from (
                CredentialShape(start, one.kind, one.value) for one in _plain(unquote(plain))
            )
        start += len(line) + 1


def _in_base64(text: str) -> Iterator[CredentialShape]:
    for match in _RUN.finditer(text):
        letters = re.sub(r"\s+", "", match[0]).translate({45: 43, 95: 47}).rstrip("=")
        try:
            content = base64.b64decode(letters[: -1 if len(letters) % 4 == 1 else None] + "==")
        except binascii.Error:
            continue
        decoded = content.decode("latin-1")
        printable = sum(one.isprintable() or one in "\r\n\t" for one in decoded)
        if content and printable >= _PRINTABLE * len(decoded):
            yield from (
                CredentialShape(match.start(), one.kind, one.value) for one in _plain(decoded)
            )


def _without_nested(found: list[CredentialShape]) -> list[CredentialShape]:
    """Without values that stand inside another one, such as a token behind `Bearer`."""
    kept: list[CredentialShape] = []
    for one in found:
        last = kept[-1] if kept else None
        if last is None or one.start >= last.start + len(last.value) or one.value not in last.value:
            kept.append(one)
    return kept
