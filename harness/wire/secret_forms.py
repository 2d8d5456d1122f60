"""How a secret may be written, for the redaction that looks for it."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote, quote_plus

ALIGNED = 8
"""Bytes from which on a secret is also found inside a longer text's base64."""


def forms_of(value: str) -> set[str]:
    """A secret as it is, percent-encoded, JSON-escaped, and in base64, alone and inside a text."""
    content = value.encode("utf-8", "surrogatepass")
    quoted = {quote(content, safe=""), quote(content), quote_plus(content)}
    escaped = {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    escaped |= {form.replace("/", "\\/") for form in escaped}
    escaped |= {_spelled(value, special) for special in _SPELLED}
    escaped |= {_HEX.sub(lambda match: match[1] + match[2].upper(), one) for one in escaped}
    forms = {value, *quoted, *escaped}
    forms |= {re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), one) for one in quoted}
    forms |= {json.dumps(form)[1:-1] for form in escaped}
    whole = base64.b64encode(content).decode().rstrip("=")
    if len(whole) >= ALIGNED:
        forms |= {whole, whole.translate(_URL_SAFE)}
    if len(content) >= ALIGNED:
        forms |= _inside_base64(content)
    return forms


_SPELLED = ("<>&", "<>&'", "\"&'+<>`")
"""What Go, PHP and Ruby, and .NET write as `\\u….` in JSON, where others write it as it is."""
_HEX = re.compile(r"(\\u)([0-9a-f]{4})")


def _spelled(value: str, special: str) -> str:
    parts = (f"\\u{ord(one):04x}" if one in special else json.dumps(one)[1:-1] for one in value)
    return "".join(parts)


_URL_SAFE = str.maketrans("+/", "-_")


def _inside_base64(content: bytes) -> set[str]:
    """The letters that do not depend on what stands before and behind the secret."""
    forms = set()
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + content)
        start = (0, 2, 3)[before]
        end = (before + len(content)) * 8 // 6
        kept = encoded[start:end].decode()
        forms |= {kept, kept.translate(_URL_SAFE)}
    return forms
