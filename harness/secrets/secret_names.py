"""The names of secrets in headers, queries, forms and JSON, and finding their values in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from harness.secrets.secret_marks import Span, mark

COOKIES = frozenset({"cookie", "set-cookie"})
PROJECTS = frozenset(
    {"anthropic-organization-id", "openai-organization", "openai-project", "x-goog-user-project"}
)
"""Headers that identify an account."""
HEADERS = (
    COOKIES
    | PROJECTS
    | {
        "api-key",
        "apikey",
        "authorization",
        "cf-access-jwt-assertion",
        "ocp-apim-subscription-key",
        "proxy-authorization",
        "so-apptoken",
        "x-algolia-application-id",
        "x-csrftoken",
        "x-functions-key",
        "x-rapidapi-key",
    }
)
"""Headers whose whole value is secret, in addition to those of `HEADER_ENDINGS`."""
HEADER_ENDINGS = (
    *("-token", "-secret", "-password", "-signature", "-authorization", "-jwt"),
    *("-api-key", "-apikey", "-auth-key", "-access-key", "-app-key", "-application-key"),
    *("-master-key", "-secret-key", "-subscription-key"),
)
PAGES = frozenset({"continuation", "cursor", "next", "page"})
"""Words in the names of `-token` headers that are about the next page of a list."""
_OTHER_TOKENS = PAGES | {"delta", "end", "eos", "max", "mask", "pad", "start", "stop", "sync"}
"""Words in the names of tokens that give no access: of pages, and of language models."""
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
ENDINGS = (
    *("_password", "_secret", "_api_key", "_apikey", "_access_token", "_auth_token"),
    *("_id_token", "_refresh_token", "_security_token", "_session_token"),
)
QUERY_KEYS = ("key", "sig", "signature", "x-amz-signature", "x-goog-signature")
"""Names of secrets in the query of a URL only, if the value looks like one."""
LONGEST_PIECE = 16
"""Characters. A streaming API sends `{"token": "Hello"}`: only longer values are credentials."""

_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_JOINTS = re.compile(r"[-. ]+")


@lru_cache(maxsize=4096)
def is_secret_key(name: str) -> bool:
    """Whether the value of a key is secret: `accessToken` is, `max_tokens` and `token_type` not."""
    plain = _JOINTS.sub("_", _HUMPS.sub("_", name)).lower().strip("_")
    return plain in KEYS or plain.endswith(ENDINGS)


@lru_cache(maxsize=4096)
def is_token_name(name: str) -> bool:
    """Whether a name says that its value is a token of access: `nextTicketToken`, `chat-token`.

    More names than the redaction hides, as a page of a list may have a token too.
    """
    words = _JOINTS.sub("_", _HUMPS.sub("_", name)).lower().strip("_").split("_")
    return words[-1] == "token" and _OTHER_TOKENS.isdisjoint(words)


def is_piece(name: str, value: str) -> bool:
    """Whether a value is a piece of a reply under the key `token`, and not a credential."""
    return name.lower() == "token" and (len(value) < LONGEST_PIECE or " " in value)


@lru_cache(maxsize=1024)
def is_secret_header(name: str) -> bool:
    """Whether a header's whole value is secret."""
    lowered = name.lower()
    is_token = lowered.endswith(HEADER_ENDINGS) and PAGES.isdisjoint(lowered.split("-"))
    return is_token or lowered in HEADERS or is_secret_key(name)


def named_secrets(text: str) -> Iterator[Span]:
    """The values of secret names in a text, unordered.

    Searches for the ends of secret names first, which takes a few microseconds where there are
    none; patterns over a whole payload take a hundred times longer.
    """
    lowered = text.lower()
    for ending in NAME_ENDS:
        end = 0
        while (found := lowered.find(ending, end)) >= 0:
            end = found + len(ending)
            start = _start_of_name(text, found)
            name = text[start:end]
            if is_secret_key(name) or (name[:2] in {"x-", "X-"} and is_secret_header(name)):
                yield from _value_of(text, start, end)
    for sign, pattern, named in _ANYWHERE:
        if sign in lowered:
            for match in pattern.finditer(text):
                yield Span(*match.span("value"), mark(named or match["name"].lower()))


def _start_of_name(text: str, start: int) -> int:
    """The start of the name that these letters are in."""
    end = start
    while start and text[start - 1] in NAME_LETTERS:
        start -= 1
    before = text[start - 1 : start]
    if before == "\\" and start < end and text[start] in "nrt":
        # The escape of a line break ends in a letter.
        return start + 1
    if before == "%" and _ESCAPED_DELIMITER.match(text, start):
        return start + 2
    return start


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
# A mapping as Python and JavaScript print it.
_SHOWN_TEXT = re.compile(r"'\s*:\s*'((?:[^'\\]|\\.)+)'")
_PAIR = re.compile(r"=\"?([^&;\s\"'<>)#\\]+)")
_QUOTED_PAIR = re.compile(r"(?i:%3d)((?:[^&;\s\"'<>)#\\%]|%(?!26|3[bB]|23))+)")
_ESCAPED_DELIMITER = re.compile(r"26|3[fFbB]|23|0[aA]|20|22")
# A header in a text: only values that look like a credential.
_LINE = re.compile(r":[ \t]*(?=[^\s0-9]*[0-9])(?=[^\sA-Za-z]*[A-Za-z])([A-Za-z0-9._~+/=-]{16,})")
_ELEMENT = re.compile(r"(?:\s[^<>]*)?>([^<>]+)</(?:[\w.-]+:)?([\w.-]+)")
_INPUT = re.compile(r'"[^<>]{0,99}?\svalue="([^"<>]+)"')
# A form in parts, and one inside a JSON text. Source: RFC 7578.
_PART = re.compile(
    r'"?(?:;[^\r\n]*)?(?:\r?\n[^\r\n]+)*\r?\n\r?\n'
    r"([^\r\n]+(?:(?:\r?\n(?!--)[^\r\n]*)+(?=\r?\n--))?)"
)
_BREAK = r"(?:\\+r)?\\+n"
_LETTER = r'[^\\\r\n"]|\\+[^\\rn\r\n]'
_ESCAPED_PART = re.compile(
    rf'\\*"?(?:;(?:{_LETTER})*)?(?:{_BREAK}[^\\\r\n]+)*{_BREAK}{_BREAK}'
    rf"((?:{_LETTER}|{_BREAK}(?!--))+(?={_BREAK}--)|(?:{_LETTER})+)"
)
_QUERY = re.compile(
    rf"(?i:[?&](?P<name>{'|'.join(QUERY_KEYS)}))="
    r"(?=[^0-9&]*[0-9])(?=[^A-Za-z&]*[A-Za-z])(?P<value>[A-Za-z0-9._~%+/=-]{16,})"
)
_HEADER = re.compile(r"(?i:\bauthorization:)\s*(?:[A-Za-z]+\s+)?(?P<value>[A-Za-z0-9._~+/=-]{16,})")
# With a digit: in a sentence, a long word may follow "Bearer".
_BEARER = re.compile(r"\bBearer\s+(?=\S*\d)(?P<value>[A-Za-z0-9._~+/=-]{16,})")
_PASSWORD = re.compile(r"://[^/\s:@\"']*:(?P<value>[^/\s@\"']+)@")
_ANYWHERE = (
    ("key=", _QUERY, ""),
    ("sig=", _QUERY, ""),
    ("signature=", _QUERY, ""),
    ("authorization:", _HEADER, "authorization"),
    ("bearer", _BEARER, "authorization"),
    ("://", _PASSWORD, "password"),
)
"""A text that is searched for first, a pattern, and the name of the secret; empty where the pattern
finds the name."""


def _value_of(text: str, start: int, end: int) -> Iterator[Span]:
    """The value of the key at these offsets, in any syntax."""
    name = text[start:end]
    before = text[start - 1 : start]
    is_quoted = before == '"'
    number = _NUMBER.match(text, end) if is_quoted else None
    match = number
    if is_quoted and not number:
        is_escaped = text[start - 2 : start - 1] == "\\"
        match = (_ESCAPED_TEXT if is_escaped else _TEXT).match(text, end)
    elif before == "'":
        match = _SHOWN_TEXT.match(text, end)
    if match and not is_piece(name, match[1]):
        yield Span(*match.span(1), f'"{mark(name)}"' if number else mark(name))
    for pattern in () if match else _others(text, start, end):
        if found := pattern.match(text, end):
            yield Span(*found.span(1), mark(name))


def _others(text: str, start: int, end: int) -> Iterator[re.Pattern[str]]:
    """The patterns of a value whose key is not in a mapping."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if after == "=" and (before in _BEFORE_PAIR or before.isalnum()):
        # A letter or digit ends an escape, as in `\npassword=` and `%26password=`.
        yield _PAIR
    elif after == "%":
        yield _QUOTED_PAIR
    elif after == ":" and "-" in text[start:end]:
        yield _LINE
    elif text[max(start - 12, 0) : start].rstrip('"\\').endswith("name="):
        yield from (_PART, _ESCAPED_PART, _INPUT)
    elif before in "<:":
        element = _ELEMENT.match(text, end)
        if element and element[2] == text[start:end]:
            yield _ELEMENT


_BEFORE_PAIR = ("", *"?&;\"'( \t\r\n#,")
