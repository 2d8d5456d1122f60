"""All checks by name, and the format of an `expect:` block."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from harness.checks.actions import ACTIONS
from harness.checks.answer import HEADERS, STATUS
from harness.checks.asks_again import ASKS_AGAIN
from harness.checks.attachments import ATTACHMENTS
from harness.checks.block import block_schema, with_combinations
from harness.checks.check import Content, Kind, LooksAt
from harness.checks.contains import (
    CONTAINS,
    CONTAINS_ALL,
    CONTAINS_ANY,
    ENDS_WITH,
    NOT_CONTAINS,
    STARTS_WITH,
)
from harness.checks.equals import EQUALS
from harness.checks.grounded_in import GROUNDED_IN
from harness.checks.json_paths import JSON
from harness.checks.judge import JUDGE
from harness.checks.language import LANGUAGE
from harness.checks.latency import FIRST_TOKEN, LATENCY
from harness.checks.like import LIKE
from harness.checks.matches import MATCHES, NOT_MATCHES
from harness.checks.measures import MAX_CHARACTERS, MAX_WORDS, MIN_WORDS
from harness.checks.messages import MESSAGES
from harness.checks.products import PRODUCTS
from harness.checks.questions import QUESTIONS
from harness.checks.readability import READING
from harness.checks.repeated_replies import REPEATS
from harness.checks.replies import OPTIONAL, REPLIES
from harness.checks.same_as import SAME_AS
from harness.checks.schema_check import SCHEMA
from harness.checks.similar_to import SIMILAR_TO
from harness.checks.tools import TOOLS
from harness.checks.usage import USAGE
from harness.checks.whole_conversation import ALL_FIRST_TOKENS, ALL_LATENCIES, TURNS
from harness.core import Json

TABLE = (
    EQUALS,
    CONTAINS,
    CONTAINS_ANY,
    CONTAINS_ALL,
    NOT_CONTAINS,
    MATCHES,
    NOT_MATCHES,
    STARTS_WITH,
    ENDS_WITH,
    MAX_WORDS,
    MIN_WORDS,
    MAX_CHARACTERS,
    LANGUAGE,
    READING,
    QUESTIONS,
    GROUNDED_IN,
    SIMILAR_TO,
    JUDGE,
    SCHEMA,
    JSON,
    LIKE,
    SAME_AS,
    STATUS,
    HEADERS,
    LATENCY,
    FIRST_TOKEN,
    MESSAGES,
    REPLIES,
    ACTIONS,
    PRODUCTS,
    ATTACHMENTS,
    TOOLS,
    USAGE,
    ALL_LATENCIES,
    ALL_FIRST_TOKENS,
    TURNS,
    REPEATS,
    ASKS_AGAIN,
)
"""Every built-in check; `not`, `any_of` and `all_of` are made for each block."""

_BLOCKS: Mapping[str, tuple[str, tuple[LooksAt, ...]]] = {
    "reply_checks": (
        "What the reply must look like.",
        ("text", "messages", "payload", "reply", "answer"),
    ),
    "text_checks": ("What a text must look like.", ("text",)),
    "refusal_checks": ("What a refusal must look like.", ("text", "payload", "answer")),
    "history_checks": ("What the record must look like.", ("text", "payload")),
    "conversation_checks": (
        "What all replies together must look like.",
        ("text", "messages", "payload", "reply", "conversation"),
    ),
}
"""The blocks of the format, below `$defs`: a description, and what the checks in each may read."""


def kinds_in(block: str, own: Iterable[Kind] = ()) -> Mapping[str, Kind]:
    """The checks that are allowed in a block of the format, with a project's own."""
    kinds = (*TABLE, *own)
    texts = with_combinations({one.name: one for one in kinds if one.on == "text"}, "text_checks")
    _, readable = _BLOCKS[block]
    known = {one.name: _around(one, texts) for one in kinds if one.on in readable}
    return with_combinations(known, block)


def _around(kind: Kind, texts: Mapping[str, Kind]) -> Kind:
    """The check; if it contains checks on a text, with those that it may contain."""
    if Content.CHECKS not in kind.parts.values():
        return kind

    return replace(
        kind,
        compile=lambda value, options: kind.compile(value, replace(options, texts=texts)),
    )


KINDS = kinds_in("reply_checks")
"""The built-in checks on a reply."""

CONVERSATION_KINDS = kinds_in("conversation_checks")
"""The built-in checks on a whole conversation."""

KIND_NAMED: Mapping[str, Kind] = {**CONVERSATION_KINDS, **KINDS}
"""Every built-in check by its name; of one that is in both, the check on a reply."""


def names_of(is_so: Callable[[Kind], bool]) -> frozenset[str]:
    """The names of the built-in checks for which a function returns true."""
    return frozenset(name for name, kind in KIND_NAMED.items() if is_so(kind))


def block_definitions(reply: Mapping[str, Kind] = KINDS) -> dict[str, Json]:
    """JSON Schemas of the blocks of checks, which refer to one another below `$defs`.

    `reply` are the checks on a reply, with a project's own. A check that is in several blocks is
    defined once: that makes the format a quarter as long, and compiling it five times as fast.
    """
    shared: dict[str, Json] = {f"check_{name}": kind.schema for name, kind in reply.items()}
    blocks: dict[str, Json] = {}
    for block, (description, _) in _BLOCKS.items():
        known = reply if block == "reply_checks" else kinds_in(block, reply.values())
        properties = {
            name: {"$ref": f"#/$defs/check_{name}"}
            if shared.get(f"check_{name}") is kind.schema
            else kind.schema
            for name, kind in known.items()
        }
        blocks[block] = block_schema(properties, description)
        if block == "text_checks":
            blocks["message_checks"] = block_schema(
                {**properties, "optional": OPTIONAL}, "What one message must look like."
            )
    return {**blocks, **shared}
