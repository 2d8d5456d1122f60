"""Finds values that look like credentials, of any issuer and in any file.

It shares the names of secrets with the redaction and nothing else, so that it finds what a fault
there missed.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
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
    ("Telegram bot token", re.compile(r"(?<!\d)(\d{8,10}:AA[A-Za-z0-9_-]{33})(?![A-Za-z0-9_-])")),
    (
        "API key of a model host",
        re.compile(r"\b((?:hf_|gsk_|r8_|xai-|pplx-|nvapi-)[A-Za-z0-9]{30,})"),
    ),
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
"""The name of each shape, and a pattern whose first group is the value."""

_RUN = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}(?:\n[ \t]*[A-Za-z0-9+/_-]{4,}={0,2})*")
_PLACEHOLDER = re.compile(r"[<$*{…]|redacted", re.IGNORECASE)
_PRINTABLE = 0.95
"""The share of decoded bytes that must be printable for them to be text."""


@dataclass(frozen=True, slots=True)
class CredentialShape:
    """A value that looks like a credential."""

    start: int
    """Its offset in characters; that of the encoded text where it is encoded."""
    kind: str
    value: str


def shapes_in(text: str) -> list[CredentialShape]:
    """The credentials in a text, in order: plain, percent-encoded, and in base64."""
    found = [*_plain(text), *_percent_encoded(text), *_in_base64(text)]
    found.sort(key=lambda shape: (shape.start, -len(shape.value)))
    # One value may have several shapes: the first in `SHAPES` counts.
    first: dict[tuple[int, str], CredentialShape] = {}
    for shape in found:
        first.setdefault((shape.start, shape.value), shape)
    return _without_nested(first.values())


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
            yield from _moved_to(start, _plain(unquote(line.replace("+", " "))))
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
            yield from _moved_to(match.start(), _plain(decoded))


def _moved_to(start: int, shapes: Iterable[CredentialShape]) -> Iterator[CredentialShape]:
    return (CredentialShape(start, shape.kind, shape.value) for shape in shapes)


def _without_nested(shapes: Iterable[CredentialShape]) -> list[CredentialShape]:
    """Leave out values that are part of another one, such as a token after `Bearer`."""
    outer: list[CredentialShape] = []
    for shape in shapes:
        last = outer[-1] if outer else None
        if (
            last is None
            or shape.start >= last.start + len(last.value)
            or shape.value not in last.value
        ):
            outer.append(shape)
    return outer
