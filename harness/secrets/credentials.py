"""Finds credentials in an exchange, which are redacted wherever they are repeated."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import unquote

from harness.conversation import Exchange, Headers
from harness.secrets.secret_names import COOKIES, is_secret_header, named_secrets

_CREDENTIAL = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9._~+/=-]{16,}")
"""Letters and digits without a space: a word of a reply does not match."""
_HEADER_VALUE = re.compile(r"[A-Za-z0-9._~+/=-]{16,}|(?=\S*[0-9])(?=\S*[A-Za-z])[!-;=?-~]{8,}")
"""In a header whose whole value is secret, shorter values count too, and those of letters alone.
Marks of an earlier redaction do not."""
_COOKIE_VALUE = re.compile(r"(?=\D*\d)(?!/)(?!.*://)(?!\d{4}-\d\d-\d\d)[!-;=?-~]{16,}")
"""A cookie may also contain an address or a time, which a reply may repeat."""
_PARAMETER = re.compile(r"""[A-Za-z]+=("[^"]*"|[^\s,"]+)(?:,\s*|$)""")


def credentials_in(exchange: Exchange) -> Mapping[str, str]:
    """The values in a request and its answer that look like credentials: names by value.

    They are under a secret name in the URL, a body or a header, in a header whose whole value is
    secret, or in a cookie.
    """
    request, response = exchange.request, exchange.response
    found = {**_in_text(request.url), **_in_headers(request.headers)}
    found |= _in_text(request.body.decode("latin-1"))
    if response is not None:
        found |= _in_headers((*response.passed, *response.headers))
        found |= _in_text(response.body.decode("latin-1"))
        for frame in response.frames:
            content = frame.content.encode() if isinstance(frame.content, str) else frame.content
            found |= _in_text(content.decode("latin-1"))
    return found


def _in_text(text: str) -> dict[str, str]:
    return {
        text[span.start : span.end]: span.name
        for span in named_secrets(text)
        if _CREDENTIAL.fullmatch(text, span.start, span.end)
    }


def _in_headers(headers: Headers) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        found |= _in_header(name, value)
    return found


@lru_cache(maxsize=1024)
def _in_header(name: str, value: str) -> Mapping[str, str]:
    """The credentials in a header. Most headers of a run are the same, hence the cache."""
    name = name.lower()
    if name in COOKIES:
        pairs = value if name == "cookie" else value.partition(";")[0]
        return dict.fromkeys(_in_cookies(pairs), name)
    if is_secret_header(name):
        return dict.fromkeys(_in_authorization(value), name)
    return _in_text(value)


def _in_cookies(value: str) -> Iterator[str]:
    for pair in value.split(";"):
        quoted = pair.partition("=")[2].strip().strip('"')
        plain = unquote(quoted)
        if _COOKIE_VALUE.fullmatch(plain):
            yield from {quoted, plain}


def _in_authorization(value: str) -> Iterator[str]:
    """The parts of `Bearer x`, `Basic x`, `AWS4-HMAC-SHA256 Credential=x, Signature=y`, or `x`."""
    scheme, _, rest = (part.strip() for part in value.strip().partition(" "))
    if not rest:
        parts = [scheme]
    elif parameters := _PARAMETER.findall(rest):
        parts = [parameter.strip('"') for parameter in parameters]
    elif scheme.lower() == "basic":
        parts = [rest, _password(rest)]
    else:
        parts = [rest]
    yield from (part for part in parts if _HEADER_VALUE.fullmatch(part))


def _password(basic: str) -> str:
    try:
        return base64.b64decode(basic, validate=True).decode("utf-8", "replace").partition(":")[2]
    except binascii.Error:
        return ""
