"""Interactions of any origin, as a cassette of ours may hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from harness.conversation import Request, Response
from harness.engine.recordings.matched import Match
from harness.engine.secret_locations import SecretLocations
from harness.errors import CassetteError
from harness.providers.definition import Definition
from harness.wire.cassette.rows import Row, bytes_of, make_row, request_of, response_of
from harness.wire.kept import RECEIVED, SENT
from harness.wire.redaction import SHORTEST as SHORTEST_KNOWN
from harness.wire.redaction import Redactor
from harness.wire.secret_names import is_secret_header
from harness.wire.secret_scan import SecretScan
from harness.wire.secret_shapes import shapes_in

SHORTEST = 8
"""Characters: a shorter value of a secret header is not looked for elsewhere."""
SHOWN = 2
"""Characters of a secret that are shown."""


def redactor_for(rows: Sequence[Row], secrets: Mapping[str, str]) -> Redactor:
    """A redactor that knows secrets by value, and the credentials that the rows hold."""
    redactor = Redactor(secrets)
    for row in rows:
        for name, value in row["sent_headers"]:
            credential = value.rpartition(" ")[2]
            if is_secret_header(name) and len(credential) >= SHORTEST:
                redactor = redactor.adding({credential: name.lower()})
        redactor = redactor.learning(bytes_of(row["body"], is_base64=row["body_is_base64"]))
    return redactor


def captured_in(
    rows: Sequence[Row], matches: Sequence[Match], definition: Definition
) -> Mapping[str, str]:
    """What the steps of a definition capture as secrets of the answers: names by value.

    Raises `CassetteError` `secret-too-short` for one that could not be found again.
    """
    locations = SecretLocations(definition)
    found: dict[str, str] = {}
    for match in matches:
        row = rows[match.place]
        origin = replace(request_of(row).origin, step=match.step.name)
        request = replace(request_of(row), origin=origin)
        found |= locations.found_in(request, response_of(row))
    for value, name in found.items():
        if len(value) < SHORTEST_KNOWN:
            raise CassetteError(
                "secret-too-short",
                f"the secret '{name}' has {len(value)} characters: too few to be found again",
                f"a secret needs {SHORTEST_KNOWN}; nothing was written",
            )
    return found


def cleaned(row: Row, redactor: Redactor, kept: frozenset[str]) -> Row:
    """A row without secrets, with the headers that recordings keep and those in `kept`."""
    request, response = request_of(row), response_of(row)
    body, chunks = redactor.stream(response.body, response.chunks)
    clean = make_row(
        Request(
            method=request.method,
            url=redactor.url(request.url),
            headers=redactor.headers(_of(request.headers, SENT)),
            body=redactor.body(request.body),
            origin=request.origin,
            is_stream=request.is_stream,
        ),
        Response(
            status=response.status,
            reason=redactor.text(response.reason),
            headers=redactor.headers(_of(response.headers, RECEIVED | kept)),
            body=body if chunks else redactor.respelled(body),
            started=response.started,
            first_byte=response.first_byte,
            seconds=response.seconds,
            chunks=chunks,
            attempts=tuple(
                replace(one, reason=redactor.text(one.reason)) for one in response.attempts
            ),
        ),
        is_ours=row["is_ours"],
    )
    if "broken" in row:
        clean["broken"] = row["broken"]
    return clean


def require_clean(content: str, redactor: Redactor, shown: str) -> None:
    """Raise `CassetteError` where a text that is to be written holds a secret, or looks so."""
    known = SecretScan(redactor.secrets)(content.encode())
    found = [f"the secret '{name}'" for name in known]
    found += [
        f"what looks like a {shape.kind}, '{shape.value[:SHOWN]}…'" for shape in shapes_in(content)
    ]
    if found:
        raise CassetteError(
            "secret-in-cassette", f"{shown} would hold {', '.join(found)}", "nothing was written"
        )


def _of(headers: Sequence[tuple[str, str]], names: frozenset[str]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in headers if pair[0].lower() in names)
