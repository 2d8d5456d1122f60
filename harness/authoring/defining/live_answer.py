"""Sends a sample's request once, to see an answer."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace

from harness.authoring.defining.request_secrets import filled
from harness.authoring.defining.sample import SampleRequest
from harness.conversation import Response
from harness.core import ConfigurationError, Problem
from harness.transport.response_body import response_from_chunks
from harness.transport.server_address import host_and_port


def ask_once(sample: SampleRequest, environment: Mapping[str, str]) -> Response:
    """The answer of the server, read to its end.

    Raises `TransportError`, and `ConfigurationError` for a variable that is not set or a URL that
    is not one.
    """
    # Late: only this question needs the network.
    from harness.transport.live import LiveTransport  # noqa: PLC0415

    request = sample.request
    headers = [(name, filled(value, environment)) for name, value in request.headers]
    if sample.user:
        user = base64.b64encode(filled(sample.user, environment).encode()).decode()
        headers.append(("Authorization", f"Basic {user}"))
    try:
        hosts = frozenset({host_and_port(request.url)})
    except ValueError as error:
        raise ConfigurationError(
            Problem(code="wrong-address", message=str(error), where=sample.where)
        ) from error
    secret = frozenset({name.lower() for name, _ in headers} - {"accept", "content-type"})
    transport = LiveTransport(hosts=hosts, secret_headers=secret)
    try:
        answer = transport.send(replace(request, headers=tuple(headers)))
        return response_from_chunks(answer, list(answer.chunks))
    finally:
        transport.close()
