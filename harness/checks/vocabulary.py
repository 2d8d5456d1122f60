"""All checks by name, and the format of an `expect:` block."""

from __future__ import annotations

from collections.abc import Mapping

from harness.checks.answer import HEADERS, STATUS
from harness.checks.block import block_schema
from harness.checks.check import CheckKind, Kind, LooksAt
from harness.checks.combining import with_combinations
from harness.checks.conversation_kinds import ALL_FIRST_TOKENS, ALL_LATENCIES, TURNS
from harness.checks.extras import ACTIONS, ATTACHMENTS, PRODUCTS
from harness.checks.json_paths import JSON
from harness.checks.latency import FIRST_TOKEN, LATENCY
from harness.checks.like import LIKE
from harness.checks.messages import MESSAGES
from harness.checks.replies import OPTIONAL, REPLIES
from harness.checks.same_as import SAME_AS
from harness.checks.schema_check import SCHEMA
from harness.checks.text_kinds import TEXT_KINDS, text_kinds
from harness.checks.tools import TOOLS
from harness.checks.usage import USAGE
from harness.core.typing import Json

PAYLOAD_KINDS: Mapping[str, CheckKind] = {kind.name: kind for kind in (SCHEMA, JSON, LIKE, SAME_AS)}
"""The checks on a payload."""

_ANSWER: Mapping[str, CheckKind] = {
    kind.name: kind for kind in (STATUS, HEADERS, LATENCY, FIRST_TOKEN)
}
_PARTS: Mapping[str, CheckKind] = {
    kind.name: kind for kind in (MESSAGES, REPLIES, ACTIONS, PRODUCTS, ATTACHMENTS, TOOLS, USAGE)
}
_WHOLE: Mapping[str, CheckKind] = {
    kind.name: kind for kind in (ALL_LATENCIES, ALL_FIRST_TOKENS, TURNS)
}


def reply_kinds(own: Mapping[str, CheckKind]) -> Mapping[str, CheckKind]:
    """What may be asked of a reply, with a project's own checks."""
    return with_combinations(
        {**TEXT_KINDS, **PAYLOAD_KINDS, **_ANSWER, **_PARTS, **own}, "reply_checks"
    )


def conversation_kinds(own: Mapping[str, CheckKind]) -> Mapping[str, CheckKind]:
    """What may be asked of all replies of a conversation together; see `reply_kinds`."""
    return with_combinations(
        {**TEXT_KINDS, **PAYLOAD_KINDS, **_PARTS, **_WHOLE, **own}, "conversation_checks"
    )


KINDS = reply_kinds({})
"""The built-in vocabulary."""

CONVERSATION_KINDS = conversation_kinds({})
"""The checks on a whole conversation."""


def answer_kinds(own: Mapping[str, CheckKind]) -> Mapping[str, CheckKind]:
    """What may be asked of an answer that is no reply, with a project's own checks on payloads."""
    return with_combinations({**TEXT_KINDS, **PAYLOAD_KINDS, **_ANSWER, **own}, "refusal_checks")


def record_kinds(own: Mapping[str, CheckKind]) -> Mapping[str, CheckKind]:
    """What may be asked of a payload that came with no reply; see `answer_kinds`."""
    return with_combinations({**TEXT_KINDS, **PAYLOAD_KINDS, **own}, "history_checks")


ANSWER_KINDS = answer_kinds({})
"""The checks on an answer that is no reply, such as a refusal."""

RECORD_KINDS = record_kinds({})
"""The checks on a payload that came with no reply, such as the provider's own record."""


def own_among(kinds: Mapping[str, CheckKind], *on: LooksAt) -> Mapping[str, CheckKind]:
    """A project's own checks that look at one of these."""
    return {n: kind for n, kind in kinds.items() if isinstance(kind, Kind) and kind.on in on}


def block_definitions(
    reply: Mapping[str, CheckKind] = KINDS,
    conversation: Mapping[str, CheckKind] = CONVERSATION_KINDS,
) -> dict[str, Json]:
    """JSON Schemas of the blocks of checks, which refer to one another below `$defs`.

    A check that may stand in several blocks is defined once: that makes the format a quarter as
    long, and compiling it five times as fast.
    """
    texts = text_kinds(own_among(reply, "text"))
    own = own_among(reply, "text", "payload")
    kinds: Mapping[str, tuple[Mapping[str, CheckKind], str]] = {
        "reply_checks": (reply, "What the reply must look like."),
        "text_checks": (texts, "What a text must look like."),
        "refusal_checks": (answer_kinds(own), "What a refusal must look like."),
        "history_checks": (record_kinds(own), "What the record must look like."),
        "conversation_checks": (conversation, "What all replies together must look like."),
    }
    shared: dict[str, Json] = {f"check_{name}": kind.schema for name, kind in reply.items()}
    blocks: dict[str, Json] = {}
    for block, (known, description) in kinds.items():
        properties = {name: _shared(name, kind.schema, shared) for name, kind in known.items()}
        blocks[block] = block_schema(properties, description)
        if known is texts:
            blocks["message_checks"] = block_schema(
                {**properties, "optional": OPTIONAL}, "What one message must look like."
            )
    return {**blocks, **shared}


def _shared(name: str, schema: Json, shared: Mapping[str, Json]) -> Json:
    """The schema of a check, by reference where it is the one that is defined once."""
    is_same = shared.get(f"check_{name}") is schema
    return {"$ref": f"#/$defs/check_{name}"} if is_same else schema
