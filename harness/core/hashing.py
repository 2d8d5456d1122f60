"""Keys for content that is stored or cached."""

from __future__ import annotations

import hashlib


def content_key(kind: str, *parts: bytes | str) -> str:
    """A key that depends on the kind and on every part, such as the files something is made of."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        digest.update(len(content).to_bytes(8, "little"))
        digest.update(content)
    return f"{kind}-{digest.hexdigest()}"
