"""Takes the secrets, and the headers that are not needed, out of an interaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from harness.secrets.conversation_redaction import redact_request, redact_response
from harness.secrets.redaction import Redactor
from harness.secrets.secret_marks import MARK
from harness.transport.cassette import Interaction
from harness.transport.cassette.plain_interaction import Break, PlainInteraction, plain_interaction

KEPT_HEADERS = frozenset(
    {
        "cache-control",
        "content-language",
        "content-type",
        "location",
        "request-id",
        "retry-after",
        "sec-websocket-protocol",
        "set-cookie",
        "x-correlation-id",
        "x-request-id",
    }
)
"""Response headers that a recording keeps: those that a replay needs and a report shows."""


def redacted_interaction(
    interaction: Interaction, redactor: Redactor, names: Collection[str]
) -> PlainInteraction:
    """The plain form of an interaction, without secrets.

    Of the response's headers, those in `names` are kept.
    """
    response, broken = interaction.response, interaction.broken
    if broken is not None:
        reason, details = redactor.text(broken.reason), tuple(map(redactor.text, broken.details))
        broken = Break(broken.code, reason, details)
    kept = tuple(pair for pair in response.headers if pair[0].lower() in names)
    sent = redact_request(interaction.request, redactor)
    # A replay cannot compare a header that contained a secret.
    comparable = tuple(pair for pair in sent.headers if not MARK.search(pair[1]))
    return plain_interaction(
        replace(sent, headers=comparable),
        redact_response(replace(response, headers=kept), redactor, interaction.request.hashes),
        is_ours=interaction.is_ours,
        broken=broken,
    )
