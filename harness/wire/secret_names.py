"""Which names stand for secrets: of headers, and of keys in queries, forms and JSON."""

from __future__ import annotations

import re
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
STEMS = ("passw", "passphrase", "pwd", "secret", "token", "key", "authoriz", "credential", "jwt")
"""Without any of them, whatever its case, a text holds no secret key."""

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
