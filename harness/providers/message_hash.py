"""Hashes that show whether a message is the recorded one, and ids that are made of a seed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from harness.conversation import UserMessage


def message_hash(message: UserMessage, before: Sequence[str] = ()) -> str:
    """A short hash of the user's message, which shows whether it is the recorded one.

    `before` are the bot's messages without a request since the last message. If the message has
    more than text, button and names of attachments, the hash of the rest follows after a dash.
    Recordings of format 1 have only the part before the dash.
    """
    parts = [message.text, message.display_text, *(a.name for a in message.attachments)]
    said = short_digest("\0".join(parts))
    if not (message.attachments or message.metadata or before):
        return said
    attached = [[one.name, one.content] for one in message.attachments]
    rest = [attached, dict(message.metadata), list(before)]
    return f"{said}-{short_digest(json.dumps(rest, sort_keys=True, default=str))}"


def seeded_uuid(seed: str) -> str:
    """A UUID that the same seed always gives."""
    digest = hashlib.blake2s(seed.encode(), digest_size=16).hexdigest()
    # Version 4, variant 1. `uuid.UUID` takes more than twice as long, and a turn has two ids.
    variant = "89ab"[int(digest[16], 16) % 4]
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:]}"


def short_digest(text: str) -> str:
    """A short hash of a text."""
    # Like JSON, a message may contain half a surrogate pair.
    return hashlib.blake2s(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
