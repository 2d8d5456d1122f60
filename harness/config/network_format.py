"""The format of a provider's `network:`, and what its keys say about each other."""

from __future__ import annotations

from collections.abc import Iterator

from harness.core import Json, Problem
from harness.formats.file_format import Advice
from harness.formats.json_schema import Violation
from harness.formats.yaml import Document, Node

ENVIRONMENT = "environment"
"""In place of a proxy's URL: those of the usual environment variables."""

_PATH: dict[str, Json] = {"type": "string", "minLength": 1}

_KEYS: dict[str, Json] = {
    "ca": {
        **_PATH,
        "description": "PEM file, or folder of PEM files, of further authorities to trust.",
        "examples": ["certificates/company.pem"],
    },
    "client_certificate": {
        "description": "PEM file of the certificate that a server requires, with its key.",
        "type": ["string", "object"],
        "minLength": 1,
        "required": ["certificate"],
        "additionalProperties": False,
        "properties": {
            "certificate": {**_PATH, "description": "PEM file; may contain the key."},
            "key": {**_PATH, "description": "PEM file, if the certificate's has no key."},
            "password": {"type": "string", "description": "Of the key, as ${env.NAME}."},
        },
    },
    "proxy": {
        **_PATH,
        "description": "URL (http, https, socks5), or 'environment' for the usual variables.",
        "examples": ["http://proxy.example.com:3128", ENVIRONMENT],
    },
    "verify": {
        "type": "boolean",
        "description": "false accepts any certificate of a server; default: true.",
    },
    "http2": {
        "type": "boolean",
        "description": "Use HTTP/2 where the server offers it; default: false.",
    },
}
NETWORK: Json = {
    "type": "object",
    "description": "How the servers are reached; a replay does not read it.",
    "additionalProperties": False,
    "minProperties": 1,
    "properties": _KEYS,
}
_OF_PROVIDER = frozenset(("retries", "timeout", "hosts", "rate", "concurrency"))
"""Keys that also belong to the network, and are next to `network:`."""


def place_of_key(_document: Document, violation: Violation) -> Advice | None:
    """Where a key belongs that is a level too high or too low."""
    key = str(violation.path[-1]) if violation.path else ""
    match violation.path:
        case ("providers", _, _) if key in _KEYS:
            return Advice(hint=f"write '{key}' below 'network:'")
        case ("providers", _, "currency"):
            return Advice(hint="write 'currency' below 'prices:'")
        case ("providers", _, "network", _) if key in _OF_PROVIDER:
            return Advice(hint=f"write '{key}' next to 'network:', not below it")
        case _:
            return None


def contradictions(network: Node | None) -> Iterator[Problem]:
    """What cannot be true together."""
    if network is not None and network.value_of("verify") is False and network.has("ca"):
        yield Problem(
            code="no-effect",
            message="'ca' has no effect: 'verify: false' accepts any certificate",
            place=network.at("ca").key_place,
            hint="remove one of the two",
        )
