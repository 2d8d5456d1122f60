"""A request of a sample, as a step of a definition sends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from harness.authoring.defining.body_template import BodyTemplate
from harness.authoring.defining.choices import MessagePlace
from harness.authoring.defining.request_secrets import USER, RequestSecret, path_with
from harness.authoring.defining.sample import (
    BODY,
    HEADER,
    PATH,
    QUERY,
    Place,
    SampleRequest,
    body_of,
    query_of,
)
from harness.core import Json, Path
from harness.formats.multipart import MEDIA_TYPE
from harness.formats.template import literal
from harness.providers.request_body import CONTENT_TYPES
from harness.providers.step_plans import Encoding

_OF_CLIENT = frozenset(
    {
        *("accept-encoding", "accept-language", "cache-control", "connection", "content-length"),
        *("dnt", "expect", "host", "origin", "pragma", "priority", "referer", "te"),
        *("transfer-encoding", "upgrade-insecure-requests", "user-agent"),
    }
)
"""Headers that a client sets by itself, and those that start with `sec-` and `:`."""


def request_draft(
    sample: SampleRequest, secrets: Sequence[RequestSecret], message: MessagePlace | None
) -> tuple[dict[str, Json], list[str]]:
    """The `request:` of a step, and notes on it. `message` is None if it sends no message."""
    templates = {**sample.taken, **{secret.where: secret.template for secret in secrets}}
    address = urlsplit(sample.request.url)
    encoding, body = body_of(sample.request)
    notes: list[str] = []
    path = path_with(address.path, _in(PATH, templates))
    request: dict[str, Json] = {sample.request.method.lower(): path}
    headers = _headers(sample, _in(HEADER, templates), encoding, notes)
    for template in _in(USER, templates).values():
        headers["Authorization"] = template
    if headers:
        request["headers"] = headers
    for key, place, value in (
        ("query", QUERY, query_of(sample.request)),
        (encoding.value, BODY, body),
    ):
        if not value:
            continue
        here = message.path if message is not None and message.place == place else None
        builder = BodyTemplate(_in(place, templates), here)
        request[key] = builder.of(value)
        notes += builder.notes
    return request, notes


def _in(place: str, templates: Mapping[Place, str]) -> dict[Path, str]:
    return {path: template for (where, path), template in templates.items() if where == place}


def _headers(
    sample: SampleRequest, templates: Mapping[Path, str], encoding: Encoding, notes: list[str]
) -> dict[str, Json]:
    headers: dict[str, Json] = {}
    dropped: list[str] = []
    usual = CONTENT_TYPES.get(encoding, "").partition(";")[0]
    for name, value in sample.request.headers:
        lowered = name.lower()
        media_type = value.partition(";")[0].strip().lower()
        if (lowered,) in templates:
            headers[name] = templates[lowered,]
        elif lowered in _OF_CLIENT or lowered.startswith(("sec-", ":", "proxy-")):
            dropped.append(name)
        elif (lowered == "content-type" and _is_usual(encoding, media_type, usual)) or (
            lowered == "accept" and media_type == "*/*"
        ):
            continue
        else:
            headers[name] = literal(value)
    if dropped:
        names = ", ".join(dropped)
        notes.append(f"headers that a client sets by itself are left out: {names}")
    return headers


def _is_usual(encoding: Encoding, media_type: str, usual: str) -> bool:
    """Whether a content type is the one that is set automatically."""
    if encoding is Encoding.MULTIPART:
        return media_type == MEDIA_TYPE
    is_form = media_type == CONTENT_TYPES[Encoding.FORM]
    return media_type == usual or (encoding is Encoding.JSON and is_form)
