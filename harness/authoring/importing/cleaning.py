"""Interactions of any origin, without what our cassettes must not contain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from harness.conversation import Exchange
from harness.core import CassetteError, SecretInCassette
from harness.play.captured_values import values_at
from harness.providers.definition import Definition
from harness.providers.recorded_steps import Match
from harness.secrets.redaction import Redactor
from harness.secrets.secret_forms import SHORTEST
from harness.secrets.secret_marks import MARK
from harness.secrets.secret_scan import SecretScan
from harness.secrets.secret_shapes import shapes_in
from harness.transport.cassette import Interaction
from harness.transport.cassette.plain_interaction import (
    PlainInteraction,
    break_of,
    request_of,
    response_of,
)
from harness.transport.interaction_redaction import KEPT_HEADERS, redacted_interaction

SENT = frozenset({"accept", "content-type"})
"""Headers that every definition can send."""

SHOWN = 2
"""Characters of a secret that are shown."""


def redactor_for(rows: Sequence[PlainInteraction], secrets: Mapping[str, str]) -> Redactor:
    """A redactor that knows secrets by value, and the credentials in the rows."""
    redactor = Redactor(secrets)
    for row in rows:
        redactor = redactor.learning(Exchange(request=request_of(row), response=response_of(row)))
    return redactor


def captured_in(rows: Sequence[PlainInteraction], matches: Sequence[Match]) -> Mapping[str, str]:
    """The secrets that the steps of a definition capture from the answers: names by value.

    Raises `CassetteError` `secret-too-short` for one that cannot be found reliably.
    """
    found: dict[str, str] = {}
    for match in matches:
        response = response_of(rows[match.place])
        for name in match.step.secret_captures:
            values = [one for path in match.step.capture[name] for one in values_at(path, response)]
            found |= {text: name for text in values if not MARK.search(text)}
    for value, name in found.items():
        if len(value) < SHORTEST:
            raise CassetteError(
                "secret-too-short",
                f"the secret '{name}' has {len(value)} characters: too few to be found reliably",
                f"a secret needs {SHORTEST}; nothing was written",
            )
    return found


def cleaned(row: PlainInteraction, redactor: Redactor, definition: Definition) -> PlainInteraction:
    """A row without secrets, with the headers that a recording with the definition contains."""
    request = request_of(row)
    # Other headers come from the client that recorded it.
    sent = definition.header_names | SENT
    headers = tuple(pair for pair in request.headers if pair[0].lower() in sent)
    interaction = Interaction(
        request=replace(request, headers=headers),
        response=response_of(row),
        is_ours=row["is_ours"],
        broken=break_of(row),
    )
    return redacted_interaction(interaction, redactor, KEPT_HEADERS | definition.headers_kept)


def require_clean(content: str, redactor: Redactor, shown: str) -> None:
    """Raise `SecretInCassette` if a text contains a secret, or something that looks like one."""
    found = [
        *(f"the secret '{name}'" for name in SecretScan(redactor.secrets)(content.encode())),
        *(f"what looks like a {s.kind}, '{s.value[:SHOWN]}…'" for s in shapes_in(content)),
    ]
    if found:
        raise SecretInCassette(
            "secret-in-cassette", f"{shown} would contain {', '.join(found)}", "nothing was written"
        )
