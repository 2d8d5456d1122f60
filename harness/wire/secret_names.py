"""Which names stand for secrets, in headers, queries, forms and JSON, and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

HEADERS = frozenset(
    {
        "api-key",
        "apikey",
        "authorization",
        "cookie",
        "ocp-apim-subscription-key",
        "proxy-authorization",
        "set-cookie",
        "so-apptoken",
        "x-access-token",
        "x-amz-security-token",
        "x-api-key",
        "x-auth-token",
        "x-csrf-token",
        "x-csrftoken",
        "x-functions-key",
        "x-goog-api-key",
        "x-xsrf-token",
    }
)
KEYS = frozenset(
    {
        "access_key",
        "access_token",
        "api_key",
        "api_token",
        "apikey",
        "app_secret",
        "auth_token",
        "authorization",
        "bearer_token",
        "client_secret",
        "credentials",
        "csrf_token",
        "csrfmiddlewaretoken",
        "csrftoken",
        "id_token",
        "jwt",
        "passphrase",
        "passwd",
        "password",
        "private_key",
        "pwd",
        "refresh_token",
        "secret",
        "secret_key",
        "security_token",
        "session_token",
        "signing_key",
        "so_apptoken",
        "token",
        "xsrf_token",
    }
)
ENDINGS = ("_password", "_secret", "_api_key", "_apikey", "_access_token", "_auth_token")
LONGEST_PIECE = 16
"""Characters. A streaming API sends `{"token": "Hello"}`: only longer values are credentials."""

_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_JOINTS = re.compile(r"[-. ]+")


@lru_cache(maxsize=4096)
def is_secret_key(name: str) -> bool:
    """Whether a key stands for a secret: `accessToken` does, `max_tokens` and `token_type` not."""
    plain = _JOINTS.sub("_", _HUMPS.sub("_", name)).lower().strip("_")
    return plain in KEYS or plain.endswith(ENDINGS)


def is_piece(name: str, value: str) -> bool:
    """Whether this is a piece of a reply under the key `token`, and no credential."""
    return name.lower() == "token" and (len(value) < LONGEST_PIECE or " " in value)


@lru_cache(maxsize=1024)
def is_secret_header(name: str) -> bool:
    """Whether a header's whole value is secret."""
    return name.lower() in HEADERS or is_secret_key(name)


@dataclass(frozen=True, slots=True)
class Span:
    """What is to be replaced: offsets in a text, and the mark that takes its place."""

    start: int
    end: int
    mark: str


def mark(name: str) -> str:
    """What stands for a secret."""
    return f"<redacted:{re.sub(r'[^A-Za-z0-9_.-]', '_', name)}>"


def named_secrets(text: str) -> Iterator[Span]:
    """The values that stand under secret names, in no order.

    Looks for the ends of secret names first, which costs a few microseconds where there are
    none; patterns over a whole payload cost a hundred times that.
    """
    lowered = text.lower()
    for ending in NAME_ENDS:
        end = 0
        while (found := lowered.find(ending, end)) >= 0:
            end = found + len(ending)
            start = found
            while start and text[start - 1] in NAME_LETTERS:
                start -= 1
            if is_secret_key(text[start:end]):
                yield from _value_of(text, start, end)
    if "bearer" in lowered or "authorization:" in lowered:
        for pattern in _SCHEMES:
            for match in pattern.finditer(text):
                yield Span(*match.span(1), mark("authorization"))
    if "://" in text and "@" in text:
        for match in _PASSWORD.finditer(text):
            yield Span(*match.span(1), mark("password"))


NAME_ENDS = (
    "authorization",
    "credentials",
    "jwt",
    "key",
    "passphrase",
    "passwd",
    "password",
    "pwd",
    "secret",
    "token",
)
"""Every name of `KEYS` and `ENDINGS` ends in one of these."""
NAME_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")

_TEXT = re.compile(r'"\s*:\s*"((?:[^"\\]|\\.)+)"')
_NUMBER = re.compile(r'"\s*:\s*(-?\d[\d.eE+-]*)')
_ESCAPED_TEXT = re.compile(r'\\"\s*:\s*\\"((?:[^"\\]|\\(?!"))+)\\"')
_PAIR = re.compile(r"=([^&;\s\"'<>)#\\]+)")
# A form in parts. Source: RFC 7578.
_PART = re.compile(r'"(?:\r?\n[^\r\n]+)*\r?\n\r?\n([^\r\n]+)')
_PASSWORD = re.compile(r"://[^/\s:@\"']*:([^/\s@\"']+)@")
_SCHEMES = (
    re.compile(r"(?i:\bauthorization:)\s*(?:[A-Za-z]+\s+)?([A-Za-z0-9._~+/=-]{16,})"),
    # With a digit: a sentence may go on with a long word behind "Bearer".
    re.compile(r"\bBearer\s+(?=\S*\d)([A-Za-z0-9._~+/=-]{16,})"),
)


def _value_of(text: str, start: int, end: int) -> Iterator[Span]:
    """The value of the key that stands there, whatever the syntax around it."""
    name = text[start:end]
    before = text[start - 1 : start]
    if before == '"':
        escaped = text[start - 2 : start - 1] == "\\"
        found = (_ESCAPED_TEXT if escaped else _TEXT).match(text, end)
        number = None if found else _NUMBER.match(text, end)
        match = found or number
        if match and not is_piece(name, match[1]):
            yield Span(*match.span(1), f'"{mark(name)}"' if number else mark(name))
        elif text[start - 6 : start] == 'name="' and (part := _PART.match(text, end)):
            yield Span(*part.span(1), mark(name))
    if (not before or before in "?&;\"'( \t\r\n") and (match := _PAIR.match(text, end)):
        yield Span(*match.span(1), mark(name))
