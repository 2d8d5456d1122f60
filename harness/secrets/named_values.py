"""Finds the values under secret names in any text, for the search that knows no values.

It shares the names with the redaction and nothing else, so that it finds what a fault there missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from harness.secrets.secret_names import (
    COOKIES,
    ENDINGS,
    HEADER_ENDINGS,
    HEADERS,
    KEYS,
    NAME_LETTERS,
    PROJECTS,
    QUERY_KEYS,
    is_secret_header,
    is_token_name,
)

LONGEST = 4096
"""Characters of a value that are searched: a line may have millions."""
MOST = 50
"""Values of one name that are searched."""

Found = tuple[int, str, str]
"""Offset in characters, kind, and value."""

_LAST_WORDS = sorted(
    {re.split("[-_]", one)[-1] for one in (*HEADERS, *HEADER_ENDINGS, *KEYS, *ENDINGS)},
    key=lambda word: (-len(word), word),
)
_END_OF_NAME = re.compile(rf"(?i:{'|'.join(_LAST_WORDS)})(?![A-Za-z0-9_-])")
_GAP = re.compile(
    r"""\\*["']?\s*(?:[:=][^\S\n]*|>)"""
    # The next member of a HAR, and a form in parts.
    r"""|\\*["']\s*,\s*\\*["']value\\*["']\s*:\s*|\\*"[^\r\n\\]{0,200}(?:\r?\n\r?\n|(?:(?:\\+r)?\\+n){2})"""
)
_ITEM = re.compile(r"\r?\n([ \t]*)-[ \t]+([^\n]*(?:\n\1[ \t]+[^\n]+)*)")
_MEMBER = re.compile(r"""\s*(?:(\\*["'])(.*?)\1|([^\s,\]"'][^,\]\n]*))\s*(,?)""")
_QUOTED = re.compile(r"""(\\*["'])(.*?)\1""")
_REST = re.compile(r"[^\r\n]*")

_VALUE = re.compile(r"(?=\S{0,99}\d)[A-Za-z0-9._~+/=-]{12,}")
# Letters and digits that alternate: an id of words and a number is not a token.
_RANDOM = re.compile(r"(?=[A-Za-z]*(?:[0-9]+[A-Za-z]+){3})[A-Za-z0-9._~+/=-]{16,}")
_PROJECT = re.compile(r"[A-Za-z0-9_-]{6,}")
_COOKIE = re.compile(r"[\s\"']*[\w.-]+=\"?(?=[^;\s]{0,99}\d)([A-Za-z0-9._~+/%-]{16,})")
_BEFORE_NEXT_COOKIE = {"cookie": re.compile(";"), "set-cookie": re.compile(r",(?=\s*[\w.-]+=)")}
_SCHEME = re.compile(r"[\"']?[A-Za-z][\w-]*\s+")
_SCHEME_ALONE = re.compile(r"[A-Z0-9]+-(?:[A-Z0-9]+-)*SHA-?\d+")
_PARAMETER = re.compile(
    r"(?i:\b(?:signature|credential|response|token|oauth_\w+))=\"?((?=[^,]*\d)[A-Za-z0-9._~+/%=-]{12,})"
)
_IN_QUERY = re.compile(
    rf"(?i:[?&](?:{'|'.join(QUERY_KEYS)}))=(?=[^\s&]*\d)(?=[^\s&]*[A-Za-z])([A-Za-z0-9._~%+/=-]{{16,}})"
)


def named_values(text: str) -> Iterator[Found]:
    """The values in a text, unordered: in headers, JSON, forms and queries."""
    for match in _END_OF_NAME.finditer(text):
        name = text[_start_of_name(text, match.start()) : match.end()]
        if is_secret_header(name):
            for at, value in _values_after(text, match.end()):
                yield from _judged(name.lower(), at, value)
        elif is_token_name(name):
            for at, value in _values_after(text, match.end()):
                token = _RANDOM.match(value, len(value) - len(value.lstrip("\"' \t")))
                if token:
                    yield at + token.start(), "value under the name of a token", token[0]
    for match in _IN_QUERY.finditer(text):
        yield match.start(1), "key in a URL", match[1]


def _start_of_name(text: str, start: int) -> int:
    end = start
    while start and text[start - 1] in NAME_LETTERS:
        start -= 1
    # The escape of a line break ends in a letter.
    is_escape = text[start - 1 : start] == "\\" and start < end and text[start] in "nrt"
    return start + 1 if is_escape else start


def _values_after(text: str, at: int) -> Iterator[tuple[int, str]]:
    """Offset and text of each value of a name: one, or those of a YAML or JSON list."""
    gap = _GAP.match(text, at, at + LONGEST)
    if gap is None:
        return
    at = gap.end()
    if text.startswith("[", at):
        yield from islice(_members(text, at + 1), MOST)
        return
    if text[at : at + 1] in {"\r", "\n"}:
        yield from islice(_items(text, at), MOST)
        return
    quoted = _QUOTED.match(text, at, at + LONGEST)
    if quoted:
        yield quoted.start(2), quoted[2]
    elif rest := _REST.match(text, at, at + LONGEST):
        yield at, rest[0]


def _members(text: str, at: int) -> Iterator[tuple[int, str]]:
    """The values of a list in brackets."""
    while member := _MEMBER.match(text, at, at + LONGEST):
        group = 2 if member[1] else 3
        yield member.start(group), member[group]
        if not member[4]:
            return
        at = member.end()


def _items(text: str, at: int) -> Iterator[tuple[int, str]]:
    """The values of a YAML list below its name."""
    indent = None
    while item := _ITEM.match(text, at, at + LONGEST):
        if indent not in {None, item[1]}:
            return
        yield item.start(2), item[2]
        indent, at = item[1], item.end()


def _judged(name: str, at: int, value: str) -> Iterator[Found]:
    """The credentials in a value."""
    if name in COOKIES:
        yield from _cookies(name, at, value)
    elif name in PROJECTS:
        if match := _PROJECT.match(value):
            yield at, "organization or project id", match[0]
    elif name.endswith("authorization"):
        yield from _authorization(at, value)
    else:
        offset = len(value) - len(value.lstrip("\"' \t"))
        if match := _VALUE.match(value, offset):
            yield at + offset, "value under a secret's name", match[0]


def _cookies(name: str, at: int, value: str) -> Iterator[Found]:
    """Each cookie that is sent, or each that is set without its attributes."""
    for start in (0, *(match.end() for match in _BEFORE_NEXT_COOKIE[name].finditer(value))):
        if match := _COOKIE.match(value, start):
            yield at + match.start(1), "cookie", match[1]


def _authorization(at: int, value: str) -> Iterator[Found]:
    scheme = _SCHEME.match(value)
    start = scheme.end() if scheme else len(value) - len(value.lstrip("\"'"))
    parameters = list(_PARAMETER.finditer(value, start))
    for match in parameters:
        yield at + match.start(1), "authorization", match[1]
    alone = _VALUE.match(value, start)
    if alone and not parameters and not _SCHEME_ALONE.fullmatch(alone[0]):
        yield at + start, "authorization", alone[0]
