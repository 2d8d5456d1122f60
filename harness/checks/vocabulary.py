"""All checks by name, and the format of an `expect:` block."""

from __future__ import annotations

from collections.abc import Mapping

from harness.checks.answer import HEADERS, STATUS
from harness.checks.check import CheckKind
from harness.checks.extras import ACTIONS, ATTACHMENTS, PRODUCTS
from harness.checks.json_paths import JSON
from harness.checks.latency import LATENCY
from harness.checks.messages import MESSAGES
from harness.checks.schema_check import SCHEMA
from harness.checks.text_kinds import TEXT_KINDS

PAYLOAD_KINDS: Mapping[str, CheckKind] = {kind.name: kind for kind in (SCHEMA, JSON)}
"""The checks on a payload."""

KINDS: Mapping[str, CheckKind] = {
    **TEXT_KINDS,
    **PAYLOAD_KINDS,
    **{
        kind.name: kind
        for kind in (STATUS, HEADERS, MESSAGES, ACTIONS, PRODUCTS, ATTACHMENTS, LATENCY)
    },
}
"""The built-in vocabulary."""

ANSWER_KINDS: Mapping[str, CheckKind] = {
    name: KINDS[name] for name in (*TEXT_KINDS, *PAYLOAD_KINDS, "status", "headers", "latency")
}
"""The checks on an answer that is no reply, such as a refusal."""

RECORD_KINDS: Mapping[str, CheckKind] = {**TEXT_KINDS, **PAYLOAD_KINDS}
"""The checks on a payload that came with no reply, such as the provider's own record."""
