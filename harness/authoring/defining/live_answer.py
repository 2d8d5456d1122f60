"""Sends a sample's request once, to see an answer."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from harness.authoring.defining.request_secrets import filled
from harness.authoring.defining.sample import SampleRequest
from harness.conversation import Response
from harness.core import ConfigurationError, Problem
from harness.transport.network import ClientCertificate, Network, parse_proxy
from harness.transport.response_body import response_from_chunks
from harness.transport.server_address import host_and_port

_UNREPLACED = re.compile(r"\$(?:\{[A-Z_][A-Z0-9_]*\}|[A-Z_][A-Z0-9_]*)")
"""A shell variable that is sent as it is written."""
_NOT_ALLOWED = (401, 403)


def refusal_hint(sample: SampleRequest, status: int) -> str:
    """What to do about a refusal that is probably about the key; empty for any other."""
    for name, value in sample.request.headers:
        if variable := _UNREPLACED.search(value):
            return (
                f"{variable[0]} in the header {name} is in single quotes, and sent as it is;"
                " use double quotes"
            )
    return "check the key in the request" if status in _NOT_ALLOWED else ""


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
        network = _network(sample)
    except ValueError as error:
        raise ConfigurationError(
            Problem(code="wrong-address", message=str(error), where=sample.where)
        ) from error
    secret = frozenset({name.lower() for name, _ in headers} - {"accept", "content-type"})
    transport = LiveTransport(hosts=hosts, secret_headers=secret, network=network)
    try:
        answer = transport.send(replace(request, headers=tuple(headers)))
        return response_from_chunks(answer, list(answer.chunks))
    finally:
        transport.close()


def _network(sample: SampleRequest) -> Network:
    """The connection as the sample says it."""
    network = sample.keys.get("network")
    if not isinstance(network, Mapping):
        return Network()
    own = network.get("client_certificate")
    proxy = parse_proxy(str(network["proxy"])) if "proxy" in network else None
    return Network(
        ca=Path(str(network["ca"])) if "ca" in network else None,
        client_certificate=ClientCertificate(
            certificate=Path(str(own["certificate"])),
            key=Path(str(own["key"])) if "key" in own else None,
        )
        if isinstance(own, Mapping)
        else None,
        verify=network.get("verify") is not False,
        http_proxy=proxy,
        https_proxy=proxy,
    )
