"""Replaces one value of a sample's request."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote as percent_encode
from urllib.parse import urlencode, urlsplit

from harness.authoring.defining.sample import (
    HEADER,
    PATH,
    QUERY,
    Place,
    body_of,
    query_of,
)
from harness.conversation import Request
from harness.core import Json, Path
from harness.providers.step_plans import Encoding


def with_value(request: Request, where: Place, value: Json) -> Request:
    """The request with another value at a place of it."""
    place, path = where
    address = urlsplit(request.url)
    if place == PATH:
        parts = address.path.split("/")
        parts[int(path[0])] = percent_encode(str(value), safe="")
        return replace(request, url=address._replace(path="/".join(parts)).geturl())
    if place == QUERY:
        fields = _with(query_of(request), path, str(value))
        return replace(request, url=address._replace(query=_form(fields)).geturl())
    if place == HEADER:
        headers = ((n, str(value) if n.lower() == path[0] else v) for n, v in request.headers)
        return replace(request, headers=tuple(headers))
    return replace(request, body=_body(request, path, value))


def _body(request: Request, path: Path, value: Json) -> bytes:
    encoding, body = body_of(request)
    if encoding is Encoding.JSON:
        return json.dumps(_with(body, path, value), ensure_ascii=False).encode()
    if encoding is Encoding.FORM:
        return _form(_with(body, path, str(value))).encode()
    old = body
    for step in path:
        old = old[step]  # type: ignore[index]  # the path was found in it
    return request.body.replace(str(old).encode(), str(value).encode())


def _form(fields: Json) -> str:
    assert isinstance(fields, dict)  # noqa: S101  # as read from a form
    return urlencode(fields, doseq=True, quote_via=percent_encode)


def _with(whole: Json, path: Path, value: Json) -> Json:
    if not path:
        return value
    step, *rest = path
    if isinstance(whole, dict):
        return {**whole, str(step): _with(whole[str(step)], tuple(rest), value)}
    assert isinstance(whole, Sequence)  # noqa: S101  # the path was found in it
    return [_with(one, tuple(rest), value) if at == step else one for at, one in enumerate(whole)]
