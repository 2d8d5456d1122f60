"""What of a request stays in the definition as it is, and should perhaps not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from harness.authoring.defining.request_secrets import RequestSecret, values_of
from harness.authoring.defining.sample import PATH, SampleRequest
from harness.authoring.defining.secret_likelihood import looks_random
from harness.providers.conversation_paths import PathPart, conversation_in

_SHOWN = 4
"""Characters of a value that a note shows."""


def doubtful_values(
    sample: SampleRequest, secrets: Sequence[RequestSecret], environment: Mapping[str, str]
) -> Iterator[str]:
    """Notes on values that stay in the definition and look as if they were drawn at random."""
    taken = {secret.where for secret in secrets}
    for secret, _ in values_of(sample, environment):
        is_taken = secret.where in taken
        if is_taken or not secret.name or not looks_random(secret.value):
            continue
        start = secret.value[:_SHOWN]
        yield (
            f"{secret.name} is '{start}…' in the definition; if it is a secret, remove the files"
            f" and add --secret '{secret.name}=VARIABLE'"
        )


def written_conversation(
    sample: SampleRequest, secrets: Sequence[RequestSecret]
) -> PathPart | None:
    """The part of the path that stays in the definition, and looks like a conversation's id."""
    part = conversation_in(urlsplit(sample.request.url).path)
    where = {*sample.taken, *(secret.where for secret in secrets)}
    return None if part is not None and (PATH, (part.number,)) in where else part
